import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadableModel } from '../../../src/edge/detect/loadable-model.ts';
import { loadManifest, modelsDir } from '../../../src/edge/detect/model-manifest.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { adapterCases, type KnownObject } from '../../support/adapter-cases.ts';
import { runCli } from '../../support/cli.ts';
import { noSharedReason, sharedDir } from '../../support/shared.ts';
import { constantModel } from '../../support/tiny-onnx.ts';

const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-check-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const check = (...args: string[]) => runCli(['models', 'check', ...args, '--runs', '1'], { MAPLEBRIDGE_LOG: 'error' });

const person: KnownObject = { box: [12, 20, 31, 61], score: 0.9, classIndex: 0 };
const file = (kind: string) => join(scratch, `${kind}.onnx`);

beforeAll(() => {
  for (const adapter of adapterCases) {
    const options = {
      width: 128,
      height: 128,
      strides: adapter.strides,
      classes: ['person', 'car'] as const,
      scoreThreshold: 0.3,
    };
    writeFileSync(file(adapter.kind), adapter.model([person], options));
  }
});

describe('maplebridge models check', () => {
  test.each(adapterCases.map(({ kind }) => kind))('recognises %s, runs it, and prints its entry', async (kind) => {
    const { exit, output } = await check(file(kind), '--json');
    expect(exit, output).toBe(0);
    const report = JSON.parse(output);
    expect(report.chosen).toMatchObject({ kind, trial: { boxes: 1 } });
    expect(report.chosen.trial.bestScore).toBeCloseTo(0.9, 2);
    expect(report.description.picture).toEqual({ name: 'images', width: 128, height: 128, layout: 'nchw' });
    expect(report.entry).toMatchObject({
      kind,
      sha256: sha256(readFileSync(file(kind))),
      strides: report.chosen.strides,
    });
    expect(report.entry.rewrite).toEqual(kind === 'detr-post' ? ['target-size'] : []);
    expect(report.speed.latencyMs).toBeGreaterThan(0);
  });

  test('says it for a reader: inputs, outputs, operators, what fits and what does not and why', async () => {
    const { exit, output } = await check(file('yolox'));
    expect(exit, output).toBe(0);
    expect(output).toMatch(/input +images: float32 \[1, 3, 128, 128\]/);
    expect(output).toMatch(/output +output: float32 \[1, 336, 7\]/);
    expect(output).toMatch(/operators: .*Add 1/);
    expect(output).toMatch(/→ yolox +fits: 2 classes, strides 8, 16, 32; run on the picture: 1 boxes/);
    expect(output).toMatch(/detr +does not fit: expected logits .*got output \[1,336,7\]/);
    expect(output).toMatch(/speed here: [\d.]+ ms a picture/);
    expect(output).toMatch(/memory: about \d+ MB/);
    expect(output).toContain('"licence": "<licence of the weights, SPDX>"');
  });

  test('a model that no adapter reads: said, and the exit code says so too', async () => {
    const path = join(scratch, 'embedding.onnx');
    writeFileSync(
      path,
      constantModel({ name: 'x', dims: [1, 3, 64, 64] }, [{ name: 'y', dims: [1, 8], floats: new Float32Array(8) }]),
    );
    const { exit, output } = await check(path);
    expect(exit).toBe(1);
    expect(output).toMatch(/no manifest entry: no adapter reads this file/);
  });

  test.each([
    ['a file that is not there', 'nowhere.onnx', undefined, /nowhere\.onnx cannot be read/],
    ['a file that is no model', 'page.onnx', '<!doctype html>', /page\.onnx: not an ONNX file/],
    ['half a model', 'half.onnx', 'half', /half\.onnx: not an ONNX file/],
  ])('%s: a clear error', async (_, name, content, message) => {
    const path = join(scratch, name);
    if (content !== undefined)
      writeFileSync(path, content === 'half' ? readFileSync(file('yolox')).subarray(0, 300) : content);
    const { exit, output } = await check(path);
    expect(exit).toBe(2);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/\n\s+at /);
  });

  test('arguments that make no sense are refused', async () => {
    expect((await check(file('yolox'), '--kind', 'ssd')).output).toMatch(/--kind must be one of yolox, .*not "ssd"/);
    expect((await check(file('yolox'), '--threads', '0')).output).toMatch(/--threads must be a whole number from 1/);
    expect((await check(file('yolox'), '--picture', file('yolox'))).output).toMatch(/--picture .* is not a JPEG photo/);
  });
});

