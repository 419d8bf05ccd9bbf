import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import type { Picture, PictureSpec } from '../../../src/domain/picture.ts';
import type { LookAsk, LookResult } from '../../../src/edge/decode/decode-result.ts';
import { DecoderPool, type DecoderPoolOptions } from '../../../src/edge/decode/decoder-pool.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { clipUnits, greyFilm, shownAs } from '../../support/clip-units.ts';
import { testKeyframes } from '../../support/keyframes.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { makeTestClip } from '../../support/test-clip.ts';
import { until } from '../../support/until.ts';

const spec: PictureSpec = { width: 320, height: 240, fit: 'stretch', format: 'rgb24' };
const ask: LookAsk = { specs: [spec], always: true, at: 0 };
const illWorker = new URL('../../support/ill-decode-worker.ts', import.meta.url);
const camera = 'cam-1' as CameraId;

let folder: Awaited<ReturnType<typeof tempDir>>;
let plain: AccessUnit[];
let film: Buffer[];
let pool: DecoderPool | undefined;
let metrics: Metrics;

beforeAll(async () => {
  folder = await tempDir('streams');
  const { file } = await makeTestClip(folder.path, { seconds: 2 });
  plain = await clipUnits(file);
  film = await greyFilm(file, 320, 240);
});
afterAll(() => folder.remove());
afterEach(() => pool?.stop());

async function started(options: Partial<DecoderPoolOptions> = {}): Promise<DecoderPool> {
  metrics = new Metrics();
  pool = new DecoderPool({ workers: 1, queueCapacity: 64, log: createLogger('test'), metrics, ...options });
  await pool.start(new AbortController().signal);
  return pool;
}

/** Which picture of the film it is most like. */
function pictureNumber(picture: Picture, pictures: readonly Buffer[]): number {
  const differences = pictures.map((grey) => {
    let sum = 0;
    for (let at = 0; at < grey.length; at += 7) sum += Math.abs((grey[at] ?? 0) - luma(picture.data, at * 3));
    return sum;
  });
  return differences.indexOf(Math.min(...differences));
}

const luma = (data: Uint8Array, at: number) =>
  0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);

function numberIn(result: LookResult | undefined, pictures = film): number | string {
  const [picture] = result?.ok ? result.pictures : [];
  if (picture !== undefined) return pictureNumber(picture, pictures);
  return result === undefined ? 'none' : result.ok ? 'no picture' : result.reason;
}

/** Feeds units with at most sixteen answers outstanding, as reordering needs. */
async function feedAll(decoder: DecoderPool, units: readonly AccessUnit[]): Promise<(LookResult | undefined)[]> {
  const results: Promise<LookResult | undefined>[] = [];
  for (const [at, unit] of units.entries()) {
    results.push(decoder.feed(unit, ask));
    await results[at - 16];
  }
  decoder.closeStream(camera);
  return Promise.all(results);
}

const counted = async (result: string) =>
  (await metrics.registry.metrics()).includes(`maplebridge_decode_stream_units_total{result="${result}"}`);

