import { describe, expect, test } from 'vitest';
import { Dwell } from '../../../../src/edge/scene/rule/dwell.ts';

const limits = { occlusionMs: 3_000, streamGapMs: 12_000, clearAfterMs: 30_000 };

/** Looks at a subject from second 0 on: `1` seen, `0` missed; the looks on which its stay was over. */
function over(looks: string, everyS: number): number[] {
  let dwell = new Dwell(0, limits);
  return [...looks].flatMap((look, index) => {
    const at = (index + 1) * everyS * 1000;
    // Restarted on every look, so that nothing is remembered that is not saved.
    dwell = Dwell.restore(JSON.parse(JSON.stringify(dwell.save())), limits);
    if (look === '1') dwell.present(at);
    return look === '1' || dwell.absent(at) ? [] : [index];
  });
}

describe('a stay', () => {
  test.each([
    ['three seconds of misses at 10 looks a second', 0.1, '1'.repeat(5) + '0'.repeat(31), []],
    ['a moment longer', 0.1, '1'.repeat(5) + '0'.repeat(32), [36]],
    ['two misses, a look every two seconds', 2, '1001', []],
    ['three', 2, '10001', [3]],
    ['two misses, a look every ten seconds', 10, '1001', []],
    ['three of them', 10, '10001', [3]],
    ['misses that do not follow each other', 10, '10010010010', []],
  ])('%s', (_what, everyS, looks, ends) => expect(over(looks, everyS)).toEqual(ends));

  test.each([
    ['is over with the second miss after which its incident is cleared', 20_000, false],
    ['goes on where the incident does', 20_001, true],
  ])('%s', (_what, clearAfterMs, goesOn) => {
    const dwell = new Dwell(0, { ...limits, clearAfterMs });
    expect(dwell.absent(10_000)).toBe(true);
    expect(dwell.absent(20_000)).toBe(goesOn);
  });

  test('is not over for one miss, however soon its incident would be cleared', () => {
    const dwell = new Dwell(0, { ...limits, clearAfterMs: 1_000 });
    expect(dwell.absent(10_000)).toBe(true);
  });

  test('counts the time of short misses, and none of a gap', () => {
    const dwell = new Dwell(0, limits);
    dwell.present(10_000);
    dwell.absent(20_000);
    dwell.present(30_000);
    dwell.present(60_000);
    expect(dwell.dwellMs).toBe(30_000);
  });

  describe('when the clock is set back by an hour', () => {
    const back = -3_600_000;

    test('ends in its time, and grows by nothing', () => {
      const dwell = new Dwell(0, limits);
      dwell.present(10_000);
      expect([12_000, 14_000].map((at) => dwell.absent(at))).toEqual([true, true]);
      expect([back, back + 2_000].map((at) => dwell.absent(at))).toEqual([true, false]);
      expect(dwell.dwellMs).toBe(16_000);
    });

    test('goes on, and never began later than now', () => {
      const dwell = new Dwell(0, limits);
      dwell.present(10_000);
      dwell.present(back);
      dwell.present(back + 2_000);
      expect(dwell.dwellMs).toBe(12_000);
      expect(dwell.startedAt).toBe(back);
    });
  });

  test('a miss right after a gap of the stream is the first', () => {
    const dwell = new Dwell(0, limits);
    dwell.present(2_000);
    expect([60_000, 62_000, 64_000].map((at) => dwell.absent(at))).toEqual([true, true, false]);
  });
});