describe('what the loader makes of a manifest entry', () => {
  const cacheDir = join(scratch, 'cache');
  const published = file('detr-post');
  /** As `models check` would have written it. */
  const store = () => {
    const real = loadManifest();
    const [first] = real.models;
    if (first === undefined) throw new Error('the manifest is empty');
    const bytes = readFileSync(published);
    const input = { ...first.input, name: 'images', width: 128, height: 128 };
    const entry = { ...first, id: 'ours', kind: 'detr-post' as const, strides: [], file: 'detr-post.onnx', input };
    const model = { ...entry, sha256: sha256(bytes), bytes: bytes.length, rewrite: ['target-size' as const] };
    return { manifest: { ...real, models: [model] }, shippedDir: join(scratch, 'none'), cacheDir, mirror: scratch };
  };

  test('the rewritten graph lies in the cache, the hash stays that of the published file', async () => {
    const model = await loadableModel('ours', store());
    expect(model.path.startsWith(join(cacheDir, 'detr-post.'))).toBe(true);
    expect(model.rewritten).toEqual(['boxes in pixels of 128×128']);
    expect(model.entry.sha256).toBe(sha256(readFileSync(published)));
    expect((await loadableModel('ours', store())).path).toBe(model.path);
  });

  test('a rewritten graph that somebody changed is made anew', async () => {
    const { path } = await loadableModel('ours', store());
    const whole = readFileSync(path);
    writeFileSync(path, 'something else');
    await loadableModel('ours', store());
    expect(Buffer.compare(readFileSync(path), whole)).toBe(0);
  });

  test('another wish is another file', async () => {
    const one = await loadableModel('ours', store());
    const { manifest, ...rest } = store();
    const wider = manifest.models.map((each) => ({ ...each, input: { ...each.input, width: 160 } }));
    expect((await loadableModel('ours', { ...rest, manifest: { ...manifest, models: wider } })).path).not.toBe(
      one.path,
    );
  });

  test('a graph that does not allow the change: refused, saying what binds it', async () => {
    await expect(loadableModel('ours', store(), { batch: 2 })).rejects.toMatchObject({
      code: 'MB_MODEL_FAILED',
      message: expect.stringMatching(/^model ours: detr-post\.onnx: /),
    });
  });
});

describe('the manifest', () => {
  const manifest = join(scratch, 'manifest.json');
  const write = (...more: string[]) =>
    check(file('yolox'), '--manifest', manifest, '--write', '--id', 'our-yolox', ...more);
  beforeAll(() => copyFileSync(join(modelsDir, 'manifest.json'), manifest));

  test('nothing is written while licence or classes are open', async () => {
    const { exit, output } = await write('--classes', 'person');
    expect(exit).toBe(2);
    expect(output).toMatch(/--write needs --licence/);
    expect(loadManifest(manifest).models.some(({ id }) => id === 'our-yolox')).toBe(false);
  });

  test('a class set that is not there, and an id that is: refused, the manifest stays', async () => {
    const before = readFileSync(manifest, 'utf8');
    expect((await write('--licence', 'MIT', '--classes', 'ghosts')).output).toMatch(/names class set "ghosts"/);
    expect((await write('--licence', 'MIT', '--classes', 'person', '--id', 'yolox-nano-416')).output).toMatch(
      /is listed twice/,
    );
    expect(readFileSync(manifest, 'utf8')).toBe(before);
  });

  test('a whole entry is added; the rest of the file keeps its lines', async () => {
    const before = readFileSync(manifest, 'utf8');
    const { exit, output } = await write('--licence', 'MIT', '--classes', 'person', '--attribution', 'Us');
    expect(exit, output).toBe(0);
    const after = readFileSync(manifest, 'utf8');
    expect(after.startsWith(before.trimEnd().slice(0, -9))).toBe(true);
    expect(loadManifest(manifest).models.at(-1)).toMatchObject({
      id: 'our-yolox',
      kind: 'yolox',
      licence: 'MIT',
      attribution: 'Us',
    });
  });

  test('placeholders that were pasted as they are do not pass', () => {
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace(/"licence": "[^"]+"/, '"licence": "<licence of the weights, SPDX>"'));
    expect(() => loadManifest(manifest)).toThrow(/still to be filled in/);
  });
});

const models = join(sharedDir ?? '', 'models');
const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
describe.skipIf(!existsSync(models))(`published files, shared models${reason}`, () => {
  test.each([
    ['picodet_s_416_coco.onnx', 'picodet', ['weights', 'hard-swish'], /87 hard-swish folded/],
    ['nanodet_m_416.onnx', 'nanodet', ['weights'], /185 weights listed as inputs/],
    ['yolox_nano_416.onnx', 'yolox', [], /input 1×3×416×416 → 1×3×224×416/],
  ])('%s', async (name, kind, rewrite, says) => {
    const { exit, output } = await check(join(models, name), '--json');
    expect(exit, output).toBe(0);
    const report = JSON.parse(output);
    expect(report.chosen).toMatchObject({ kind, classes: 80 });
    expect(report.entry.rewrite).toEqual(rewrite);
    expect(JSON.stringify(report.description.rewrites)).toMatch(says);
  });
});
