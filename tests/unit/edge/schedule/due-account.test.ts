import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDueCounts, DueAccount, dueTerms } from '../../../../src/edge/schedule/due-account.ts';

const terms = dueTerms(2_000, { toleranceMs: 500, decideWithinMs: 2_000 });

test('the terms of short intervals are short', () => {
  expect(dueTerms(200, { toleranceMs: 500, decideWithinMs: 2_000 })).toEqual({
    everyMs: 200,
    toleranceMs: 100,
    decideWithinMs: 200,
  });
});

test('whenever the books are gone through, every look due is counted once, and in one way', () => {
  const look = fc.record({
    gapMs: fc.integer({ min: 1, max: 9_000 }),
    takesMs: fc.integer({ min: 0, max: 4_000 }),
    sweeps: fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(look, { minLength: 1, maxLength: 30 }), (looks) => {
      const counts = createDueCounts();
      const account = new DueAccount(terms);
      let arrivedMs = 0;
      let decidedMs = 0;
      account.begin(0);
      for (const { gapMs, takesMs, sweeps } of looks) {
        const before = decidedMs;
        arrivedMs += gapMs;
        decidedMs = Math.max(before, arrivedMs + takesMs);
        for (const ms of sweeps.sort((a, b) => a - b)) {
          account.sweep(Math.min(decidedMs, before + ms), counts, 'overloaded');
        }
        account.looked({ arrivedMs, decidedMs }, counts, 'overloaded');
      }
      const missed = Object.values(counts.missed).reduce((sum, each) => sum + each, 0);
      expect(counts.due).toBe(counts.onTime + counts.late + missed);
      const { everyMs, toleranceMs } = terms;
      const least = looks.map(({ gapMs }) => Math.max(1, Math.ceil((gapMs - toleranceMs) / everyMs) - 1));
      expect(counts.due).toBeGreaterThanOrEqual(least.reduce((sum, each) => sum + each, 0));
    }),
  );
});

test('a look in time is on time however often the books were gone through before', () => {
  const counts = createDueCounts();
  const account = new DueAccount(terms);
  account.begin(0);
  for (let at = 0; at < 4_400; at += 100) account.sweep(at, counts, 'no-picture');
  expect(account.looked({ arrivedMs: 2_500, decidedMs: 4_500 }, counts, 'no-picture')).toBe(true);
  expect(counts).toMatchObject({ due: 1, onTime: 1 });
});
