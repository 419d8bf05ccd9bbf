import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '../../../../../src/domain/ids.ts';
import type { Picture } from '../../../../../src/domain/picture.ts';
import { CanaryModel } from '../../../../../src/edge/detect/canary/canary-model.ts';
import type { CanaryState } from '../../../../../src/edge/detect/canary/canary-state.ts';
import { type CanaryOrder, CanaryStore } from '../../../../../src/edge/detect/canary/canary-store.ts';
import { type CanaryConfig, canarySchema } from '../../../../../src/edge/detect/canary/config.ts';
import type { NewModel } from '../../../../../src/edge/detect/canary/new-model-slot.ts';
import { AppError } from '../../../../../src/lib/errors.ts';
import { createLogger } from '../../../../../src/lib/log.ts';
import { Metrics } from '../../../../../src/lib/metrics.ts';
import { detection } from '../../../../support/detections.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { ScriptedModel } from '../../../../support/scripted-model.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { until } from '../../../../support/until.ts';

const picture: Picture = {
  width: 32,
  height: 18,
  format: 'rgb24',
  data: new Uint8Array(32 * 18 * 3),
  sourceWidth: 640,
  sourceHeight: 360,
};
const priority = { severity: 1, deadlineMs: 100 } as const;

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let old: ScriptedModel;
let fresh: ScriptedModel;
let opened: number;
const running: CanaryModel[] = [];

beforeEach(async () => {
  dir = await tempDir('canary');
  clock = new FakeClock();
  old = new ScriptedModel('old');
  fresh = new ScriptedModel('new');
  old.finds = [detection('person', 0.9)];
  fresh.finds = [detection('person', 0.8)];
  opened = 0;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  await dir.remove();
});

type Change = Partial<Omit<CanaryConfig, 'limits'>> & { limits?: Partial<CanaryConfig['limits']> };

type Around = { new?: Partial<NewModel>; busy?: () => boolean; metrics?: Metrics };

/** Begins, and waits for the new model. */
async function start(change: Change = {}, around: Around = {}): Promise<CanaryModel> {
  const subject = await begin(change, around);
  await until(() => phaseOf(subject) !== 'idle', { what: 'the new model' });
  return subject;
}

async function begin(change: Change = {}, around: Around = {}): Promise<CanaryModel> {
  const config = canarySchema.parse({
    modelId: 'new',
    replaces: 'old',
    share: 1,
    minPictures: 10,
    minObjects: 5,
    watchMs: 60_000,
    ...change,
  });
  const open = async () => {
    opened += 1;
    fresh.closed = false;
    return fresh;
  };
  const subject = new CanaryModel({
    config,
    old,
    new: { id: 'new', sha256: fresh.model.sha256, open, ...around.new },
    store: new CanaryStore(dir.path),
    ...(around.busy !== undefined && { busy: around.busy }),
    clock,
    log: createLogger('test'),
    metrics: around.metrics ?? new Metrics(),
  });
  running.push(subject);
  await subject.start(new AbortController().signal);
  return subject;
}

/** Ends a node as a kill does: its time stands still, and what is on disk is what it left. */
function kill(): void {
  running.splice(0);
  clock = new FakeClock();
}

/** As the pipeline does it: asks which pictures are needed, brings them; says which model answered. */
async function look(subject: CanaryModel, index: number, camera = 'cam-1'): Promise<string> {
  const identity = { cameraId: camera as CameraId, at: 1_760_000_000_000 + index * 2000 };
  const pictures = new Map(subject.inputsFor(identity).map(({ modelId }) => [modelId, picture]));
  const { run } = await subject.detect({ pictures, look: identity, priority });
  // The comparison goes on behind the answer.
  await new Promise(setImmediate);
  return run.modelId;
}

async function looks(subject: CanaryModel, count: number, from = 0): Promise<string[]> {
  const by: string[] = [];
  for (let index = from; index < from + count; index += 1) by.push(await look(subject, index));
  return by;
}