describe('every unit in order', () => {
  test('each asked picture is that unit’s, inter frames as well', async () => {
    const decoder = await started();
    expect(decoder.openStream(camera)).toBe(true);
    const results = await feedAll(decoder, [...plain, ...plain]);
    expect(results.slice(0, 20).map((result) => numberIn(result))).toEqual(plain.map((_, at) => at));
  });

  test('units nobody asks for are decoded when one after them is, and not at all before a keyframe', async () => {
    const decoder = await started();
    decoder.openStream(camera);
    const asked = new Set([3, 12]);
    const results = await Promise.all(plain.map((unit, at) => decoder.feed(unit, asked.has(at) ? ask : undefined)));
    expect(results.map((result) => numberIn(result))).toEqual(plain.map((_, at) => (asked.has(at) ? at : 'none')));
    const text = await metrics.registry.metrics();
    // A keyframe every 5: 0–3 and 10–12 are decoded, 4–9, 13 and 14 never, and 15–19 are still held back.
    expect(text).toContain('stream_units_total{result="decoded"} 7');
    expect(text).toContain('stream_units_total{result="superseded"} 8');
  });

  test('between keyframes far apart they are decoded in between: what is held back is bounded', async () => {
    const { file } = await makeTestClip(folder.path, { seconds: 12 });
    const units = await clipUnits(file);
    const decoder = await started();
    decoder.openStream(camera);
    const [first, ...rest] = units;
    if (first === undefined) throw new Error('no units');
    await decoder.feed(first);
    // The same inter frames again and again would be a gap: only their keyframe flag is taken away.
    for (const unit of rest.slice(0, 40)) await decoder.feed({ ...unit, keyframe: false });
    await until(() => counted('decoded'), { what: 'units nobody asked for to be decoded' });
  });

  test.each([
    ['h264', 3],
    ['h265', 3],
  ] as const)('%s with %i B-frames: reordered, and still the asked picture', async (codec, bFrames) => {
    const { file } = await makeTestClip(folder.path, { codec, bFrames, seconds: 3 });
    const [units, places, pictures] = await Promise.all([
      clipUnits(file, { codec }),
      shownAs(file),
      greyFilm(file, 320, 240),
    ]);
    const decoder = await started();
    decoder.openStream(camera);
    const early = (await feedAll(decoder, [...units, ...units])).slice(0, 20);
    const numbers = early.map((result) => numberIn(result, pictures));
    expect(numbers.filter((number, at) => number === places[at]).length).toBeGreaterThanOrEqual(18);
    expect(numbers.every((number, at) => number === places[at] || number === 'corrupt')).toBe(true);
  });

  test('cameras side by side do not see each other, and looks go on', async () => {
    const decoder = await started({ workers: 2 });
    const cameras = ['a', 'b', 'c'] as CameraId[];
    for (const each of cameras) decoder.openStream(each);
    const look = decoder.look(plain[0] as AccessUnit, ask);
    const results: (LookResult | undefined)[][] = [];
    for (const unit of plain) {
      results.push(await Promise.all(cameras.map((cameraId) => decoder.feed({ ...unit, cameraId }, ask))));
    }
    expect(results.map((row) => row.map((result) => numberIn(result)))).toEqual(plain.map((_, at) => [at, at, at]));
    expect(await look).toMatchObject({ ok: true });
  });
});

describe('bounds', () => {
  test('no more streams than allowed; a closed one makes room, and gives nothing', async () => {
    const decoder = await started({ maxStreams: 1 });
    expect(decoder.openStream(camera)).toBe(true);
    expect(decoder.openStream(camera)).toBe(true);
    expect(decoder.openStream('cam-2' as CameraId)).toBe(false);
    expect(await metrics.registry.metrics()).toContain('maplebridge_decode_streams 1');
    decoder.closeStream(camera);
    expect(await metrics.registry.metrics()).toContain('maplebridge_decode_streams 0');
    expect(decoder.openStream('cam-2' as CameraId)).toBe(true);
    expect(await decoder.feed(plain[0] as AccessUnit, ask)).toBeUndefined();
  });

  test('a camera that feeds faster than its thread works starts again at a keyframe, and says overloaded', async () => {
    const decoder = await started();
    decoder.openStream(camera);
    const flood = Array.from({ length: 4 }, () => plain).flat();
    const results = await Promise.all(flood.map((unit) => decoder.feed(unit, ask)));
    const kinds = new Set(results.map((result) => (result === undefined ? 'none' : result.ok || result.reason)));
    expect(kinds).toEqual(new Set([true, 'overloaded', 'none']));
    expect(numberIn(await decoder.feed(plain[0] as AccessUnit, ask))).toBe(0);
  });

  test('closing answers what waits', async () => {
    const decoder = await started();
    decoder.openStream(camera);
    const waiting = plain.slice(0, 5).map((unit) => decoder.feed(unit, ask));
    decoder.closeStream(camera);
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => undefined));
  });
});

