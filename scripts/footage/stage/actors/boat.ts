import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { hullShape } from './boat-hull.ts';
import { createRider, riderPart } from './two-wheeler-rider.ts';
import { oneOf } from './vehicle-paint.ts';

const paints = [0x6a4a2c, 0x8a6238, 0x2f5f8a, 0x3a7a5a, 0xd8d4c8, 0xe6e6e2, 0x9a2f2a, 0x4a5056];

/** A small boat for rowing or fishing; its origin lies at the waterline. It rocks; who rows is a part of its own. */
export function createBoat(random: Random, { rower = false }: { rower?: boolean } = {}): Actor {
  const lengthM = random.between(3.2, 6);
  const beamM = lengthM * random.between(0.26, 0.34);
  const sideM = random.between(0.35, 0.5);
  const floating = new Group();
  const hull = hullShape({ lengthM, beamM, sideM, paint: oneOf(random, paints) }, random);
  floating.add(hull.mesh('cloth'));
  const person = rower
    ? createRider(random, {
        seat: [-lengthM * 0.05, sideM * 0.62],
        grip: [lengthM * 0.02 + 0.25, sideM + 0.28, 0.32],
        feet: { x: lengthM * 0.05 + 0.55, y: 0.06, z: 0.14 },
        lean: 0.12,
        keepsFeet: true,
      })
    : undefined;
  if (person !== undefined) floating.add(person.object);
  const object = new Group();
  object.add(floating);
  const phase = random.between(0, 2 * Math.PI);
  return {
    object,
    class: 'boat',
    ...(person !== undefined && { parts: [riderPart(person)] }),
    size: [lengthM, person === undefined ? sideM + 0.4 : 1.3, beamM],
    move: (moment) => {
      floating.position.y = Math.sin(moment.timeS * 1.3 + phase) * 0.03;
      floating.rotation.x = Math.sin(moment.timeS * 0.9 + phase) * 0.035;
      floating.rotation.z = Math.sin(moment.timeS * 1.1 + phase * 2) * 0.018;
      person?.move(moment);
    },
  };
}