const phaseOf = (subject: CanaryModel) => subject.report().phase;

async function stored(): Promise<CanaryState | undefined> {
  const found = await new CanaryStore(dir.path).readState();
  return found.kind === 'found' ? found.value : undefined;
}
const storedOrder = async () => (await stored())?.lastOrder;
const loads = async () => (await stored())?.loading === true;

/** Leaves an order as the command line does, and lets the node's second pass. */
async function order(subject: CanaryModel, action: CanaryOrder['action'], id = `${action}-1`): Promise<void> {
  await new CanaryStore(dir.path).writeOrder({ id, action, by: 'ann', at: clock.now() });
  clock.advance(1_000);
  await until(async () => (await storedOrder()) === id, { what: `the ${action}` });
  await until(() => !existsSync(join(dir.path, 'canary-order.json')), { what: 'the order to be taken away' });
  const ordered = expect.objectContaining({ cause: 'operator', reason: `${action} by ann` });
  expect(subject.report().history).toContainEqual(ordered);
}

describe('a canary beside the model in charge', () => {
  test('the old model answers while both are compared; it is ready when enough was seen', async () => {
    const subject = await start();
    expect(new Set(await looks(subject, 9))).toEqual(new Set(['old']));
    expect(phaseOf(subject)).toBe('comparing');
    await looks(subject, 1, 9);
    expect(phaseOf(subject)).toBe('ready');
    expect(subject.report()).toMatchObject({
      inCharge: 'old',
      evidence: { pictures: 10, objects: 10, lostShare: 0, addedShare: 0 },
      classes: [{ class: 'person', agreed: 10, lost: 0, added: 0, meanIou: 1 }],
    });
    expect(subject.report().classes[0]?.meanScoreShift).toBeCloseTo(-0.1);
    // The look's own urgency stays with the old model; the comparison goes behind everything.
    expect(old.requests[0]?.priority).toEqual(priority);
    expect(fresh.requests[0]?.priority).toMatchObject({ severity: 4 });
  });

  test('only the sample asks for a picture of the new model', async () => {
    const subject = await start({ share: 0 });
    await looks(subject, 20);
    expect(fresh.requests).toHaveLength(0);
    expect(subject.inputsFor({ cameraId: 'cam-1' as CameraId, at: 0 }).map(({ modelId }) => modelId)).toEqual(['old']);
  });

  test('a new model that sees less is refused, with the cameras and pictures that say so', async () => {
    fresh.finds = [];
    const metrics = new Metrics();
    const subject = await start({}, { metrics });
    await looks(subject, 10);
    expect(phaseOf(subject)).toBe('refused');
    const { reason, worstCameras, examples } = subject.report();
    expect(reason).toContain('lacks 100.0 %');
    expect(worstCameras).toEqual([{ camera: 'cam-1', pictures: 10, agreed: 0, lost: 10, added: 0 }]);
    expect(examples).toHaveLength(4);
    expect(examples[0]).toMatchObject({ camera: 'cam-1', lost: [{ class: 'person', box: [0.1, 0.1, 0.3, 0.5] }] });
    await until(() => fresh.closed, { what: 'the refused model to be freed' });
    expect(await looks(subject, 2, 10)).toEqual(['old', 'old']);
    const text = await metrics.registry.metrics();
    expect(text).toContain('maplebridge_canary_phase{phase="refused"} 1');
    expect(text).toContain('maplebridge_canary_phase{phase="comparing"} 0');
    expect(text).toContain('maplebridge_canary_detections_total{class="person",result="lost"} 10');
    expect(text).toContain('maplebridge_canary_pictures_total{result="compared"} 10');
  });

  test('a look never waits for the new model; what comes meanwhile is not compared and counted', async () => {
    const subject = await start();
    let open = () => {};
    fresh.gate = new Promise((resolve) => {
      open = resolve;
    });
    expect(await looks(subject, 5)).toEqual(['old', 'old', 'old', 'old', 'old']);
    expect(fresh.requests).toHaveLength(1);
    expect(subject.report().dropped).toEqual({ busy: 4, overloaded: 0, noPicture: 0 });
    open();
    await until(() => subject.report().evidence.pictures === 1, { what: 'the comparison' });
    // One that is dropped costs no second picture, either.
    expect(subject.report().evidence.failures).toBe(0);
  });

  test('under load nothing is compared; that says nothing about the model', async () => {
    let busy = true;
    const subject = await start({}, { busy: () => busy });
    await looks(subject, 3);
    expect(subject.report().dropped.overloaded).toBe(3);
    busy = false;
    fresh.finds = new AppError('MB_OVERLOADED', 'full');
    await looks(subject, 20, 3);
    expect(subject.report()).toMatchObject({
      phase: 'comparing',
      dropped: { overloaded: 23 },
      evidence: { failures: 0 },
    });
  });

  test('a new model that fails on more pictures than it may is refused; no look notices', async () => {
    fresh.finds = new AppError('MB_MODEL_FAILED', 'its thread ended');
    const subject = await start();
    expect(new Set(await looks(subject, 6))).toEqual(new Set(['old']));
    expect(subject.report()).toMatchObject({ phase: 'refused', reason: 'failed on 4 pictures (limit 3)' });
  });

  test('a failure of the old model is the look’s, not the canary’s', async () => {
    const subject = await start();
    old.finds = new AppError('MB_MODEL_FAILED', 'old');
    await expect(look(subject, 1)).rejects.toThrow('old');
    expect(fresh.requests).toHaveLength(0);
  });
});