describe('damage', () => {
  const damaged = (unit: AccessUnit): AccessUnit => ({
    ...unit,
    data: Buffer.from(unit.data.map((byte, at) => (at > 60 && at % 17 === 0 ? ~byte : byte))),
  });
  const fed = async (units: readonly AccessUnit[]) => {
    const decoder = await started();
    decoder.openStream(camera);
    const numbers: (number | string)[] = [];
    for (const unit of units) numbers.push(numberIn(await decoder.feed(unit, ask)));
    return numbers;
  };

  test('a damaged unit costs what depends on it, up to the next keyframe', async () => {
    const numbers = await fed(plain.map((unit, at) => (at === 7 ? damaged(unit) : unit)));
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 'corrupt', 'none', 'none', ...numbers.slice(10)]);
    expect(numbers.slice(10)).toEqual(plain.slice(10).map((_, at) => at + 10));
    expect(await counted('lost')).toBe(true);
  });

  test('a lost unit is noticed by the frame numbers', async () => {
    const numbers = await fed(plain.filter((_, at) => at !== 7));
    expect(numbers.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 'corrupt', 'none', 10]);
  });

  test('nothing before the first keyframe', async () => {
    expect((await fed(plain.slice(3))).slice(0, 3)).toEqual(['none', 'none', 5]);
  });

  test('a damaged keyframe waits for the next one', async () => {
    const numbers = await fed(plain.map((unit, at) => (at === 5 ? damaged(unit) : unit)));
    expect(numbers.slice(4, 11)).toEqual([4, 'corrupt', 'none', 'none', 'none', 'none', 10]);
  });

  test('another resolution, or codec, from one keyframe to the next', async () => {
    const small = await testKeyframes({ width: 160, height: 120 }, 2);
    const { file } = await makeTestClip(folder.path, { codec: 'h265', seconds: 2 });
    const other = await clipUnits(file, { codec: 'h265' });
    const decoder = await started();
    decoder.openStream(camera);
    const original: LookAsk = { ...ask, specs: [{ ...spec, fit: 'original' }] };
    const sizes: unknown[] = [];
    for (const unit of [...plain.slice(0, 3), ...small, ...plain.slice(0, 2), ...other.slice(0, 1), ...plain]) {
      const result = await decoder.feed(unit, original);
      sizes.push(result?.ok ? result.pictures[0]?.width : result?.reason);
    }
    expect(sizes.slice(0, 7)).toEqual([320, 320, 320, 160, 160, 320, 320]);
    expect(sizes.slice(-5)).toEqual([320, 320, 320, 320, 320]);
  });
});

describe('death', () => {
  const order = (text: string, keyframe: boolean): AccessUnit => ({
    ...(plain[0] as AccessUnit),
    data: Buffer.from(text),
    keyframe,
  });

  test.each(['exit', 'hang'])(
    'a thread told to %s fails what was asked; the stream goes on at a keyframe',
    async (death) => {
      const decoder = await started({ workerFile: illWorker, jobTimeoutMs: death === 'hang' ? 1000 : 30_000 });
      decoder.openStream(camera);
      expect(await decoder.feed(order('a', true), ask)).toMatchObject({ ok: true });
      const dying = decoder.feed(order(death, false), ask);
      const behind = decoder.feed(order('b', false), ask);
      expect(await dying).toMatchObject({ ok: false, reason: 'decoder-died' });
      expect(await behind).toMatchObject({ ok: false, reason: 'decoder-died' });
      expect(await decoder.feed(order('c', false), ask)).toBeUndefined();
      await until(async () => (await decoder.feed(order('d', true), ask))?.ok, { what: 'the stream to go on' });
      expect(await decoder.feed(order('e', false), ask)).toMatchObject({ ok: true });
    },
  );

  test('stopping the pool answers what was asked', async () => {
    const decoder = await started();
    decoder.openStream(camera);
    const results = plain.slice(0, 4).map((unit) => decoder.feed(unit, ask));
    await decoder.stop();
    expect((await Promise.all(results)).length).toBe(4);
    expect(decoder.openStream('cam-2' as CameraId)).toBe(false);
    expect(await decoder.feed(plain[0] as AccessUnit, ask)).toBeUndefined();
  });
});
