import { expect, test } from 'vitest';
import { Admission } from '../../../../src/edge/schedule/admission.ts';

/** One severity that asks for so many looks a second, on a box with one decoder and one detector thread. */
const demand = (looksPerSecond: number) => ({
  severity: 2 as const,
  looksPerSecond,
  decodeMs: 5,
  detectMs: 6.4,
  continuousCameras: 0,
  continuousMs: 45,
});

test('what fits again is taken up although the only step there is doubles the load', () => {
  const admission = new Admission({ decoderMs: 900, detectorMs: 900, maxStretch: 6 });
  const granted = () => admission.plan.find(({ severity }) => severity === 2) ?? { stretch: 0, share: 0 };
  const second = (looksPerSecond: number) => {
    const { stretch, share } = granted();
    const used = Math.min(1, (looksPerSecond * share * 6.4) / stretch / 900);
    admission.evaluate([demand(looksPerSecond)], { ms: 1000, used, looks: 100, late: 0, slow: 0 });
  };
  for (let at = 0; at < 20; at += 1) second(300);
  expect(granted().stretch).toBeGreaterThan(1);
  // 96 looks of 6.4 ms are 0.68 of what may be planned with; at twice the interval 0.34.
  for (let at = 0; at < 30; at += 1) second(96);
  expect(granted()).toMatchObject({ stretch: 1, share: 1 });
});
