import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import type { PictureSpec } from '../../../src/domain/picture.ts';
import type { DecodeResult } from '../../../src/edge/decode/decode-result.ts';
import { DecoderPool, type DecoderPoolOptions } from '../../../src/edge/decode/decoder-pool.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { testKeyframes } from '../../support/keyframes.ts';
import { until } from '../../support/until.ts';

const detectorSize: PictureSpec = { width: 416, height: 416, fit: 'letterbox', format: 'bgr24' };
const illWorker = new URL('../../support/ill-decode-worker.ts', import.meta.url);

let wide: AccessUnit[];
let tall: AccessUnit[];
let metrics: Metrics;
let pool: DecoderPool | undefined;

beforeAll(async () => {
  wide = await testKeyframes({ width: 640, height: 360 }, 4, { camera: 'wide' });
  tall = await testKeyframes({ width: 240, height: 320 }, 4, { camera: 'tall' });
});
afterEach(() => pool?.stop());

async function started(options: Partial<DecoderPoolOptions> = {}): Promise<DecoderPool> {
  metrics = new Metrics();
  pool = new DecoderPool({ workers: 1, queueCapacity: 64, log: createLogger('test'), metrics, ...options });
  await pool.start(new AbortController().signal);
  return pool;
}

function first(units: readonly AccessUnit[]): AccessUnit {
  const [unit] = units;
  if (unit === undefined) throw new Error('no keyframe');
  return unit;
}

const withData = (data: Buffer): AccessUnit => ({ ...first(wide), data });
const order = (text: string): AccessUnit => withData(Buffer.from(text));

describe('pictures', () => {
  test.each<[string, PictureSpec, object]>([
    ['letterbox: content only', detectorSize, { width: 416, height: 234, format: 'bgr24' }],
    ['stretch', { ...detectorSize, fit: 'stretch' }, { width: 416, height: 416 }],
    ['original', { ...detectorSize, width: 0, height: 0, fit: 'original' }, { width: 640, height: 360 }],
  ])('%s', async (_, spec, expected) => {
    const result = await (await started()).decode(first(wide), spec);
    expect(result).toMatchObject({ ok: true, picture: { ...expected, sourceWidth: 640, sourceHeight: 360 } });
    if (result.ok) expect(result.picture.data.length).toBe(result.picture.width * result.picture.height * 3);
  });

  test('rgb24 and bgr24 are the same picture with red and blue exchanged', async () => {
    const decoder = await started();
    const rgb = await decoder.decode(first(wide), { ...detectorSize, format: 'rgb24' });
    const bgr = await decoder.decode(first(wide), detectorSize);
    if (!rgb.ok || !bgr.ok) throw new Error('not decoded');
    const { data } = bgr.picture;
    // FFmpeg rounds the two orders differently: by one or two, where a mistaken order is off by a hundred.
    const differences = rgb.picture.data.map((value, at) => Math.abs(value - (data[at + 2 - 2 * (at % 3)] ?? 0)));
    expect(differences.reduce((most, each) => Math.max(most, each), 0)).toBeLessThanOrEqual(4);
  });

  test('cameras of different size take turns in one context, and none sees the other', async () => {
    const decoder = await started();
    const alone = await decoder.decode(first(tall), detectorSize);
    const turns = Array.from({ length: 20 }, () => [...wide, ...tall]).flat();
    const slow = await started({ queueCapacity: turns.length });
    const results = await Promise.all(turns.map((unit) => slow.decode(unit, detectorSize)));
    expect(results.filter((result) => !result.ok)).toEqual([]);
    const again = results[turns.lastIndexOf(first(tall))];
    if (!alone.ok || !again?.ok) throw new Error('not decoded');
    expect(Buffer.compare(Buffer.from(alone.picture.data), Buffer.from(again.picture.data))).toBe(0);
    await decoder.stop();
  });

  test('the access unit is left as it was: it may become evidence', async () => {
    const before = Buffer.from(first(wide).data);
    await (await started()).decode(first(wide), detectorSize);
    expect(first(wide).data.equals(before)).toBe(true);
  });
});

