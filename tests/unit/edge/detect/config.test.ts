import { describe, expect, test } from 'vitest';
import { detectSchema } from '../../../../src/edge/detect/config.ts';
import { modelSettings } from '../../../../src/edge/detect/prepare-model.ts';

const settings = (written: unknown) => modelSettings(detectSchema.parse(written));

describe('configuration of the detector', () => {
  test('nothing written: one model on one thread of the cpu', () => {
    expect(settings({})).toEqual([{ id: 'yolox-nano-416', provider: 'cpu', threads: 1, sessions: 1 }]);
  });

  test('what a model leaves out is as for all of them', () => {
    const models = [{ id: 'a', provider: 'cpu', sessions: 2 }, { id: 'b' }];
    expect(settings({ provider: 'auto', threads: 3, models })).toEqual([
      { id: 'a', provider: 'cpu', threads: 3, sessions: 2 },
      { id: 'b', provider: 'auto', threads: 3, sessions: 1 },
    ]);
  });

  test('a model twice, none at all, an unknown provider: refused where they stand', () => {
    const issues = (written: unknown) =>
      detectSchema.safeParse(written).error?.issues.map(({ path }) => path.join('.'));
    expect(issues({ models: [{ id: 'a' }, { id: 'a' }] })).toEqual(['models.1.id']);
    expect(issues({ models: [] })).toEqual(['models']);
    expect(issues({ provider: 'gpu' })).toEqual(['provider']);
  });
});
