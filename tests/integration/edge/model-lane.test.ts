import { afterEach, describe, expect, test } from 'vitest';
import type { Severity } from '../../../src/domain/scene-id.ts';
import { ModelLane } from '../../../src/edge/detect/model-lane.ts';
import { loadManifest } from '../../../src/edge/detect/model-manifest.ts';
import type { ModelStatus } from '../../../src/edge/detect/model-status.ts';
import type { PreparedModel } from '../../../src/edge/detect/prepare-model.ts';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { AppError } from '../../../src/lib/errors.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';

const illWorker = new URL('../../support/ill-detect-worker.ts', import.meta.url);
const realWorker = new URL('../../../src/edge/detect/detect-worker.ts', import.meta.url);
const [entry] = loadManifest().models;
if (entry === undefined) throw new Error('the manifest is empty');
const opened: ModelLane[] = [];
afterEach(() => Promise.all(opened.splice(0).map((lane) => lane.close())));

interface Wanted {
  readonly queueCapacity?: number;
  readonly jobTimeoutMs?: number;
  readonly sessions?: number;
  readonly maxWaitMs?: number;
  readonly workerFile?: URL;
  readonly path?: string;
  readonly clock?: Clock;
  readonly prepare?: () => Promise<PreparedModel>;
  readonly onStatus?: (status: ModelStatus) => void;
}

const metrics = new Metrics();
const settings = { provider: 'cpu', threads: 1, scoreThreshold: 0.3, iouThreshold: 0.5 };
const prepared = (path = '/nowhere.onnx'): PreparedModel => ({
  runner: { path, entry, classes: ['person'], ...settings },
  provider: { asked: 'cpu', used: 'cpu', passedOver: [] },
  groupSize: 1,
  rewritten: [],
});

function make(wanted: Wanted = {}): ModelLane {
  const { path, ...given } = wanted;
  const lane = new ModelLane({
    model: { id: entry?.id ?? '', sha256: prepared().runner.entry.sha256, classes: ['person'] },
    entry: prepared().runner.entry,
    prepare: () => Promise.resolve(prepared(path)),
    sessions: 1,
    maxWaitMs: 0,
    queueCapacity: 16,
    loadTimeoutMs: 30_000,
    jobTimeoutMs: 30_000,
    clock: systemClock,
    log: createLogger('test'),
    metrics,
    workerFile: illWorker,
    ...given,
  });
  opened.push(lane);
  return lane;
}

async function ready(wanted: Wanted = {}): Promise<ModelLane> {
  const lane = make(wanted);
  await lane.open();
  expect(lane.status.state).toBe('ready');
  return lane;
}

const told = (order: number) => ({
  width: 1,
  height: 1,
  format: 'rgb24' as const,
  data: new Uint8Array([order, 0, 0]),
  sourceWidth: 1,
  sourceHeight: 1,
});

const look = (lane: ModelLane, order: number, severity: Severity = 2, deadlineMs = 0) =>
  lane.detect({ picture: told(order), priority: { severity, deadlineMs } });

/** `ok` or the error's code, one a look. */
const outcomes = async (lane: ModelLane, orders: readonly number[]) => {
  const settled = await Promise.allSettled(orders.map((order) => look(lane, order)));
  return settled.map((each) => (each.status === 'fulfilled' ? 'ok' : each.reason.code));
};
/** One after the other. */
const inTurn = async (lane: ModelLane, orders: readonly number[]) => {
  const results: string[] = [];
  for (const order of orders) results.push(...(await outcomes(lane, [order])));
  return results;
};
const failed = 'MB_MODEL_FAILED';

