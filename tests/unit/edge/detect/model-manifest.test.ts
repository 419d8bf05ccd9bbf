import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { objectClasses } from '../../../../src/domain/object-class.ts';
import { canonicalClasses, findModel, loadManifest } from '../../../../src/edge/detect/model-manifest.ts';

const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-manifest-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const manifest = loadManifest();

describe('models/manifest.json', () => {
  test.each(manifest.models.map((model) => [model.id, model] as const))('%s is complete', (id, model) => {
    expect(findModel(manifest, id)).toBe(model);
    expect(model.licence).not.toBe('');
    expect(canonicalClasses(manifest, model)).toContain('person');
    if (!model.shipped && model.classes === 'coco-80') expect(model.sources).not.toEqual([]);
  });

  test('COCO names in the order of the outputs', () => {
    const classes = canonicalClasses(manifest, findModel(manifest, 'yolox-nano-416'));
    expect(classes).toHaveLength(80);
    expect([classes[0], classes[2], classes[5], classes[7], classes[16]]).toEqual([
      'person',
      'car',
      'bus',
      'truck',
      'animal',
    ]);
    expect(classes[71]).toBeUndefined();
  });

  test('our own classes are the canonical ones, in their order', () => {
    const own = manifest.classSets['maplebridge-25'];
    expect(own?.names).toEqual(objectClasses);
    expect(own?.canonical).toEqual(Object.fromEntries(objectClasses.map((name) => [name, name])));
  });

  test('an unknown id names the nearest, or only what is known', () => {
    expect(() => findModel(manifest, 'picodet-s-417')).toThrow(/did you mean "picodet-s-416"\?/);
    expect(() => findModel(manifest, 'resnet')).toThrow(/^no model "resnet": known: yolox-nano-416/);
  });
});

describe('a manifest that is wrong', () => {
  const [entry] = manifest.models;
  const { input: _, ...withoutInput } = entry ?? {};
  test.each<[string, unknown, RegExp]>([
    ['not JSON', 'x{', /JSON/],
    ['a model without input', { ...manifest, models: [withoutInput] }, /input/],
    ['a file outside its folder', { ...manifest, models: [{ ...entry, file: '../x.onnx' }] }, /file/],
    ['an id twice', { ...manifest, models: [entry, entry] }, /listed twice/],
    [
      'strides for a graph that has its grid inside',
      { ...manifest, models: [{ ...entry, kind: 'ready' as const }] },
      /names strides, but ready has its grid inside/,
    ],
    ['no strides for a grid', { ...manifest, models: [{ ...entry, strides: [] }] }, /names no strides/],
    ['a class set that is not there', { ...manifest, models: [{ ...entry, classes: 'x' }] }, /class set "x"/],
    [
      'a class that is not one of the names',
      { ...manifest, classSets: { 'coco-80': { names: ['a'], canonical: { b: 'car' } } }, models: [] },
      /"b" is not one of its names/,
    ],
  ])('%s: refused', (name, content, message) => {
    const path = join(scratch, `${name}.json`);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    expect(() => loadManifest(path)).toThrow(message);
    expect(() => loadManifest(path)).toThrow(expect.objectContaining({ code: 'MB_MODEL_MANIFEST' }));
  });
});
