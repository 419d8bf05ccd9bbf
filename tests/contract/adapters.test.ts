import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Picture } from '../../src/domain/picture.ts';
import type { OutputTensor, ReaderOptions } from '../../src/edge/detect/candidate.ts';
import { rewriteModel } from '../../src/edge/detect/graph/rewrite-model.ts';
import { loadManifest, type ModelEntry, modelKinds } from '../../src/edge/detect/model-manifest.ts';
import { ModelRunner } from '../../src/edge/detect/model-runner.ts';
import { outputReaders } from '../../src/edge/detect/output-readers.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { type AdapterCase, adapterCases, asOutputs, type KnownObject } from '../support/adapter-cases.ts';

const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-adapters-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const base = { width: 128, height: 128, classes: ['person', undefined, 'car', 'bus'], scoreThreshold: 0.3 } as const;
const person: KnownObject = { box: [12, 20, 31, 61], score: 0.9, classIndex: 0 };
const car: KnownObject = { box: [50.5, 30.25, 99, 62], score: 0.6, classIndex: 2 };

test('every kind of the manifest has its case', () => {
  expect(adapterCases.map(({ kind }) => kind).sort()).toEqual([...modelKinds].sort());
});

describe.each(adapterCases.map((each) => [each.kind, each] as const))('adapter %s', (kind, adapter) => {
  const options: ReaderOptions = { ...base, strides: adapter.strides };
  const read = outputReaders[kind](options);
  const found = (...objects: KnownObject[]) => read(asOutputs(adapter.encode(objects, options)));
  const sorted = (...objects: KnownObject[]) => found(...objects).sort((a, b) => b.score - a.score);

  test('boxes, scores and classes of what the model wrote', () => {
    const [first, second, ...more] = sorted(person, car);
    expect(more).toEqual([]);
    for (const [candidate, { box, score }, name] of [
      [first, person, 'person'],
      [second, car, 'car'],
    ] as const) {
      expect(candidate?.class).toBe(name);
      expect(candidate?.score).toBeCloseTo(score, 4);
      const corners = [candidate?.x1, candidate?.y1, candidate?.x2, candidate?.y2];
      for (const [side, value] of box.entries()) expect(corners[side]).toBeCloseTo(value, 2);
    }
  });

  test('nothing for an empty picture', () => expect(found()).toEqual([]));

  test('the threshold: just above, just below', () => {
    expect(found({ ...person, score: 0.305 })).toHaveLength(1);
    expect(found({ ...person, score: 0.295 })).toEqual([]);
  });

  test('a class without a canonical name is ignored', () => {
    expect(found({ ...person, classIndex: 1 })).toEqual([]);
    expect(found({ ...person, classIndex: 3 })).toMatchObject([{ class: 'bus' }]);
  });

  test('outputs of another shape are refused, saying what was expected and what came', () => {
    const outputs = asOutputs(adapter.encode([person], options));
    const shorter = (tensor: OutputTensor): OutputTensor => ({
      ...tensor,
      dims: tensor.dims.map((dim, axis) => (axis === 1 ? dim - 1 : dim)),
      data: tensor.data.subarray(0, (tensor.data.length / (tensor.dims[1] ?? 1)) * ((tensor.dims[1] ?? 1) - 1)),
    });
    const [first, ...rest] = outputs;
    if (first === undefined) throw new Error('no outputs');
    expect(() => read([shorter(first), ...rest])).toThrow(/expected .*\[.*got .*\[/);
    expect(() => read([])).toThrow(/expected .*got/);
    expect(() => read([{ name: 'other', dims: [1, 7], data: new Float32Array(7) }])).toThrow(/expected .*got .*1,7/);
  });

  test('whatever numbers a graph gives, no NaN and no infinity leaks', () => {
    const outputs = asOutputs(adapter.encode([person, car], options));
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38, -3e38, 88, -1);
    const damage = fc.array(fc.tuple(fc.nat(outputs.length - 1), fc.nat(1e6), bad), { maxLength: 60 });
    fc.assert(
      fc.property(damage, fc.boolean(), (changes, flood) => {
        const data = outputs.map((each) =>
          flood ? new Float32Array(each.data.length).fill(Number.NaN) : each.data.slice(),
        );
        for (const [which, at, value] of changes)
          data[which]?.fill(value, at % (data[which]?.length ?? 1), (at % (data[which]?.length ?? 1)) + 1);
        for (const { x1, y1, x2, y2, score } of read(
          outputs.map((each, index) => ({ ...each, data: data[index] ?? each.data })),
        )) {
          for (const value of [x1, y1, x2, y2, score]) expect(Number.isFinite(value)).toBe(true);
          expect(score).toBeGreaterThanOrEqual(options.scoreThreshold);
        }
      }),
      { numRuns: 150 },
    );
  });

  describe('through the runtime', () => {
    test('a stretched picture: boxes are shares of it', async () => {
      const [first, second] = await detect(adapter, options, 'stretch', { width: 128, height: 128 });
      expectBox(first?.box, [12 / 128, 20 / 128, 31 / 128, 61 / 128]);
      expectBox(second?.box, [50.5 / 128, 30.25 / 128, 99 / 128, 62 / 128]);
      expect([first?.class, second?.class]).toEqual(['person', 'car']);
    });

    test('a letterboxed picture: boxes are shares of its content', async () => {
      const [first, second] = await detect(adapter, options, 'letterbox', { width: 128, height: 72 });
      expectBox(first?.box, [12 / 128, 20 / 72, 31 / 128, 61 / 72]);
      expectBox(second?.box, [50.5 / 128, 30.25 / 72, 99 / 128, 62 / 72]);
    });

    test('a van that is half car, half bus is one object', async () => {
      const van = { box: [20, 20, 60, 60], score: 0.8, classIndex: 2 } as const;
      const kept = await detect(adapter, options, 'stretch', { width: 128, height: 128 }, [
        van,
        { ...van, score: 0.6, classIndex: 3 },
      ]);
      expect(kept).toMatchObject([{ class: 'car' }]);
    });

    test('two who stand close together: suppressed, unless the model gives each object once', async () => {
      const close: KnownObject[] = [
        { box: [12, 20, 52, 60], score: 0.9, classIndex: 0 },
        { box: [20, 20, 60, 60], score: 0.8, classIndex: 0 },
      ];
      const kept = await detect(adapter, options, 'stretch', { width: 128, height: 128 }, close);
      expect(kept).toHaveLength(kind.startsWith('detr') ? 2 : 1);
    });

    test('a model that does not fit its entry is refused when it is opened', async () => {
      const entry = {
        ...entryOf(adapter, options, 'stretch'),
        input: { ...entryOf(adapter, options, 'stretch').input, width: 64 },
      };
      const path = fileOf(adapter, options);
      await expect(ModelRunner.open({ ...runnerOf(path, entry), classes: options.classes })).rejects.toThrow();
    });
  });
});

function expectBox(box: readonly number[] | undefined, expected: readonly number[]): void {
  for (const [side, value] of expected.entries()) expect(box?.[side]).toBeCloseTo(value, 3);
}

function entryOf(
  { kind, strides }: AdapterCase,
  { width, height }: ReaderOptions,
  fit: 'stretch' | 'letterbox',
): ModelEntry {
  const [entry] = loadManifest().models;
  if (entry === undefined) throw new Error('the manifest is empty');
  return {
    ...entry,
    id: `tiny-${kind}`,
    kind,
    strides: [...strides],
    sha256: sha256(kind),
    input: { ...entry.input, name: 'images', width, height, fit },
  };
}

/** The loader's part: DETR's second input is bound. */
function fileOf(adapter: AdapterCase, options: ReaderOptions, objects: readonly KnownObject[] = [person, car]): string {
  const path = join(scratch, `${adapter.kind}.onnx`);
  const { width, height } = options;
  writeFileSync(path, rewriteModel(adapter.model(objects, options), { targetSize: { width, height } }).bytes);
  return path;
}

const runnerOf = (path: string, entry: ModelEntry) => ({
  path,
  entry,
  provider: 'cpu',
  threads: 1,
  scoreThreshold: base.scoreThreshold,
  iouThreshold: 0.5,
});

async function detect(
  adapter: AdapterCase,
  options: ReaderOptions,
  fit: 'stretch' | 'letterbox',
  size: { width: number; height: number },
  objects?: readonly KnownObject[],
) {
  const entry = entryOf(adapter, options, fit);
  const runner = await ModelRunner.open({
    ...runnerOf(fileOf(adapter, options, objects), entry),
    classes: options.classes,
  });
  const picture: Picture = {
    ...size,
    format: 'bgr24',
    data: new Uint8Array(size.width * size.height * 3).fill(90),
    sourceWidth: size.width * 10,
    sourceHeight: size.height * 10,
  };
  const { detections, run } = await runner.detect(picture);
  await runner.close();
  expect(run).toMatchObject({ modelId: entry.id, modelSha256: entry.sha256, inputWidth: 128 });
  return detections;
}