describe('a model and its thread', () => {
  test('a picture the model fails on fails alone', async () => {
    expect(await outcomes(await ready(), [0, 3, 0])).toEqual(['ok', failed, 'ok']);
  });

  test.each([
    ['ends', 1],
    ['throws', 2],
  ])('a thread that %s fails what it has in hand; another takes the next look', async (_, order) => {
    const lane = await ready();
    expect(await inTurn(lane, [order, 0, order, 0])).toEqual([failed, 'ok', failed, 'ok']);
    expect(lane.status.state).toBe('ready');
  });

  test('a thread that dies again without an answer between: unavailable, and tried again by itself', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const lane = await ready({ clock, onStatus: ({ state }) => seen.push(state) });
    expect(await inTurn(lane, [1, 1])).toEqual([failed, failed]);
    expect(lane.status).toMatchObject({ state: 'unavailable', why: expect.stringContaining('ended with code 3') });
    await expect(look(lane, 0)).rejects.toMatchObject({ code: failed });
    clock.advance(10_000);
    await until(() => lane.status.state === 'ready', { what: 'the model is back' });
    expect(await outcomes(lane, [0])).toEqual(['ok']);
    expect(seen).toEqual(['ready', 'unavailable', 'ready']);
    // A look that went well forgets it.
    expect(await inTurn(lane, [1, 0])).toEqual([failed, 'ok']);
  });

  test('a thread that hangs is replaced, and no camera waits for it for ever', async () => {
    const lane = await ready({ jobTimeoutMs: 200 });
    expect(await inTurn(lane, [0, 4, 0])).toEqual(['ok', failed, 'ok']);
  });

  test('a thread that hangs while it loads is given up', async () => {
    const clock = new FakeClock();
    const lane = make({ clock, path: 'hangs' });
    const opening = lane.open();
    await until(() => clock.pending > 0, { what: 'the limit runs' });
    clock.advance(30_000);
    await opening;
    expect(lane.status).toMatchObject({ state: 'unavailable', why: expect.stringContaining('not loaded in 30000 ms') });
  });

  test('a model that fails on everything is unavailable; what it failed on before is forgotten by one success', async () => {
    const lane = await ready();
    expect(await inTurn(lane, [3, 3, 3, 3, 3, 3, 3, 0, 3, 3])).toContain('ok');
    expect(lane.status.state).toBe('ready');
    await inTurn(lane, [3, 3, 3, 3, 3, 3]);
    expect(lane.status).toMatchObject({
      state: 'unavailable',
      why: expect.stringContaining('8 looks in a row, last: ill'),
    });
  });

  test('a model that does not load says why, with the time of the next try', async () => {
    const clock = new FakeClock();
    const lane = make({ clock, workerFile: realWorker });
    await lane.open();
    expect(lane.status).toMatchObject({
      state: 'unavailable',
      code: failed,
      why: expect.stringContaining('does not load'),
    });
    await expect(look(lane, 0)).rejects.toMatchObject({ message: expect.stringContaining('does not load') });
  });

  test('a file that is missing is looked for again', async () => {
    const clock = new FakeClock();
    let there = false;
    const prepare = () =>
      there ? Promise.resolve(prepared()) : Promise.reject(new AppError('MB_MODEL_MISSING', 'nowhere'));
    const lane = make({ clock, prepare });
    await lane.open();
    expect(lane.status).toMatchObject({ state: 'unavailable', code: 'MB_MODEL_MISSING', why: 'nowhere' });
    there = true;
    clock.advance(1_000);
    await until(() => lane.status.state === 'ready', { what: 'the model is found' });
    expect(await outcomes(lane, [0])).toEqual(['ok']);
  });

  test('closing fails what waits, while it loads too', async () => {
    const lane = await ready();
    const waiting = outcomes(lane, [0, 0, 0, 0, 0, 0]);
    await lane.close();
    expect(await waiting).toContain(failed);
    expect(await outcomes(lane, [0])).toEqual([failed]);
    const loading = make({ path: 'hangs' });
    const opening = loading.open();
    await loading.close();
    await opening;
  });
});

describe('looks that wait for a model', () => {
  test('a full queue drops the least urgent', async () => {
    const lane = await ready({ queueCapacity: 2, maxWaitMs: 50, clock: new FakeClock() });
    const severities: Severity[] = [3, 1, 4, 2];
    const looks = severities.map((severity) => look(lane, 0, severity));
    const waiting = Promise.allSettled([looks[1], looks[3]]);
    const dropped = await Promise.allSettled([looks[0], looks[2]]);
    expect(dropped).toMatchObject([{ reason: { code: 'MB_OVERLOADED' } }, { reason: { code: 'MB_OVERLOADED' } }]);
    await lane.close();
    expect(await waiting).toMatchObject([{ reason: { code: failed } }, { reason: { code: failed } }]);
  });

  test('looks of several cameras go together when the first has waited long enough', async () => {
    const clock = new FakeClock();
    const lane = await ready({ clock, maxWaitMs: 40 });
    const looks = [0, 0, 0].map((order) => look(lane, order));
    clock.advance(40);
    const found = await Promise.all(looks);
    expect(found.map(({ run }) => run.inputWidth)).toEqual([3, 3, 3]);
    const text = await metrics.registry.metrics();
    expect(text).toMatch(
      /maplebridge_detect_stage_seconds_count\{model="yolox-nano-416",provider="cpu",stage="queue"\}/,
    );
    expect(text).toMatch(/stage="inference"/);
  });

  test('several sessions work at once', async () => {
    const lane = await ready({ sessions: 2, jobTimeoutMs: 300 });
    const [hangs, ...others] = [4, 0, 0, 0].map((order) => look(lane, order));
    expect(await Promise.all(others)).toHaveLength(3);
    await expect(hangs).rejects.toMatchObject({ code: failed });
  });
});
