import { expect, test } from 'vitest';
import { liveBytes } from '../../../scripts/fuzz/live-memory.ts';
import { systemClock } from '../../../src/lib/clock.ts';

test('a cancelled wait leaves nothing behind, whatever its length', () => {
  const waits = 20_000;
  const arm = () => {
    for (let index = 0; index < waits; index += 1) systemClock.after(3_000_000 + index, () => {})();
  };
  const before = liveBytes();
  arm();
  // Each length has a list of its own in Node, of some 150 bytes.
  expect(liveBytes() - before).toBeLessThan(waits * 30);
});

test('cancelling twice, or too late, does nothing', async () => {
  let calls = 0;
  const cancel = await new Promise<() => void>((resolve) => {
    const late = systemClock.after(1, () => {
      calls += 1;
      resolve(late);
    });
    const twice = systemClock.after(1, () => (calls += 10));
    twice();
    twice();
  });
  cancel();
  expect(calls).toBe(1);
});
