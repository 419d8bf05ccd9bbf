import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkAskedClasses } from '../../../../src/edge/detect/asked-classes.ts';
import { detectSchema } from '../../../../src/edge/detect/config.ts';
import { loadManifest } from '../../../../src/edge/detect/model-manifest.ts';
import { modelSettings } from '../../../../src/edge/detect/prepare-model.ts';
import { tinyManifest } from '../../../support/tiny-detector.ts';

const store = { manifest: loadManifest(), cacheDir: join(tmpdir(), 'maplebridge-nothing-pulled') };
const settings = (written: unknown) => modelSettings(detectSchema.parse(written), store);

describe('configuration of the detector', () => {
  test('nothing written: one model on one thread of the cpu', () => {
    expect(settings({})).toMatchObject([{ provider: 'cpu', threads: 1, sessions: 1 }]);
  });

  test('only some classes of a model', () => {
    expect(settings({ models: [{ id: 'a', classes: ['person'] }] })).toMatchObject([{ id: 'a', classes: ['person'] }]);
  });

  test('what a model leaves out is as for all of them', () => {
    const models = [{ id: 'a', provider: 'cpu', sessions: 2 }, { id: 'b' }];
    expect(settings({ provider: 'auto', threads: 3, models })).toEqual([
      { id: 'a', provider: 'cpu', threads: 3, sessions: 2 },
      { id: 'b', provider: 'auto', threads: 3, sessions: 1 },
    ]);
  });

  test.each<[string, unknown, RegExp | undefined]>([
    ['a class it knows', [{ id: 'sees-people', classes: ['person'] }], undefined],
    ['all it knows', [{ id: 'sees-people' }], undefined],
    [
      'a class that only another model knows',
      [{ id: 'sees-cars' }, { id: 'sees-people', classes: ['person', 'car'] }],
      /^detect\.models\.1\.classes: model "sees-people" does not know car; it knows person$/,
    ],
    ['a model that nobody knows', [{ id: 'sees-dogs', classes: ['animal'] }], /no model "sees-dogs"/],
  ])('a model asked for %s', (_, models, refusal) => {
    const check = () => checkAskedClasses(detectSchema.parse({ models }), tinyManifest());
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });

  test('a model twice, none at all, an unknown provider: refused where they stand', () => {
    const issues = (written: unknown) =>
      detectSchema.safeParse(written).error?.issues.map(({ path }) => path.join('.'));
    expect(issues({ models: [{ id: 'a' }, { id: 'a' }] })).toEqual(['models.1.id']);
    expect(issues({ models: [] })).toEqual(['models']);
    expect(issues({ provider: 'gpu' })).toEqual(['provider']);
  });
});
