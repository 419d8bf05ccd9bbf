import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../../../src/domain/detection.ts';
import { type Comparison, compareDetections } from '../../../../../src/edge/detect/canary/comparison.ts';
import { detection } from '../../../../support/detections.ts';

const score = 0.5;
const counts = ({ agreed, lost, added, faint }: Comparison) => [agreed.length, lost.length, added.length, faint];
const person = (value: number, box?: Detection['box']) => detection('person', value, box);

describe('two models on one picture', () => {
  test.each<[string, Detection[], Detection[], number[]]>([
    ['nothing at all', [], [], [0, 0, 0, 0]],
    ['the same', [person(0.9)], [person(0.6)], [1, 0, 0, 0]],
    ['lost', [person(0.9)], [], [0, 1, 0, 0]],
    ['added', [], [person(0.9)], [0, 0, 1, 0]],
    ['exactly at the score', [person(0.5)], [person(0.5)], [1, 0, 0, 0]],
    ['seen, but faintly', [person(0.9)], [person(0.49)], [0, 1, 0, 1]],
    ['faint in both', [person(0.4)], [person(0.4)], [0, 0, 0, 0]],
    ['faint before, confident now', [person(0.4)], [person(0.8)], [0, 0, 1, 0]],
    ['a car that is a truck now', [detection('car', 0.9)], [detection('truck', 0.9)], [1, 0, 0, 0]],
    ['a person that is a car now', [person(0.9)], [detection('car', 0.9)], [0, 1, 1, 0]],
    ['half of it overlaps', [person(0.9, [0, 0, 0.4, 0.4])], [person(0.9, [0, 0, 0.4, 0.8])], [1, 0, 0, 0]],
    ['a little less than half', [person(0.9, [0, 0, 0.4, 0.4])], [person(0.9, [0, 0, 0.4, 0.81])], [0, 1, 1, 0]],
    ['two for one', [person(0.9)], [person(0.9), person(0.8)], [1, 0, 1, 0]],
  ])('%s', (_, old, fresh, expected) => {
    expect(counts(compareDetections(old, fresh, score))).toEqual(expected);
  });

  test.each<[string, Detection[], Detection[], number[]]>([
    ['found by both, wherever', [person(0.9, [0.6, 0.6, 0.8, 0.8])], [person(0.9, [0.6, 0.6, 0.8, 0.8])], [1, 0, 0, 0]],
    ['added where only the new model looked', [], [person(0.9, [0.6, 0.6, 0.8, 0.8])], [0, 0, 0, 0]],
    ['lost where only the old model looked', [person(0.9, [0.6, 0.6, 0.8, 0.8])], [], [0, 0, 0, 0]],
    ['nearly all of it in what was asked', [person(0.9, [0.3, 0.1, 0.52, 0.5])], [], [0, 1, 0, 0]],
    ['too little of it', [person(0.9, [0.3, 0.1, 0.6, 0.5])], [], [0, 0, 0, 0]],
    ['over two regions', [person(0.9, [0.1, 0.4, 0.3, 0.6])], [], [0, 1, 0, 0]],
  ])('regions: %s', (_, old, fresh, expected) => {
    const regions = [
      [0, 0, 0.5, 0.5],
      [0, 0.5, 0.5, 0.6],
    ] as const;
    expect(counts(compareDetections(old, fresh, score, regions))).toEqual(expected);
  });

  test('the best overlap is matched, whatever the order', () => {
    const near = person(0.6, [0.1, 0.1, 0.3, 0.51]);
    const far = person(0.9, [0.1, 0.1, 0.3, 0.7]);
    for (const fresh of [
      [near, far],
      [far, near],
    ]) {
      const { agreed, added } = compareDetections([person(0.9, [0.1, 0.1, 0.3, 0.5])], fresh, score);
      expect(agreed.map((pair) => pair.new)).toEqual([near]);
      expect(added).toEqual([far]);
    }
  });
});

const corner = fc.double({ min: 0, max: 0.6, noNaN: true });
const side = fc.double({ min: 0.05, max: 0.4, noNaN: true });
const detections = fc.array(
  fc
    .tuple(
      fc.constantFrom('person' as const, 'car' as const, 'truck' as const, 'bicycle' as const),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      corner,
      corner,
      side,
      side,
    )
    .map(([name, value, x, y, width, height]) => detection(name, value, [x, y, x + width, y + height])),
  { maxLength: 12 },
);
const confident = (list: readonly Detection[]) => list.filter((each) => each.score >= score).length;

describe('two models on any picture', () => {
  test('every confident detection is counted once', () => {
    fc.assert(
      fc.property(detections, detections, (old, fresh) => {
        const { agreed, lost, added, faint } = compareDetections(old, fresh, score);
        expect(agreed.length + lost.length).toBe(confident(old));
        expect(agreed.length + added.length).toBe(confident(fresh));
        expect(new Set(agreed.map((pair) => pair.old)).size).toBe(agreed.length);
        expect(new Set(agreed.map((pair) => pair.new)).size).toBe(agreed.length);
        expect(faint).toBeLessThanOrEqual(lost.length);
        for (const { iou } of agreed) expect(iou).toBeGreaterThanOrEqual(0.5);
      }),
    );
  });

  test('a model agrees with itself; changing sides swaps lost and added', () => {
    fc.assert(
      fc.property(detections, detections, (old, fresh) => {
        expect(counts(compareDetections(old, old, score))).toEqual([confident(old), 0, 0, 0]);
        const there = compareDetections(old, fresh, score);
        const back = compareDetections(fresh, old, score);
        expect([back.agreed.length, back.added.length]).toEqual([there.agreed.length, there.lost.length]);
      }),
    );
  });
});
