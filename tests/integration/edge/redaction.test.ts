import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Picture } from '../../../src/domain/picture.ts';
import type { DetectConfig } from '../../../src/edge/detect/config.ts';
import { detectSchema } from '../../../src/edge/detect/config.ts';
import { loadManifest } from '../../../src/edge/detect/model-manifest.ts';
import type { ModelStoreOptions } from '../../../src/edge/detect/model-store.ts';
import { redactSchema } from '../../../src/edge/redact/config.ts';
import { Redactor } from '../../../src/edge/redact/redactor.ts';
import { redactionModel } from '../../../src/edge/redaction-model.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { sharedDir } from '../../support/shared.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { makeTestClip } from '../../support/test-clip.ts';
import { tinyManifest, writeTinyModel } from '../../support/tiny-detector.ts';

const run = promisify(execFile);
const worker = new URL('../../../src/edge/redact-worker.ts', import.meta.url);
const facts = { scene: 'zone_intrusion', subjects: [], seen: [] };

let folder: Awaited<ReturnType<typeof tempDir>>;
let metrics: Metrics;
let redactor: Redactor | undefined;

beforeAll(async () => {
  folder = await tempDir('redaction');
  await writeTinyModel(folder.path, 'sees-people');
  await writeTinyModel(folder.path, 'sees-cars');
});
afterAll(() => folder.remove());
afterEach(() => redactor?.stop());

/** A redactor over a model that sees one person (or car) in the middle of everything. */
async function started(
  over: object = {},
  more: { detect?: DetectConfig; store?: ModelStoreOptions; workerFile?: URL } = {},
): Promise<Redactor> {
  metrics = new Metrics();
  const config = redactSchema.parse({ pictureTimeoutMs: 30_000, ...over });
  const tiny = { manifest: tinyManifest(), mirror: folder.path, cacheDir: join(folder.path, 'cache') };
  const { detect = detectSchema.parse({ models: [{ id: 'sees-people' }] }), store = tiny, workerFile = worker } = more;
  redactor = new Redactor({
    config,
    model: (signal) => redactionModel(config, detect, store, signal),
    workerFile,
    ...{ clock: systemClock, log: createLogger('test'), metrics },
  });
  await redactor.start();
  return redactor;
}

async function results(): Promise<Record<string, number>> {
  const { values } = (await metrics.registry.getSingleMetric('maplebridge_redaction_total')?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels['what']} ${labels['result']}`, value]));
}

function noise(width: number, height: number): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7919) % 251);
  return { width, height, data, format: 'rgb24', sourceWidth: width, sourceHeight: height };
}

const same = (a: Picture, b: Picture, [x, y]: readonly [number, number]) => {
  const at = (y * a.width + x) * 3;
  return [0, 1, 2].every((channel) => a.data[at + channel] === b.data[at + channel]);
};

describe('pictures', () => {
  test('the head is gone, the rest is as it was, and the note says by what', async () => {
    const before = noise(64, 64);
    const done = await (await started({ mode: 'heads' })).picture(before, facts);
    expect(done?.redaction).toMatchObject({
      faces: 'blurred',
      plates: 'none-found',
      method: 'heads-1',
      model: { id: 'sees-people' },
    });
    const after = done?.picture ?? before;
    expect(same(after, before, [32, 24])).toBe(false);
    for (const corner of [
      [2, 2],
      [61, 61],
      [2, 61],
    ] as const)
      expect(same(after, before, corner)).toBe(true);
    expect(before.data).toEqual(noise(64, 64).data);
  });

  test('with a model nobody measured, all but the subject is covered', async () => {
    const done = await (await started()).picture(noise(64, 64), facts);
    expect(done?.redaction.method).toBe('outside-1');
  });

  test('where no model knows people, only shapes are left', async () => {
    const cars = await started({ mode: 'heads' }, { detect: detectSchema.parse({ models: [{ id: 'sees-cars' }] }) });
    const before = noise(64, 64);
    const done = await cars.picture(before, facts);
    expect(done?.redaction).toMatchObject({ faces: 'blurred', method: 'whole-1', model: { id: 'none' } });
  });

  test('a model that is missing: no picture, and a problem', async () => {
    const without = await started(
      { mode: 'heads', model: 'sees-people' },
      { store: { manifest: tinyManifest(), mirror: '', cacheDir: join(folder.path, 'none') } },
    );
    expect(await without.picture(noise(64, 64), facts)).toBeUndefined();
    expect(without.problem).toMatch(/nowhere to be found/);
    expect(await results()).toEqual({ 'picture unavailable': 1 });
  });

  test('a detection that fails: no picture', async () => {
    const bad = { ...noise(64, 64), data: new Uint8Array(7) };
    expect(await (await started({ mode: 'heads' })).picture(bad, facts)).toBeUndefined();
    expect(await results()).toEqual({ 'picture failed': 1 });
  });

  test.each([
    { what: 'hangs', code: 'setInterval(() => {}, 1000)', result: 'timeout' },
    { what: 'dies', code: "parentPort.on('message', () => process.exit(3))", result: 'unavailable' },
  ])('a thread that $what: no picture', async ({ what, code, result }) => {
    const file = join(folder.path, `${what}.mjs`);
    const ready = "import { parentPort } from 'node:worker_threads'; parentPort.postMessage({ kind: 'ready' });";
    await writeFile(file, `${ready}${code}`);
    const ill = await started({ pictureTimeoutMs: 300 }, { workerFile: new URL(`file://${file}`) });
    expect(await ill.picture(noise(64, 64), facts)).toBeUndefined();
    expect(await results()).toEqual({ [`picture ${result}`]: 1 });
  });

  test('more than may wait: no picture', async () => {
    const busy = await started({ mode: 'heads', waiting: 1 });
    const [first, second] = await Promise.all([busy.picture(noise(64, 64), facts), busy.picture(noise(64, 64), facts)]);
    expect([first === undefined, second === undefined]).toEqual([false, true]);
  });
});