describe('taking over', () => {
  test('by order, within a second; provenance names who answered', async () => {
    const subject = await start();
    await looks(subject, 10);
    await order(subject, 'promote');
    expect(phaseOf(subject)).toBe('taken-over');
    expect(await looks(subject, 2, 10)).toEqual(['new', 'new']);
    expect(subject.model.id).toBe('new');
    await order(subject, 'rollback');
    expect(await looks(subject, 2, 12)).toEqual(['old', 'old']);
    await until(() => fresh.closed, { what: 'the new model to be freed' });
  });

  test('by itself where that is wished', async () => {
    const subject = await start({ takeOver: 'automatic' });
    expect((await looks(subject, 11)).at(-1)).toBe('new');
  });

  test('a look that was prepared for the model before is answered by that one', async () => {
    const subject = await start();
    const prepared = { pictures: new Map([['old', picture]]), priority };
    await order(subject, 'promote');
    expect((await subject.detect(prepared)).run.modelId).toBe('old');
    const forNew = { pictures: new Map([['new', picture]]), priority };
    expect((await subject.detect(forNew)).run.modelId).toBe('new');
    await order(subject, 'rollback');
    expect((await subject.detect(forNew)).run.modelId).toBe('old');
  });

  test('it settles after its watch', async () => {
    const subject = await start();
    await order(subject, 'promote');
    await looks(subject, 10);
    for (let second = 0; second < 61; second += 1) {
      clock.advance(1_000);
      await until(() => clock.pending > 0, { what: 'the next round' });
    }
    expect(phaseOf(subject)).toBe('settled');
    await order(subject, 'rollback');
    expect(await looks(subject, 1, 10)).toEqual(['old']);
  });

  test('failures on watch take it back; the looks they hit are answered by the old model', async () => {
    const subject = await start();
    await order(subject, 'promote');
    fresh.finds = new AppError('MB_MODEL_FAILED', 'ill');
    expect(await looks(subject, 6)).toEqual(['old', 'old', 'old', 'old', 'old', 'old']);
    expect(subject.report()).toMatchObject({ phase: 'rolled-back', reason: 'failed on 4 pictures (limit 3)' });
  });

  test('slowness on watch takes it back', async () => {
    const subject = await start();
    await looks(subject, 10);
    await order(subject, 'promote');
    fresh.latencyMs = 30;
    await looks(subject, 60, 10);
    expect(subject.report()).toMatchObject({ phase: 'rolled-back', reason: expect.stringContaining('3.00 times') });
  });

  test('a rollback does not wait for a new model that hangs', async () => {
    const subject = await start();
    await order(subject, 'promote');
    fresh.gate = new Promise(() => {});
    void look(subject, 1);
    await order(subject, 'rollback');
    expect(await looks(subject, 1, 2)).toEqual(['old']);
    // Freed with its test: nothing will ever open that gate.
    running.splice(0);
  });

  test('one that is refused can be promoted all the same', async () => {
    fresh.finds = [];
    const subject = await start();
    await looks(subject, 10);
    await order(subject, 'promote');
    expect(await looks(subject, 1, 10)).toEqual(['new']);
    expect(opened).toBe(2);
  });
});

