import { expect, test } from 'vitest';
import { foundOfClass } from '../../../scripts/footage/found-boxes.ts';
import type { TruthBox } from '../../../scripts/footage/truth.ts';
import type { Detection } from '../../../src/domain/detection.ts';

const size = { width: 100, height: 100 };
const scores = { leastScore: 0.3, sureScore: 0.7 };
const car: TruthBox = { id: 1, class: 'car', box: [10, 10, 30, 30], visible: 1 };
const truck: TruthBox = { id: 2, class: 'truck', box: [60, 60, 90, 90], visible: 1 };
const hidden: TruthBox = { id: 3, class: 'car', box: [40, 40, 60, 60], visible: 0.1, ignore: true };
const seen = (box: Detection['box'], score: number): Detection => ({ class: 'car', box, score });
const onCar = (score: number) => seen([0.1, 0.1, 0.3, 0.3], score);

test.each<[string, readonly Detection[], object]>([
  ['surely', [onCar(0.9)], { found: 1, wrong: 0, sure: 1 }],
  ['just so', [onCar(0.5)], { found: 1, wrong: 0, sure: 0, bestScores: [0.5] }],
  ['not at all: below the least score', [onCar(0.2)], { found: 0, wrong: 0 }],
  [
    'twice: the second is a mistake, and no car taken for a car',
    [onCar(0.9), onCar(0.8)],
    { found: 1, wrong: 1, surelyWrong: 1, worst: { score: 0.8, on: 'duplicate' } },
  ],
  ['where a truck is', [seen([0.6, 0.6, 0.9, 0.9], 0.8)], { found: 0, wrong: 1, worst: { score: 0.8, on: 'truck' } }],
  [
    'where nothing is',
    [seen([0.8, 0.1, 0.9, 0.2], 0.4)],
    { found: 0, wrong: 1, surelyWrong: 0, worst: { score: 0.4, on: 'nothing' } },
  ],
  ['where one is that need not be found', [seen([0.4, 0.4, 0.6, 0.6], 0.9)], { found: 0, wrong: 0, sure: 0 }],
  ['in a part of such a one', [seen([0.42, 0.42, 0.5, 0.5], 0.9)], { found: 0, wrong: 0 }],
])('a car is found %s', (_, detections, expected) => {
  const judged = foundOfClass('car', [{ truth: [car, truck, hidden], detections }], size, scores);
  expect(judged).toMatchObject({ class: 'car', boxes: 1, objects: 1, ...expected });
});

test('an object counts once, by its best picture', () => {
  const pictures = [0.4, 0.8, 0.6].map((score) => ({ truth: [car], detections: [onCar(score)] }));
  expect(foundOfClass('car', pictures, size, scores)).toMatchObject({
    ...{ boxes: 3, found: 3, objects: 1, sure: 1, bestScores: [0.8] },
  });
});
