import { expect, test } from 'vitest';
import { reach } from '../../../scripts/footage/stage/actors/body-reach.ts';

/** Where two limbs end, ahead and above of their joint. */
function ends([upperM, lowerM]: readonly [number, number], upper: number, lower: number): readonly [number, number] {
  const both = upper + lower;
  return [upperM * Math.sin(upper) + lowerM * Math.sin(both), -upperM * Math.cos(upper) - lowerM * Math.cos(both)];
}

test.each([
  { to: [0.3, -0.5], bendsTo: 'forward' },
  { to: [-0.2, -0.7], bendsTo: 'forward' },
  { to: [0.5, 0.1], bendsTo: 'forward' },
  { to: [0.4, -0.2], bendsTo: 'backward' },
  { to: [0.05, -0.6], bendsTo: 'backward' },
] as const)('limbs reach $to with the joint $bendsTo', ({ to, bendsTo }) => {
  const limbs = [0.45, 0.42] as const;
  const { upper, lower } = reach(limbs, to, bendsTo);
  const [ahead, above] = ends(limbs, upper, lower);

  expect(ahead).toBeCloseTo(to[0], 6);
  expect(above).toBeCloseTo(to[1], 6);
  // A knee folds the shin back, an elbow the forearm up.
  expect(Math.sign(lower)).toBe(bendsTo === 'forward' ? -1 : 1);
});

test('what is out of reach is pointed at with stretched limbs', () => {
  const limbs = [0.3, 0.3] as const;
  const { upper, lower } = reach(limbs, [2, -2], 'backward');
  const [ahead, above] = ends(limbs, upper, lower);

  expect(Math.hypot(ahead, above)).toBeCloseTo(0.6, 3);
  expect(ahead).toBeCloseTo(-above, 2);
});