describe('a new model that is not there', () => {
  const missing = { open: () => Promise.reject(new AppError('MB_MODEL_MISSING', 'model new is nowhere to be found')) };

  test('the old one goes on; at the next start it is tried again', async () => {
    const subject = await start({}, { new: missing });
    expect(subject.report()).toMatchObject({ phase: 'refused', reason: 'model new is nowhere to be found' });
    expect(await looks(subject, 1)).toEqual(['old']);
    await subject.stop();
    expect(phaseOf(await start())).toBe('comparing');
  });

  test('a promotion says that it is not there, and the old one goes on', async () => {
    const subject = await start({}, { new: missing });
    await new CanaryStore(dir.path).writeOrder({ id: 'x', action: 'promote', by: 'ann', at: 0 });
    clock.advance(1_000);
    await until(async () => (await storedOrder()) === 'x', { what: 'the answer' });
    expect(subject.report()).toMatchObject({ phase: 'rolled-back', inCharge: 'old' });
    expect(await looks(subject, 1)).toEqual(['old']);
  });

  test('one in charge that is missing after a restart is rolled back', async () => {
    const first = await start();
    await order(first, 'promote');
    await first.stop();
    const second = await start({}, { new: missing });
    expect(second.report()).toMatchObject({ phase: 'rolled-back', reason: 'model new is nowhere to be found' });
    expect(await looks(second, 1)).toEqual(['old']);
  });

  test('one that lacks a class of the old model is refused: scenes would go dark', async () => {
    fresh = new ScriptedModel('new', { classes: ['person'] });
    const subject = await start();
    expect(subject.report()).toMatchObject({ phase: 'refused', reason: 'new does not report car, as old does' });
    expect(fresh.closed).toBe(true);
  });

  test('a node that ended while loading it does not try again by itself', async () => {
    let opening = () => {};
    const reached = new Promise<void>((resolve) => {
      opening = resolve;
    });
    const never = { open: () => new Promise<never>(() => opening()) };
    void begin({}, { new: never });
    await reached;
    const left = await new CanaryStore(dir.path).readState();
    expect(left).toMatchObject({ kind: 'found', value: { loading: true } });
    kill();
    const subject = await start();
    expect(subject.report()).toMatchObject({
      phase: 'refused',
      reason: 'the node ended while the new model was being loaded',
    });
    expect(opened).toBe(0);
    await subject.stop();
    expect(phaseOf(await start())).toBe('refused');
  });
});

