import { iou } from '../../src/domain/geometry.ts';
import { assign } from '../../src/edge/track/assignment.ts';
import { byFrame, type MotBox } from './mot-file.ts';

/** An overlap from which a found box is the true one. */
export const enoughIou = 0.5 - Number.EPSILON;

/** Classes of MOTChallenge that are neither right nor wrong to follow: on a vehicle, standing, distractor, reflection. */
const distractors: ReadonlySet<number> = new Set([2, 7, 8, 12]);

/** A box with whose it is. */
export type Identified = Pick<MotBox, 'id' | 'box'>;

/** One picture: who is there, and who a tracker says is. */
export interface MotFrame {
  readonly truth: readonly Identified[];
  readonly found: readonly Identified[];
}

/**
 * Ground truth and results side by side, as TrackEval prepares them: found boxes that fall on a distractor count
 * neither way, and true boxes with a confidence of 0 are not asked for. `every`: only every n-th frame, from the first.
 */
export function sideBySide(truth: readonly MotBox[], found: readonly MotBox[], every = 1): MotFrame[] {
  const [truthAt, foundAt] = [byFrame(truth), byFrame(found)];
  const frames = [...new Set([...truthAt.keys(), ...foundAt.keys()])].sort((a, b) => a - b);
  return frames
    .filter((frame) => (frame - 1) % every === 0)
    .map((frame) => {
      const true_ = truthAt.get(frame) ?? [];
      return {
        truth: true_.filter((box) => box.confidence !== 0 && !distractors.has(box.class)),
        found: withoutDistractors(true_, foundAt.get(frame) ?? []),
      };
    });
}

/** Overlaps that are enough, of one frame; `row` is the true box's index, `column` the found one's. */
export function overlapsOf({ truth, found }: MotFrame): { row: number; column: number; overlap: number }[] {
  return truth.flatMap((each, row) =>
    found.flatMap((other, column) => {
      const overlap = iou(each.box, other.box);
      return overlap >= enoughIou ? { row, column, overlap } : [];
    }),
  );
}

function withoutDistractors(truth: readonly MotBox[], found: readonly MotBox[]): readonly MotBox[] {
  if (!truth.some((box) => distractors.has(box.class))) return found;
  const pairs = overlapsOf({ truth, found }).map((pair) => ({ ...pair, cost: -pair.overlap }));
  const dropped = new Set<number>();
  for (const { row, column } of assign(pairs, 0)) {
    if (distractors.has(truth[row]?.class ?? -1)) dropped.add(column);
  }
  return found.filter((_, column) => !dropped.has(column));
}