describe('clips', () => {
  test('are coded anew, as long, with the person covered in every picture', async () => {
    const { file } = await makeTestClip(folder.path, { seconds: 3 });
    const done = await (await started({ mode: 'persons', clip: { maxWidth: 160 } })).clip(file, facts);
    expect(done?.redaction).toMatchObject({ faces: 'blurred', method: 'persons-1' });
    const out = join(folder.path, 'out.mp4');
    await writeFile(out, done?.bytes ?? '');
    const ask = ['-show_entries', 'stream=codec_name,width,height:format=duration', '-of', 'json'];
    const told = JSON.parse((await run('ffprobe', ['-v', 'error', ...ask, out])).stdout);
    expect(told.streams).toEqual([{ codec_name: 'vp9', width: 160, height: 120 }]);
    expect(Number(told.format.duration)).toBeGreaterThan(2.5);
    expect((await readdir(folder.path)).filter((name) => name.includes('blurred'))).toEqual([]);
    const [before, after] = await Promise.all([film(file), film(out)]);
    for (const at of [0, 10, 20]) {
      const covered = difference(before, after, at, [44, 34, 116, 86]);
      const free = difference(before, after, at, [0, 100, 160, 120]);
      // What VP9 makes of a test picture of 160×120 alone differs, too.
      expect(covered - free, `picture ${at}: ${covered} and ${free}`).toBeGreaterThan(8);
    }
  });

  test('what does not decode does not cross', async () => {
    const broken = join(folder.path, 'broken.mp4');
    await writeFile(broken, 'no film');
    expect(await (await started({ mode: 'whole' })).clip(broken, facts)).toBeUndefined();
    expect(await results()).toEqual({ 'clip failed': 1 });
  });

  test('one that takes too long is given up, and the next one is made', async () => {
    const file = join(folder.path, 'slow.mjs');
    await writeFile(
      file,
      "import { parentPort } from 'node:worker_threads'; parentPort.postMessage({ kind: 'ready' }); setInterval(() => {}, 1000)",
    );
    const slow = await started({ clip: { timeoutMs: 1_000 } }, { workerFile: new URL(`file://${file}`) });
    expect(await slow.clip('any.mp4', facts)).toBeUndefined();
    expect(slow.problem).toMatch(/too long/);
  });
});

/** Ten grey pictures a second of 160×120, one after the other. */
async function film(file: string): Promise<Buffer> {
  const ask = ['-i', file, '-vf', 'fps=10,scale=160:120', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'];
  return (await run('ffmpeg', ['-v', 'error', '-nostdin', ...ask], { encoding: 'buffer', maxBuffer: 1e8 })).stdout;
}

/** Mean difference of the pixels of a box of one picture. */
function difference(
  a: Buffer,
  b: Buffer,
  picture: number,
  [left, top, right, bottom]: readonly [number, number, number, number],
) {
  let sum = 0;
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1) {
      const at = (picture * 120 + y) * 160 + x;
      sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
    }
  return sum / ((right - left) * (bottom - top));
}

describe('on photographs', () => {
  const photos = join(sharedDir ?? '', 'material', 'coco-sample');
  test.skipIf(sharedDir === undefined)('the measured model is chosen, and heads are covered', async () => {
    const real = await started(
      {},
      {
        detect: detectSchema.parse({}),
        store: {
          manifest: loadManifest(),
          mirror: join(sharedDir ?? '', 'models'),
          cacheDir: join(folder.path, 'cache'),
        },
      },
    );
    const { data, info } = await sharp(join(photos, 'images', '000000113588.jpg'))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const before: Picture = { width, height, data, format: 'rgb24', sourceWidth: width, sourceHeight: height };
    const done = await real.picture(before, facts);
    expect(done?.redaction).toMatchObject({ faces: 'blurred', method: 'heads-1', model: { id: 'picodet-s-416' } });
    const after = done?.picture ?? before;
    const rows = (from: number, to: number) => {
      let other = 0;
      for (let at = from * width * 3; at < to * width * 3; at += 3) if (after.data[at] !== before.data[at]) other += 1;
      return other / ((to - from) * width);
    };
    // Cyclists come towards the camera: their heads are in the upper quarter, the empty road is the lower one.
    expect(rows(0, Math.round(height / 5))).toBeGreaterThan(0.3);
    expect(rows(Math.round(0.8 * height), height)).toBe(0);
  });
});