describe('bad input gives a result and leaves the next keyframe alone', () => {
  const flipped = (data: Buffer) =>
    Buffer.from(data.map((byte, index) => (index > 500 && index % 97 === 0 ? ~byte : byte)));
  test.each<[string, (data: Buffer) => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['garbage', () => Buffer.alloc(5000, 7)],
    ['a picture cut in half', (data) => data.subarray(0, data.length / 2)],
    ['parameter sets without a picture', (data) => data.subarray(0, 40)],
    ['damaged bytes', flipped],
  ])('%s', async (_, damage) => {
    const decoder = await started();
    const result = await decoder.decode(withData(damage(first(wide).data)), detectorSize);
    expect(result).toMatchObject({ ok: false, reason: 'corrupt', detail: expect.any(String) });
    expect(await decoder.decode(first(wide), detectorSize)).toMatchObject({ ok: true });
  });

  test('any damage at all', async () => {
    const decoder = await started();
    const { data } = first(tall);
    const damage = fc.array(fc.tuple(fc.nat(data.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(data.length), async (changes, length) => {
        const bad = Buffer.from(data.subarray(0, length));
        for (const [at, byte] of changes) if (at < bad.length) bad[at] = byte;
        const result = await decoder.decode(withData(bad), detectorSize);
        expect(result.ok || result.reason === 'corrupt' || result.reason === 'unsupported').toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(await decoder.decode(first(wide), detectorSize)).toMatchObject({ ok: true });
  });

  test('a picture that does not decode alone, or is of another codec', async () => {
    const decoder = await started();
    const inter = { ...first(wide), keyframe: false };
    expect(await decoder.decode(inter, detectorSize)).toMatchObject({ ok: false, reason: 'unsupported' });
    const mislabelled = { ...first(wide), codec: 'h265' as const };
    expect(await decoder.decode(mislabelled, detectorSize)).toMatchObject({ ok: false, reason: 'corrupt' });
  });
});

describe('overload and death', () => {
  test('a full queue drops the oldest that waits; two are with the thread by then', async () => {
    const decoder = await started({ queueCapacity: 2 });
    const results = await Promise.all([...wide, ...wide].slice(0, 6).map((unit) => decoder.decode(unit, detectorSize)));
    expect(results.map((result) => (result.ok ? 'ok' : result.reason))).toEqual([
      'ok',
      'ok',
      'overloaded',
      'overloaded',
      'ok',
      'ok',
    ]);
    expect(await metrics.registry.metrics()).toContain('maplebridge_decode_keyframes_total{result="overloaded"} 2');
  });

  describe('evidence goes first', () => {
    const look = (decoder: DecoderPool, name: string) => decoder.decode(order(name), detectorSize);
    const original: PictureSpec = { ...detectorSize, fit: 'original' };
    const kinds = (results: readonly DecodeResult[]) => results.map((result) => (result.ok ? 'ok' : result.reason));

    test('any number of looks takes no picture from an alert', async () => {
      const decoder = await started({ queueCapacity: 2, workerFile: illWorker });
      const before = Array.from({ length: 4 }, () => look(decoder, 'look'));
      const evidence = decoder.decode(order('evidence'), original);
      const after = Array.from({ length: 20 }, () => look(decoder, 'look'));
      expect(await evidence).toMatchObject({ ok: true });
      expect(kinds(await Promise.all([...before, ...after])).filter((kind) => kind === 'overloaded')).toHaveLength(20);
    });

    test('it is decoded before looks that wait longer, and looks still have their turn', async () => {
      const decoder = await started({ workerFile: illWorker });
      const done: string[] = [];
      const note = (name: string) => () => void done.push(name);
      await Promise.all([
        ...['a', 'b', 'c', 'd'].map((name) => look(decoder, name).then(note(name))),
        decoder.decode(order('evidence'), original).then(note('evidence')),
        decoder.decode(order('asked'), detectorSize, { priority: 'evidence' }).then(note('asked')),
      ]);
      // Two are with the thread by then.
      expect(done).toEqual(['a', 'b', 'evidence', 'asked', 'c', 'd']);
    });

    test('it is bounded as well, drops its oldest, and counts', async () => {
      const decoder = await started({ queueCapacity: 2, workerFile: illWorker });
      const results = await Promise.all(Array.from({ length: 6 }, () => decoder.decode(order('evidence'), original)));
      expect(kinds(results)).toEqual(['ok', 'ok', 'overloaded', 'overloaded', 'ok', 'ok']);
      const { length } = await Promise.all([
        decoder.decode(order('a'), original, { priority: 'look' }),
        decoder.decode(order('b'), original),
      ]);
      expect(length).toBe(2);
    });
  });

  test.each(['exit', 'throw', 'hang'])('a thread told to %s fails its own job only and is replaced', async (death) => {
    const decoder = await started({ workerFile: illWorker, jobTimeoutMs: death === 'hang' ? 1000 : 30_000 });
    const results = await Promise.all(
      [order('fine'), order(death), order('fine')].map((unit) => decoder.decode(unit, detectorSize)),
    );
    expect(results.map((result) => (result.ok ? 'ok' : result.reason))).toEqual(['ok', 'decoder-died', 'ok']);
  });

  test('with two threads the other goes on meanwhile', async () => {
    const decoder = await started({ workers: 2, workerFile: illWorker });
    const dying = decoder.decode(order('exit'), detectorSize);
    const others = await Promise.all(['a', 'b', 'c'].map((text) => decoder.decode(order(text), detectorSize)));
    expect(others.every((result) => result.ok)).toBe(true);
    expect(await dying).toMatchObject({ ok: false, reason: 'decoder-died' });
  });

  test('a decoder that cannot start refuses, saying which part is missing', async () => {
    const broken = started({ workerFile: new URL('./not-there.ts', import.meta.url) });
    await expect(broken).rejects.toMatchObject({
      code: 'MB_MISSING_PART',
      message: expect.stringContaining('node-av'),
    });
  });
});

describe('life', () => {
  test('stopping answers what waits; afterwards and before the start there is no decoder', async () => {
    const decoder = await started();
    const waiting = Promise.all(wide.map((unit) => decoder.decode(unit, detectorSize)));
    await decoder.stop();
    await decoder.stop();
    expect((await waiting).filter((result) => !result.ok && result.reason === 'decoder-died').length).toBeGreaterThan(
      0,
    );
    expect(await decoder.decode(first(wide), detectorSize)).toMatchObject({ ok: false, reason: 'decoder-died' });
  });

  test('aborting the signal stops it', async () => {
    const abort = new AbortController();
    pool = new DecoderPool({ workers: 1, queueCapacity: 4, log: createLogger('test'), metrics: new Metrics() });
    await pool.start(abort.signal);
    abort.abort();
    const decoder = pool;
    await until(async () => !(await decoder.decode(first(wide), detectorSize)).ok, { what: 'the pool to stop' });
  });

  test('every camera shares the contexts: a thousand cameras decode as one', async () => {
    const decoder = await started({ queueCapacity: 1000 });
    const results = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        decoder.decode(
          { ...first(tall), cameraId: `cam-${index}` as CameraId },
          { ...detectorSize, width: 64, height: 64 },
        ),
      ),
    );
    expect(results.every((result) => result.ok)).toBe(true);
  });
});
