import { expect, test } from 'vitest';
import type { Detection, ModelRun } from '../../../../src/domain/detection.ts';
import type { Sha256 } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import { mergeModels } from '../../../../src/edge/detect/merge-models.ts';

const run: ModelRun = {
  modelId: 'any',
  modelSha256: '' as Sha256,
  provider: 'cpu',
  inputWidth: 32,
  inputHeight: 32,
  inputScale: 1,
  latencyMs: 1,
};
/** A box of a tenth by a tenth, moved to the right; moved by 0.033 it overlaps the first by half. */
const found = (name: ObjectClass, score: number, right = 0): Detection => ({
  box: [0.2 + right, 0.2, 0.3 + right, 0.3],
  class: name,
  score,
  run,
});
/** Models that know the classes they are given in the test, and what a public model knows. */
const common: readonly ObjectClass[] = ['person', 'bicycle', 'motorcycle', 'car', 'truck'];
const merged = (models: Detection[][], more: readonly ObjectClass[] = []) =>
  mergeModels(
    models.map((detections, index) => ({
      detections,
      cut: [],
      knows: new Set([...common, ...(index === 1 ? more : [])]),
    })),
    0.5,
  ).detections.map(({ class: name, score }) => `${name} ${score}`);

test.each<[string, Detection[][], string[]]>([
  ['one object, two models: the surer box', [[found('person', 0.6)], [found('person', 0.8, 0.01)]], ['person 0.8']],
  ['as sure: the box of the model asked first', [[found('car', 0.6)], [found('truck', 0.6)]], ['car 0.6']],
  ['one van, as car and as truck', [[found('car', 0.9)], [found('truck', 0.6)]], ['car 0.9']],
  [
    'a rider and the bicycle under them',
    [[found('person', 0.9)], [found('bicycle', 0.6)]],
    ['person 0.9', 'bicycle 0.6'],
  ],
  [
    'two who stand beside each other',
    [[found('person', 0.9)], [found('person', 0.8, 0.05)]],
    ['person 0.9', 'person 0.8'],
  ],
  [
    'what one model says twice is its own affair',
    [[found('person', 0.9), found('person', 0.8)], [found('flame', 0.7)]],
    ['person 0.9', 'person 0.8', 'flame 0.7'],
  ],
  [
    'what gave way itself pushes nobody out',
    [[found('person', 0.9), found('person', 0.7, 0.06)], [found('person', 0.8, 0.03)]],
    ['person 0.9', 'person 0.7'],
  ],
  ['nothing from the others', [[found('person', 0.9)], []], ['person 0.9']],
  ['nothing at all', [], []],
])('%s', (_, models, expected) => expect(merged(models)).toEqual(expected));

test.each<[string, readonly ObjectClass[], Detection[][], string[]]>([
  [
    'an e-bike that the other model can only call a motorcycle',
    ['e-bike'],
    [[found('motorcycle', 0.8)], [found('e-bike', 0.6)]],
    ['e-bike 0.6'],
  ],
  [
    'a fire engine that it takes for a truck, as sure',
    ['fire_engine'],
    [[found('truck', 0.6)], [found('fire_engine', 0.6)]],
    ['fire_engine 0.6'],
  ],
  [
    'a car that the model which knows more takes for a truck goes by score',
    ['e-bike'],
    [[found('car', 0.8)], [found('truck', 0.6)]],
    ['car 0.8'],
  ],
])('%s', (_, more, models, expected) => expect(merged(models, more)).toEqual(expected));

test('a box that gave way to another model’s is not looked at again in full, one that stayed is', () => {
  const knows = new Set(common);
  const [halfSeen, whole, alone] = [found('car', 0.6), found('car', 0.8, 0.01), found('person', 0.7, 0.4)];
  const copy = structuredClone([halfSeen.box, alone.box]);
  const first = { detections: [alone, halfSeen], cut: copy, knows };
  expect(mergeModels([first, { detections: [whole], cut: [], knows }], 0.5).cut).toEqual([alone.box]);
  expect(mergeModels([first, { detections: [whole], cut: [whole.box], knows }], 0.5).cut).toEqual([
    alone.box,
    whole.box,
  ]);
  expect(mergeModels([first, { detections: [], cut: [], knows }], 0.5).cut).toEqual(copy);
});
