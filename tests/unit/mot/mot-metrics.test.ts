import { describe, expect, test } from 'vitest';
import { combined, motCounts, motScores } from '../../../scripts/mot/mot-metrics.ts';
import type { Identified, MotFrame } from '../../../scripts/mot/mot-sequence.ts';

/** A box of 10 × 10 in a row of places far apart; moved by `by` it overlaps (10 − by) / (10 + by). */
const at = (id: number, place: number, by = 0): Identified => ({
  id,
  box: [place * 100 + by, 0, place * 100 + by + 10, 10],
});

/** Frame by frame: true boxes and found ones, as `id@place` each; found ids are from 10 up. */
function frames(...each: readonly (readonly [truth: string, found: string])[]): MotFrame[] {
  const read = (text: string) =>
    text
      .split(' ')
      .filter((part) => part !== '')
      .map((part) => at(Number(part.split('@')[0]), Number(part.split('@')[1])));
  return each.map(([truth, found]) => ({ truth: read(truth), found: read(found) }));
}

const score = (...each: readonly (readonly [string, string])[]) => motScores(motCounts(frames(...each)));

describe('CLEAR and identity metrics, worked out by hand', () => {
  test('perfect', () => {
    expect(score(['1@1 2@2', '11@1 12@2'], ['1@1 2@2', '12@2 11@1'])).toEqual({
      mota: 1,
      motp: 1,
      idf1: 1,
      idp: 1,
      idr: 1,
      idSwitches: 0,
      fragmentations: 0,
      falsePositives: 0,
      falseNegatives: 0,
      truths: 4,
    });
  });

  test('one switch half way: every box found, half of them under the identity that counts', () => {
    const scores = score(['1@1', '11@1'], ['1@1', '11@1'], ['1@1', '12@1'], ['1@1', '12@1']);
    // MOTA (4 − 0 − 1) / 4; 2 of 4 right, 2 found in excess, 2 missing: 2 / (2 + 1 + 1).
    expect(scores).toMatchObject({ mota: 0.75, idSwitches: 1, fragmentations: 0, idf1: 0.5, idp: 0.5, idr: 0.5 });
  });

  test('one missed', () => {
    const scores = score(['1@1 2@2', '11@1 12@2'], ['1@1 2@2', '11@1']);
    expect(scores).toMatchObject({ mota: 0.75, falseNegatives: 1, falsePositives: 0, idp: 1, idr: 0.75 });
    expect(scores.idf1).toBeCloseTo(3 / 3.5);
  });

  test('one too many', () => {
    expect(score(['1@1', '11@1 19@5'])).toMatchObject({ mota: 0, falsePositives: 1, idr: 1, idp: 0.5 });
    expect(score(['', '19@5'])).toMatchObject({ mota: -1, motp: 0, idf1: 0 });
  });

  test('a fragmentation: lost for a frame and found again under the same id; another finds on meanwhile', () => {
    const scores = score(['1@1 2@2', '11@1 12@2'], ['1@1 2@2', '12@2'], ['1@1 2@2', '11@1 12@2']);
    expect(scores).toMatchObject({ fragmentations: 1, idSwitches: 0, falseNegatives: 1 });
    expect(scores.mota).toBeCloseTo(5 / 6);
  });

  test('a switch counts however long nobody was found in between', () => {
    const scores = score(['1@1 2@2', '11@1 12@2'], ['1@1 2@2', '12@2'], ['1@1 2@2', '13@1 12@2']);
    expect(scores).toMatchObject({ idSwitches: 1, fragmentations: 1 });
  });

  test('a frame in which nothing at all was found interrupts nobody, as in TrackEval', () => {
    expect(score(['1@1', '11@1'], ['1@1', ''], ['1@1', '11@1'])).toMatchObject({
      fragmentations: 0,
      falseNegatives: 1,
    });
  });

  test('a swap: two switches', () => {
    const scores = score(['1@1 2@2', '11@1 12@2'], ['1@1 2@2', '12@1 11@2'], ['1@1 2@2', '12@1 11@2']);
    // 4 of 6 boxes are right when 1 is taken for 12 and 2 for 11.
    expect(scores).toMatchObject({ idSwitches: 2, mota: 4 / 6 });
    expect(scores.idf1).toBeCloseTo(4 / 6);
  });

  test('who was matched before stays matched, although another overlaps more', () => {
    const counts = motCounts([
      { truth: [at(1, 1)], found: [at(11, 1)] },
      { truth: [at(1, 1)], found: [at(12, 1), at(11, 1, 3)] },
    ]);
    expect(counts.clear).toMatchObject({ switches: 0, matches: 2, falsePositives: 1 });
    expect(counts.clear.overlap).toBeCloseTo(1 + 7 / 13);
  });

  test.each([
    // 10 × 10 moved by x: overlap (10 − x) / (10 + x); a third is exactly half.
    [10 / 3 - 0.01, 1],
    [10 / 3 + 0.01, 0],
  ])('moved by %d: %d matches', (by, matches) => {
    expect(motCounts([{ truth: [at(1, 1)], found: [at(11, 1, by)] }]).clear.matches).toBe(matches);
  });

  test('the most pairs of enough overlap, not the best one alone', () => {
    // 11 overlaps both; 12 only the first. Greedy by overlap would leave the second without.
    const truth: Identified[] = [
      { id: 1, box: [0, 0, 10, 10] },
      { id: 2, box: [3, 0, 13, 10] },
    ];
    const found: Identified[] = [
      { id: 11, box: [1, 0, 11, 10] },
      { id: 12, box: [-3, 0, 7, 10] },
    ];
    expect(motCounts([{ truth, found }]).clear).toMatchObject({ matches: 2, falsePositives: 0, misses: 0 });
  });

  test('identities are matched over the whole sequence, not frame by frame', () => {
    // 11 follows 1 twice, then 2 thrice; 12 follows 1 once: 11 is best taken for 2, 12 for 1.
    const scores = score(['1@1', '11@1'], ['1@1', '11@1'], ['1@1 2@2', '12@1 11@2'], ['2@2', '11@2'], ['2@2', '11@2']);
    expect(scores.idf1).toBeCloseTo(4 / 6);
    expect(scores.idSwitches).toBe(1);
  });

  test('sequences are added up, not averaged', () => {
    const long = motCounts(frames(['1@1', '11@1'], ['1@1', '11@1'], ['1@1', '11@1']));
    const short = motCounts(frames(['1@1', '']));
    expect(motScores(combined([long, short]))).toMatchObject({ mota: 0.75, idr: 0.75, truths: 4 });
  });
});
