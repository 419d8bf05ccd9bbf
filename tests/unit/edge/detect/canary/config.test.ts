import { expect, test } from 'vitest';
import { detectSchema } from '../../../../../src/edge/detect/config.ts';

const models = [{ id: 'yolox-nano-416' }];
const canary = { modelId: 'picodet-s-416', replaces: 'yolox-nano-416' };

test('a canary needs its two models and nothing else', () => {
  expect(detectSchema.parse({ models, canary }).canary).toEqual({
    ...canary,
    share: 0.05,
    minPictures: 500,
    minObjects: 200,
    score: 0.5,
    takeOver: 'manual',
    watchMs: 3_600_000,
    limits: { maxLost: 0.05, maxAdded: 0.1, maxLatencyRatio: 1.5, maxFailures: 3 },
  });
});

test.each([
  ['a model it does not stand beside', { ...canary, replaces: 'nanodet-m-416' }, /not one of models/],
  ['itself', { ...canary, modelId: 'yolox-nano-416' }, /the same model/],
  ['a share above one', { ...canary, share: 1.5 }, /share/],
  ['something unknown', { ...canary, shares: 0.1 }, /shares/],
])('refused: %s', (_, value, message) => {
  expect(() => detectSchema.parse({ models, canary: value })).toThrow(message);
});
