import { expect, test } from 'vitest';
import type { Severity } from '../../../../src/domain/scene-id.ts';
import { CostBook } from '../../../../src/edge/schedule/cost-book.ts';

const none = { ms: 1_000, expectedOffers: () => 0, streams: () => 0 };

/** Seconds in which a severity takes 100 looks each. */
function seconds(
  book: CostBook,
  count: number,
  costs: Partial<Record<Severity, [decodeMs: number, detectMs: number]>>,
) {
  for (let second = 0; second < count; second += 1) {
    for (const [severity, [decodeMs, detectMs]] of Object.entries(costs)) {
      const outcome = { result: 'decided', at: 0, decodeMs, detectMs } as const;
      for (let look = 0; look < 100; look += 1) book.look(Number(severity) as Severity, outcome, false);
    }
    book.close(none);
  }
}

test('costs are learnt by severity within seconds; one that was never seen costs what the others do', () => {
  const book = new CostBook();
  seconds(book, 30, { 1: [4, 1], 2: [8, 3] });
  expect(book.of(1).decodeMs).toBeCloseTo(4, 1);
  expect(book.of(2).detectMs).toBeCloseTo(3, 1);
  expect(book.of(4).decodeMs).toBeCloseTo(6, 1);
});

test('costs of looks that are not taken follow those that are: a box that gets faster does so for all', () => {
  const book = new CostBook();
  seconds(book, 60, { 1: [10, 4], 4: [20, 8] });
  seconds(book, 12, { 1: [5, 2] });
  expect(book.of(4).decodeMs).toBeLessThan(11);
  expect(book.of(4).decodeMs).toBeGreaterThan(5);
  seconds(book, 60, { 1: [5, 2] });
  expect(book.of(4).decodeMs).toBeCloseTo(5, 0);
});

test('a camera’s first look says nothing of those to come', () => {
  const book = new CostBook();
  seconds(book, 20, { 1: [4, 1] });
  for (let look = 0; look < 100; look += 1) {
    book.look(1, { result: 'decided', at: 0, decodeMs: 4, detectMs: 40 }, true);
  }
  book.close(none);
  expect(book.of(1).detectMs).toBeCloseTo(1, 1);
});

test('continuous decode costs what it takes of a second; pictures are counted against those expected', () => {
  const book = new CostBook();
  const terms = { ms: 1_000, expectedOffers: () => 10, streams: () => 2 };
  for (let second = 0; second < 60; second += 1) {
    book.stream(1, 200);
    for (let picture = 0; picture < 13; picture += 1) book.offer(1);
    for (let look = 0; look < 30; look += 1)
      book.look(1, { result: 'decided', at: 0, decodeMs: 4, detectMs: 1 }, false);
    book.close(terms);
  }
  expect(book.of(1).continuousMs).toBeCloseTo(100, 0);
  expect(book.of(1).rateFactor).toBeCloseTo(1.3, 2);
});
