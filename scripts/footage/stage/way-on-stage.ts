import type { ObjectClass } from '../../../src/domain/object-class.ts';
import { scatterMomentS, scatterRoundS } from '../scatter-rounds.ts';
import type { Pose } from './actor.ts';
import { Path, type Waypoint } from './path.ts';
import type { Random } from './random.ts';

/** Where somebody is at the moment the picture is drawn. */
export interface Stand {
  readonly x: number;
  readonly z: number;
  readonly y: number;
  readonly heading: number;
}

/** Metres a second of what moves by itself. */
const paces: Partial<Record<ObjectClass, readonly [number, number]>> = {
  person: [0.5, 2],
  animal: [0.3, 1.5],
  wheelchair: [0.4, 1.2],
  pram: [0.5, 1.4],
  boat: [0.3, 1.5],
  bicycle: [1.5, 5],
  'e-bike': [2, 7],
  motorcycle: [2, 10],
  tricycle: [1.5, 5],
  car: [1, 12],
  bus: [1, 9],
  truck: [1, 9],
  fire_engine: [1, 9],
};

/** Poses of those who do not walk, common ones more than once. */
const poses: readonly Pose[] = ['stand', 'stand', 'stand', 'stand', 'crouch', 'lie', 'lie', 'wave', 'sit'];

/** How somebody of a class spends a round: on the way, standing, or in the middle of a fall. */
export function wayOnStage(
  random: Random,
  round: number,
  stand: Stand,
  { class: name, isInWater }: { class: ObjectClass | undefined; isInWater: boolean },
): Path {
  const moment = scatterMomentS(round);
  // Of another length each time, so that legs and wheels are seen in every phase.
  const fromS = moment - random.between(0.1, 0.45) * scatterRoundS;
  const toS = moment + 0.45 * scatterRoundS;
  const still = (atS: number, pose?: Pose): Waypoint => ({ atS, ...stand, ...(pose !== undefined && { pose }) });
  const pace = name === undefined ? undefined : paces[name];
  const isPerson = name === 'person';
  if (pace !== undefined && random.chance(isPerson ? 0.35 : 0.45))
    return moving(stand, [fromS, moment, toS], random.between(...pace), isPerson && isInWater ? 'swim' : undefined);
  if (!isPerson) return new Path([still(fromS), still(toS)]);
  if (isInWater) return new Path([still(fromS, 'swim'), still(toS)]);
  if (!random.chance(0.08)) return new Path([still(fromS, random.pick(poses)), still(toS)]);
  const fallS = random.between(fromS + 0.01, moment - 0.02);
  return new Path([still(fromS, 'stand'), still(fallS, 'lie'), still(toS)]);
}

function moving(
  { x, y, z, heading }: Stand,
  [fromS, momentS, toS]: readonly [number, number, number],
  paceMps: number,
  pose: Pose | undefined,
): Path {
  const at = (atS: number): Waypoint => {
    const wayM = (atS - momentS) * paceMps;
    const place = { atS, y, heading, x: x + Math.cos(heading) * wayM, z: z - Math.sin(heading) * wayM };
    return { ...place, ...(pose !== undefined && { pose }) };
  };
  return new Path([at(fromS), at(toS)]);
}
