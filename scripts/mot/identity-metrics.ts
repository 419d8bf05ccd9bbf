import { assign } from '../../src/edge/track/assignment.ts';
import { type MotFrame, overlapsOf } from './mot-sequence.ts';

/** What is counted for the identity metrics (Ristani et al. 2016), to be added up over sequences. */
export interface IdentityCounts {
  /** Boxes of the identity that each true one is best taken for over the whole sequence. */
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** One found identity for each true one, over all frames, so that the most boxes are right. */
export function identityCounts(frames: readonly MotFrame[]): IdentityCounts {
  const together = new Map<string, { row: number; column: number; cost: number }>();
  let [truths, found] = [0, 0];
  for (const frame of frames) {
    truths += frame.truth.length;
    found += frame.found.length;
    for (const { row, column } of overlapsOf(frame)) {
      const pair = { row: frame.truth[row]?.id ?? -1, column: frame.found[column]?.id ?? -1 };
      const key = `${pair.row} ${pair.column}`;
      together.set(key, { ...pair, cost: (together.get(key)?.cost ?? 0) - 1 });
    }
  }
  const truePositives = assign([...together.values()], 0).reduce((sum, { cost }) => sum - cost, 0);
  return { truePositives, falsePositives: found - truePositives, falseNegatives: truths - truePositives };
}
