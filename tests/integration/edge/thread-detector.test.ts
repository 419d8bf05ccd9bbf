import { afterEach, describe, expect, test } from 'vitest';
import type { Picture } from '../../../src/domain/picture.ts';
import { loadManifest } from '../../../src/edge/detect/model-manifest.ts';
import { ThreadDetector } from '../../../src/edge/detect/thread-detector.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const illWorker = new URL('../../support/ill-detect-worker.ts', import.meta.url);
let detector: ThreadDetector | undefined;
afterEach(() => detector?.close());

function make(
  options: { queueCapacity?: number; jobTimeoutMs?: number; workerFile?: URL; clock?: Clock } = {},
): ThreadDetector {
  const [entry] = loadManifest().models;
  if (entry === undefined) throw new Error('the manifest is empty');
  const settings = { provider: 'cpu', threads: 1, scoreThreshold: 0.3, iouThreshold: 0.5 };
  detector = new ThreadDetector({
    runner: { path: '/nowhere.onnx', entry, classes: ['person'], ...settings },
    queueCapacity: options.queueCapacity ?? 16,
    jobTimeoutMs: options.jobTimeoutMs ?? 30_000,
    log: createLogger('test'),
    metrics: new Metrics(),
    workerFile: options.workerFile ?? illWorker,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  return detector;
}

const told = (order: number): Picture => ({
  width: 1,
  height: 1,
  format: 'rgb24',
  data: new Uint8Array([order, 0, 0]),
  sourceWidth: 1,
  sourceHeight: 1,
});

/** `ok` or the error's code, one a call. */
const outcomes = async (subject: ThreadDetector, orders: readonly number[]) => {
  const settled = await Promise.allSettled(orders.map((order) => subject.detect([told(order)])));
  return settled.map((each) => (each.status === 'fulfilled' ? 'ok' : each.reason.code));
};

describe('a detector on its thread', () => {
  test('a picture the model fails on fails alone', async () => {
    expect(await outcomes(make(), [0, 3, 0])).toEqual(['ok', 'MB_MODEL_FAILED', 'ok']);
  });

  test.each([
    ['ends', 1],
    ['throws', 2],
  ])('a thread that %s fails what waits; the next picture starts another', async (_, order) => {
    const subject = make();
    expect(await outcomes(subject, [order])).toEqual(['MB_MODEL_FAILED']);
    expect(await outcomes(subject, [0, 0])).toEqual(['ok', 'ok']);
    expect(await outcomes(subject, [order])).toEqual(['MB_MODEL_FAILED']);
    expect(await outcomes(subject, [0])).toEqual(['ok']);
  });

  test('a thread that dies again and again is not loaded at every picture', async () => {
    const clock = new FakeClock();
    const subject = make({ clock });
    expect(await outcomes(subject, [1])).toEqual(['MB_MODEL_FAILED']);
    // At once after the first death: a single bad picture costs no camera its look.
    expect(await outcomes(subject, [1])).toEqual(['MB_MODEL_FAILED']);
    const refused = await Promise.allSettled([subject.detect([told(0)])]);
    expect(refused).toMatchObject([{ reason: { message: expect.stringContaining('its thread is started again in') } }]);
    expect(await outcomes(subject, [0, 0])).toEqual(['MB_MODEL_FAILED', 'MB_MODEL_FAILED']);
    clock.advance(10_000);
    expect(await outcomes(subject, [0])).toEqual(['ok']);
    // A picture that went well forgets it.
    expect(await outcomes(subject, [1, 0])).toEqual(['MB_MODEL_FAILED', 'MB_MODEL_FAILED']);
    expect(await outcomes(subject, [0])).toEqual(['ok']);
  });

  test('a model that does not load is not tried at every picture', async () => {
    const clock = new FakeClock();
    const subject = make({ clock, workerFile: new URL('./not-there.ts', import.meta.url) });
    await expect(subject.open()).rejects.toMatchObject({ code: 'MB_MODEL_FAILED' });
    const why = async () => (await Promise.allSettled([subject.detect([told(0)])]))[0];
    expect(await why()).toMatchObject({ reason: { message: expect.not.stringContaining('started again in') } });
    expect(await why()).toMatchObject({ reason: { message: expect.stringContaining('started again in') } });
    clock.advance(10_000);
    expect(await why()).toMatchObject({ reason: { message: expect.not.stringContaining('started again in') } });
  });

  test('a thread that hangs is replaced, and no camera waits for it for ever', async () => {
    const subject = make({ jobTimeoutMs: 200 });
    expect(await outcomes(subject, [0, 4, 0])).toEqual(['ok', 'MB_MODEL_FAILED', 'MB_MODEL_FAILED']);
    expect(await outcomes(subject, [0])).toEqual(['ok']);
  });

  test('a full queue drops the oldest that waits', async () => {
    const subject = make({ queueCapacity: 1 });
    await subject.open();
    const results = await outcomes(subject, [0, 0, 0, 0]);
    expect(results.at(-1)).toBe('ok');
    expect(results).toContain('MB_OVERLOADED');
  });

  test('a model that cannot be loaded refuses at the start, and again later', async () => {
    const real = new URL('../../../src/edge/detect/detect-worker.ts', import.meta.url);
    const subject = make({ workerFile: real });
    await expect(subject.open()).rejects.toMatchObject({
      code: 'MB_MODEL_FAILED',
      message: expect.stringContaining('does not load'),
    });
    expect(await outcomes(subject, [0])).toEqual(['MB_MODEL_FAILED']);
  });

  test('closing fails what waits', async () => {
    const subject = make();
    await subject.open();
    const waiting = outcomes(subject, [0, 0, 0, 0, 0, 0]);
    await subject.close();
    expect(await waiting).toContain('MB_MODEL_FAILED');
    expect(await outcomes(subject, [0])).toEqual(['MB_MODEL_FAILED']);
  });
});
