import { assign } from '../../src/edge/track/assignment.ts';
import { type Identified, type MotFrame, overlapsOf } from './mot-sequence.ts';

/** What is counted for the CLEAR metrics (Bernardin and Stiefelhagen 2008), to be added up over sequences. */
export interface ClearCounts {
  readonly truths: number;
  readonly matches: number;
  readonly falsePositives: number;
  readonly misses: number;
  readonly switches: number;
  readonly fragmentations: number;
  /** Sum of the overlaps of all matches. */
  readonly overlap: number;
}

/** More than any sum of overlaps in a frame: who was matched on the frame before stays matched if it can. */
const continued = 1000;

/**
 * As TrackEval counts: in each frame those matched on the frame before stay together, the others are matched by
 * overlap; a switch is a match with another id than the last one, however long ago; a fragmentation is each time a
 * true object is found again. A frame in which nothing at all was found interrupts nobody, as there.
 */
export function clearCounts(frames: readonly MotFrame[]): ClearCounts {
  const counts = { truths: 0, matches: 0, falsePositives: 0, misses: 0, switches: 0, fragmentations: 0, overlap: 0 };
  const lastFound = new Map<number, number>();
  const stretches = new Map<number, number>();
  let foundBefore: ReadonlyMap<number, number> = new Map();
  for (const frame of frames) {
    const { truth, found } = frame;
    counts.truths += truth.length;
    const matched = truth.length === 0 || found.length === 0 ? [] : matchFrame(frame, foundBefore);
    counts.matches += matched.length;
    counts.misses += truth.length - matched.length;
    counts.falsePositives += found.length - matched.length;
    if (truth.length === 0 || found.length === 0) continue;
    for (const { truth: id, found: foundId, overlap } of matched) {
      counts.overlap += overlap;
      if ((lastFound.get(id) ?? foundId) !== foundId) counts.switches += 1;
      lastFound.set(id, foundId);
      if (!foundBefore.has(id)) stretches.set(id, (stretches.get(id) ?? 0) + 1);
    }
    foundBefore = new Map(matched.map((each) => [each.truth, each.found]));
  }
  for (const times of stretches.values()) counts.fragmentations += times - 1;
  return counts;
}

function matchFrame(frame: MotFrame, before: ReadonlyMap<number, number>) {
  const idOf = (boxes: readonly Identified[], index: number) => boxes[index]?.id ?? -1;
  const pairs = overlapsOf(frame).map(({ row, column, overlap }) => {
    const [truth, found] = [idOf(frame.truth, row), idOf(frame.found, column)];
    const cost = -(overlap + (before.get(truth) === found ? continued : 0));
    return { row, column, cost, truth, found, overlap };
  });
  return assign(pairs, 0);
}
