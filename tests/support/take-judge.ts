import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TakeKind, TakeTruth, TruthInterval } from '../../scripts/footage/truth.ts';
import type { SceneEvent } from '../../src/domain/scene-event.ts';
import type { SceneId } from '../../src/domain/scene-id.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';

/** Seconds after what goes on has ended by which its incident is over: it is absent for a while, and looks are apart. */
const clearedWithinS = 14;
/** A look takes in the picture that begins a little before it. */
const pictureS = 0.5;
/** For so long at least a near miss shows what it could be taken for. */
const shownForS = 3;
/** Their near takes show look-alikes, which are of other classes or none: steam, red banners; a pram, a wheelchair. */
const byLookAlikes: ReadonlySet<SceneId> = new Set<SceneId>(['fire_smoke', 'ebike_indoor']);

/** What a judge goes by of an event. `second`: since the camera was joined. */
export type JudgedEvent = Pick<SceneEvent, 'phase' | 'incidentId'> & { readonly second: number };

interface Judged {
  readonly events: readonly JudgedEvent[];
  /** When the play ended. */
  readonly untilS: number;
}

/** What is wrong with what came of a take, one line each; nothing where all is as it must be. */
export function faultsOf(truth: TakeTruth, outcome: Judged): string[] {
  return truth.take === 'near' ? nearFaults(truth, outcome) : firingFaults(truth, outcome);
}

/** Files of takes that are not in a folder: the clip, and the truth beside it. */
export function missingFiles(folder: string, takes: readonly (readonly [SceneId, TakeKind])[]): string[] {
  const files = takes.flatMap(([scene, kind]) => [`${scene}.${kind}.mp4`, `${scene}.${kind}.json`]);
  return files.filter((file) => !existsSync(join(folder, file)));
}

function nearFaults(truth: TakeTruth, { events }: Judged): string[] {
  const raised = events.filter(({ phase }) => phase === 'raised').map(({ second }) => `raised@${second}`);
  const classes = new Set(sceneModules.find(({ id }) => id === truth.scene)?.classes);
  const telling = truth.pictures.filter((boxes) =>
    boxes.some((box) => box.ignore !== true && (byLookAlikes.has(truth.scene) || classes.has(box.class))),
  );
  const shownS = telling.length / truth.fps;
  return shownS >= shownForS ? raised : [...raised, `shows what the scene goes by for ${shownS} s only`];
}

/** Each time the clip is played an interval may raise once; the first time each must. */
function firingFaults(truth: TakeTruth, { events, untilS }: Judged): string[] {
  const lengthS = truth.pictures.length / truth.fps;
  const taken = new Set<string>();
  const faults: string[] = [];
  for (const { phase, second, incidentId } of events) {
    if (phase !== 'raised') continue;
    const round = Math.floor((second + pictureS) / lengthS);
    const at = second - round * lengthS;
    const own = truth.intervals.findIndex(
      (interval, index) => isWithin(interval, at) && !taken.has(`${round} ${index}`),
    );
    const interval = truth.intervals[own];
    if (interval === undefined) {
      faults.push(`raised@${second}: nothing goes on then that is not told of`);
      continue;
    }
    taken.add(`${round} ${own}`);
    const dueS = round * lengthS + Math.min(interval.toS + clearedWithinS, lengthS + interval.fromS);
    const cleared = events.find((event) => event.phase === 'cleared' && event.incidentId === incidentId);
    // What is due after the end was not seen.
    const isLate = cleared === undefined ? dueS < untilS : cleared.second > dueS;
    if (isLate) faults.push(`raised@${second}: not cleared by ${dueS}`);
  }
  if (truth.intervals.length === 0) faults.push('nothing goes on in a take that fires');
  for (const [index, { fromS, toS }] of truth.intervals.entries()) {
    if (!taken.has(`0 ${index}`)) faults.push(`nothing raised between ${fromS} and ${toS}`);
  }
  return faults;
}

function isWithin({ fromS, toS }: TruthInterval, second: number): boolean {
  return second >= fromS - pictureS && second <= toS;
}