describe('after a restart', () => {
  test('a node that ends again and again soon after it loaded the new model leaves it out', async () => {
    for (let life = 1; life <= 3; life += 1) {
      const subject = await start();
      await until(async () => (await stored())?.shortLives === life && !(await loads()), { what: 'the model' });
      expect(phaseOf(subject)).toBe('comparing');
      kill();
    }
    const last = await start();
    expect(last.report().reason).toBe('the node ended 3 times within minutes of loading the new model');
    await order(last, 'restart');
    await until(() => phaseOf(last) === 'comparing', { what: 'a new beginning' });
  });

  test('lives of five minutes are none against it', async () => {
    for (let life = 1; life <= 5; life += 1) {
      const subject = await start();
      await until(async () => (await stored())?.shortLives === 1 && !(await loads()), { what: 'the model' });
      clock.advance(300_000);
      await until(async () => (await stored())?.shortLives === 0, { what: 'the life to count as a long one' });
      expect(phaseOf(subject)).toBe('comparing');
      kill();
    }
  });

  test('one that was stopped while it loaded the new model tries again', async () => {
    const never = { open: () => new Promise<never>(() => {}) };
    void begin({}, { new: never });
    await until(loads, { what: 'the mark of loading' });
    await Promise.all(running.splice(0).map((each) => each.stop()));
    expect(phaseOf(await start())).toBe('comparing');
  });

  test('counts go on, and so does the model in charge', async () => {
    const first = await start();
    await looks(first, 6);
    await first.stop();
    const second = await start();
    expect(second.report().evidence.pictures).toBe(6);
    await looks(second, 4, 6);
    await order(second, 'promote');
    await second.stop();
    const third = await start();
    expect(third.report()).toMatchObject({ phase: 'taken-over', inCharge: 'new' });
    expect(await looks(third, 1, 10)).toEqual(['new']);
  });

  test('another file begins anew', async () => {
    const first = await start();
    await order(first, 'promote');
    await first.stop();
    fresh = new ScriptedModel('new-2');
    const second = await start({}, { new: { sha256: fresh.model.sha256 } });
    expect(second.report()).toMatchObject({ phase: 'comparing', evidence: { pictures: 0 } });
  });

  test('an order left while the node was down is carried out before the first look', async () => {
    await new CanaryStore(dir.path).writeOrder({ id: 'x', action: 'promote', by: 'ann', at: 0 });
    const subject = await start();
    expect(await looks(subject, 1)).toEqual(['new']);
  });

  test('an order is carried out once, even when it could not be taken away', async () => {
    const first = await start();
    await order(first, 'promote', 'same');
    await order(first, 'rollback', 'later');
    await new CanaryStore(dir.path).writeOrder({ id: 'later', action: 'promote', by: 'ann', at: 0 });
    await first.stop();
    expect(phaseOf(await start())).toBe('rolled-back');
  });

  test.each([
    ['not JSON', '{"version":1,'],
    ['another version', '{"version":2}'],
    ['empty', ''],
    ['binary', '\u0000\u0001'],
  ])('a state that is %s: the old model, a clear word, and nothing is overwritten', async (_, text) => {
    const path = join(dir.path, 'canary.json');
    writeFileSync(path, text);
    const subject = await start({ takeOver: 'automatic' });
    expect(subject.report()).toMatchObject({ phase: 'refused', reason: expect.stringContaining(path) });
    expect(await looks(subject, 20)).toEqual(Array.from({ length: 20 }, () => 'old'));
    await subject.stop();
    expect(readFileSync(path, 'utf8')).toBe(text);
    await expect(new CanaryStore(dir.path).stateForReader()).rejects.toMatchObject({ code: 'MB_CANARY_STATE' });
    const next = await start();
    await order(next, 'restart');
    await until(() => phaseOf(next) === 'comparing', { what: 'a new beginning' });
  });

  test('an order nobody can read is left out', async () => {
    const subject = await start();
    writeFileSync(join(dir.path, 'canary-order.json'), '{"action":"explode"}');
    clock.advance(1_000);
    await until(() => clock.pending > 0, { what: 'the next round' });
    expect(phaseOf(subject)).toBe('comparing');
    await order(subject, 'promote');
  });

  test('a disk that takes nothing stops no rollback', async () => {
    const subject = await start();
    await order(subject, 'promote');
    const store = new CanaryStore(dir.path);
    await store.writeOrder({ id: 'r', action: 'rollback', by: 'ann', at: 0 });
    // A folder in the way of the temporary file: nothing can be written under that name any more.
    mkdirSync(join(dir.path, '.tmp-canary.json', 'x'), { recursive: true });
    clock.advance(1_000);
    await until(() => phaseOf(subject) === 'rolled-back', { what: 'the rollback' });
    expect(await looks(subject, 1)).toEqual(['old']);
  });
});
