import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { Activity } from '../../../../src/domain/activity.ts';
import type { Detection, ModelRun } from '../../../../src/domain/detection.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, Sha256, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import type { Picture } from '../../../../src/domain/picture.ts';
import { recordableBox, recordableTrack } from '../../../../src/domain/recordable-track.ts';
import type { SceneEvent } from '../../../../src/domain/scene-event.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { CameraAttention } from '../../../../src/edge/camera-attention.ts';
import { CameraPipeline, type LookDecode } from '../../../../src/edge/camera-pipeline.ts';
import type { LookAsk } from '../../../../src/edge/decode/decode-result.ts';
import type { PictureMask } from '../../../../src/edge/picture-masks.ts';
import { pipelineMetrics } from '../../../../src/edge/pipeline-metrics.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import { illegalParkingSchema } from '../../../../src/edge/scene/modules/illegal-parking.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import { trackSchema } from '../../../../src/edge/track/config.ts';
import { IouTracker } from '../../../../src/edge/track/iou-tracker.ts';
import { AppError } from '../../../../src/lib/errors.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';

const picture: Picture = {
  width: 4,
  height: 2,
  format: 'rgb24',
  data: new Uint8Array(24),
  sourceWidth: 640,
  sourceHeight: 320,
};
const run: ModelRun = {
  modelId: 'm',
  modelSha256: 'a'.repeat(64) as Sha256,
  provider: 'cpu',
  inputWidth: 4,
  inputHeight: 4,
  latencyMs: 9,
};
const kerb = {
  id: 'kerb' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const,
  tags: [],
};
const parked: Box = [0.5, 0.5, 0.6, 0.6];
const still: Activity = { active: false, reason: 'still', changedShare: 0, regions: [] };
const first: Activity = { active: true, reason: 'first', changedShare: 1, regions: [[0, 0, 1, 1]] };
const arrived: Activity = { active: true, reason: 'changed', changedShare: 0.1, regions: [[0.4, 0.4, 0.7, 0.7]] };

/** A camera whose pictures and objects are scripted; tracker, scenes and attention are the real ones. */
function watch(world: {
  activity: (second: number) => Activity | 'corrupt';
  objects: (second: number) => readonly Box[];
  /** Classes whose model fails on a look. */
  overlooked?: (second: number) => readonly ObjectClass[];
  /** Classes whose model is known not to run. */
  unavailable?: (second: number) => readonly ObjectClass[];
  masks?: readonly PictureMask[];
  track?: object;
  observe?: () => void;
}) {
  const clock = new FakeClock(0);
  const asks: LookAsk[] = [];
  const detected: (readonly Box[] | undefined)[] = [];
  const events: SceneEvent[] = [];
  const observed: { at: number; tracks: readonly Track[]; events: number }[] = [];
  let broken = false;
  let released = 0;
  let second = 0;
  let tracks = 0;
  const scenes = new CameraScenes({
    modules: sceneModules,
    zones: [kerb],
    config: { illegal_parking: illegalParkingSchema.parse({ zones: ['kerb'], dwellMs: 60_000 }) },
    around: sceneSurroundings(),
    provided: new Set(['car'] as const),
  });
  const pipeline = new CameraPipeline({
    stages: {
      detection: {
        at: () => ({
          specs: [{ width: 4, height: 4, fit: 'letterbox', format: 'rgb24' }],
          unavailable: new Set(world.unavailable?.(second) ?? []),
          detect: async (_, regions) => {
            if (broken) throw new Error('the model is broken');
            detected.push(regions);
            const seen = world
              .objects(second)
              .filter((box) => regions?.some((region) => contains(region, box)) ?? true);
            return {
              detections: seen.map((box): Detection => ({ box, score: 0.9, class: 'car', run })),
              detectMs: 9,
              cut: [],
              ...failureFor(world.overlooked?.(second) ?? []),
            };
          },
          release: (pictures) => {
            released += pictures.length;
          },
        }),
      },
      attention: new CameraAttention({ where: 'zones', busyForMs: 20_000, fullPictureEveryMs: 300_000 }),
      tracker: new IouTracker({ config: trackSchema.parse(world.track ?? {}), newId: () => `t${++tracks}` as TrackId }),
      scenes,
      observe: ({ at, tracks }, said) => {
        world.observe?.();
        observed.push({ at, tracks, events: said.length });
      },
      reporter: { report: async (event) => void events.push(event) },
      masks: world.masks ?? [],
    },
    memory: new SharedArrayBuffer(8),
    clock,
    log: createLogger('test'),
    metrics: pipelineMetrics(new Metrics()),
  });
  const decode: LookDecode = async (_, ask) => {
    asks.push(ask);
    const activity = world.activity(second);
    if (activity === 'corrupt') return { ok: false, reason: 'corrupt', detail: 'damaged' };
    return { ok: true, activity, pictures: activity.active || ask.always ? [picture] : [], decodeMs: 4 };
  };
  const lookAt = (at: number, by: LookDecode = decode) => {
    second = at;
    scenes.provide(new Set((['car'] as const).filter((each) => !(world.unavailable?.(at) ?? []).includes(each))));
    const unit = { cameraId: 'c' as CameraId, keyframe: true, ptsMs: at * 1000, receivedAt: at * 1000 } as AccessUnit;
    return pipeline.look(unit, { severity: 3, deadlineMs: 0 }, { decode: by });
  };
  return {
    lookAt,
    pipeline,
    asks,
    detected,
    events,
    observed,
    released: () => released,
    break: (now: boolean) => (broken = now),
  };
}

const failureFor = (classes: readonly ObjectClass[]) =>
  classes.length === 0
    ? {}
    : { overlooked: new Set(classes), failure: new AppError('MB_OVERLOADED', 'another model had no time') };

const contains = (outer: Box, inner: Box) =>
  outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];

describe('a camera’s looks', () => {
  test('a still camera costs a decode and a comparison: nothing is scaled or detected', async () => {
    const camera = watch({ activity: (second) => (second === 0 ? first : still), objects: () => [] });
    for (const second of [0, 10, 20]) await camera.lookAt(second);
    expect(camera.detected).toEqual([undefined]);
    expect(camera.released()).toBe(1);
    expect(camera.asks.map(({ always }) => always)).toEqual([true, false, false]);
    expect(camera.pipeline.needs(40_000)?.everyMs).toBe(10_000);
  });

  test('a look without a picture ends before those before it; who waits for it waits for them, and none overtakes', async () => {
    const camera = watch({ activity: () => first, objects: () => [parked] });
    const held = Promise.withResolvers<void>();
    const slow = camera.lookAt(0, async () => {
      await held.promise;
      return { ok: true, activity: first, pictures: [picture], decodeMs: 4 };
    });
    expect(await camera.lookAt(2, async () => undefined)).toBeUndefined();
    const after = camera.lookAt(4);
    let settled = false;
    const waiting = camera.pipeline.settled.then(() => {
      settled = true;
    });
    await Promise.resolve();
    expect(settled).toBe(false);
    held.resolve();
    await Promise.all([slow, after, waiting]);
    expect(camera.observed.map(({ at }) => at)).toEqual([0, 4_000]);
  });

  test('a log that cannot take a look keeps no alert back', async () => {
    const camera = watch({
      activity: () => first,
      objects: () => [parked],
      observe: () => {
        throw new Error('disk');
      },
    });
    for (let second = 0; second <= 80; second += 2) await camera.lookAt(second);
    expect(camera.events).toMatchObject([{ phase: 'raised' }]);
  });

  test('who arrived is followed by small regions after the gate has got used to it, until the dwell is over', async () => {
    const camera = watch({
      activity: (second) => (second === 0 ? first : second < 12 ? arrived : still),
      objects: (second) => (second >= 10 ? [parked] : []),
    });
    let at = 0;
    while (at <= 90 && camera.events.length === 0) {
      await camera.lookAt(at);
      at += Math.round((camera.pipeline.needs(at * 1000)?.everyMs ?? 10_000) / 1000);
    }
    const [raised] = camera.events;
    expect(raised).toMatchObject({ phase: 'raised', scene: 'illegal_parking' });
    expect(raised?.observedAt).toBeGreaterThanOrEqual(70_000);
    expect(raised?.observedAt).toBeLessThanOrEqual(72_000);
    expect(camera.detected.at(-1)).toHaveLength(1);
  });

  test.each([
    ['in a mask raises nothing and is not followed', 0.61, 0, 1],
    ['just below a mask counts', 0.59, 1, 30],
  ])('who stands %s', async (_what, bottom, raised, looked) => {
    const camera = watch({
      activity: (second) => (second === 0 ? first : still),
      objects: () => [parked],
      masks: [
        {
          points: [
            [0.4, 0.4],
            [0.7, 0.4],
            [0.7, bottom],
            [0.4, bottom],
          ],
        },
      ],
    });
    for (let second = 0; second <= 90; second += 2) await camera.lookAt(second);
    expect(camera.events.filter(({ phase }) => phase === 'raised')).toHaveLength(raised);
    expect(camera.detected.length).toBeGreaterThanOrEqual(looked);
    if (raised === 0) expect(camera.detected).toHaveLength(1);
  });

  test('who drives off is missed although the gate sees nothing: its place is looked at', async () => {
    const camera = watch({
      activity: (second) => (second === 0 ? first : still),
      objects: (second) => (second < 40 ? [parked] : []),
    });
    for (let second = 0; second <= 80; second += 2) await camera.lookAt(second);
    expect(camera.detected.length).toBeGreaterThan(20);
    // Removed from the tracker, it is looked for no more.
    expect(camera.detected.length).toBeLessThan(41);
    expect(camera.events).toEqual([]);
  });

  test('who stays hidden is remembered, but not looked for beyond half a minute; what changes is looked at', async () => {
    const camera = watch({
      activity: (second) => (second === 0 ? first : second === 100 ? arrived : still),
      objects: (second) => (second < 40 || second >= 100 ? [parked] : []),
      track: { maxLostMs: 600_000 },
    });
    for (let second = 0; second <= 98; second += 2) await camera.lookAt(second);
    expect(camera.detected).toHaveLength(1 + 68 / 2);
    await camera.lookAt(100);
    expect(camera.detected).toHaveLength(36);
    expect(camera.pipeline.follows).toBe(true);
  });

  test('scenes judge what is written down: tracks in the steps of the log, every look once, with its events', async () => {
    const trembling: Box = [1 / 3, 0.5, 2 / 3, 0.6];
    const camera = watch({ activity: (second) => (second === 0 ? first : arrived), objects: () => [trembling] });
    for (let second = 0; second <= 70; second += 2) await camera.lookAt(second);
    expect(camera.observed.map(({ at }) => at)).toEqual(Array.from({ length: 36 }, (_, look) => look * 2000));
    const [track] = camera.observed.at(-1)?.tracks ?? [];
    expect(track).toEqual(track && recordableTrack(track));
    expect(camera.observed.map((look) => look.events).reduce((sum, each) => sum + each)).toBe(camera.events.length);
    const [subject] = camera.events[0]?.subjects ?? [];
    expect(subject?.box).toEqual(recordableBox(trembling));
  });

  test('a model that fails takes the look, and the next takes the whole picture', async () => {
    const camera = watch({ activity: (second) => (second === 0 ? first : arrived), objects: () => [] });
    await camera.lookAt(0);
    camera.break(true);
    expect(await camera.lookAt(2)).toMatchObject({ result: 'failed' });
    camera.break(false);
    expect(await camera.lookAt(4)).toMatchObject({ result: 'decided' });
    expect(camera.detected).toEqual([undefined, undefined]);
  });

  test.each<[string, readonly ObjectClass[], string[]]>([
    ['the cars’ model: no sign that the car has left', ['car'], ['raised']],
    ['another one: the car has left', ['flame'], ['raised', 'cleared']],
  ])('one model of several fails for a minute, %s', async (_what, failing, phases) => {
    const fails = (second: number) => second > 80 && second < 140;
    const camera = watch({
      activity: (second) => (second === 0 ? first : arrived),
      objects: (second) => (fails(second) ? [] : [parked]),
      overlooked: (second) => (fails(second) ? failing : []),
    });
    for (let second = 0; second <= 160; second += 2) await camera.lookAt(second);
    expect(camera.events.filter(({ phase }) => phase !== 'updated').map(({ phase }) => phase)).toEqual(phases);
    const ids = new Set(camera.observed.flatMap(({ tracks }) => tracks.map(({ id }) => id)));
    expect(ids.size).toBe(phases.length);
  });

  test('a look that no scene can do with is none: it is told of as its model failed, not as decided', async () => {
    const camera = watch({
      activity: (second) => (second === 0 ? first : arrived),
      objects: () => [parked],
      overlooked: (second) => (second === 2 ? ['car'] : second === 4 ? ['flame'] : []),
    });
    const results: unknown[] = [];
    for (const second of [0, 2, 4, 6]) {
      const outcome = await camera.lookAt(second);
      results.push([outcome?.result, outcome?.partly]);
    }
    expect(results).toEqual([
      ['decided', undefined],
      ['overloaded', undefined],
      ['decided', 'overloaded'],
      ['decided', undefined],
    ]);
    expect(camera.observed.map(({ at }) => at)).toEqual([0, 4000, 6000]);
  });

  test('while the cars’ model does not run, a car is not missed, and once it does it is looked for', async () => {
    const away = (second: number) => second > 80 && second < 180;
    const camera = watch({
      // Nothing moves all the while.
      activity: (second) => (second === 0 ? first : still),
      objects: (second) => (away(second) ? [] : [parked]),
      unavailable: (second) => (away(second) ? ['car'] : []),
    });
    for (let second = 0; second <= 260; second += 2) await camera.lookAt(second);
    expect(camera.events.filter(({ phase }) => phase !== 'updated').map(({ phase }) => phase)).toEqual(['raised']);
    const ids = new Set(camera.observed.flatMap(({ tracks }) => tracks.map(({ id }) => id)));
    expect([...ids]).toEqual(['t1']);
    // The whole picture is looked at at first, and then.
    expect(camera.detected.filter((regions) => regions === undefined)).toHaveLength(2);
  });

  test('after a look that one model missed, the whole picture is looked at', async () => {
    const camera = watch({
      activity: (second) => (second === 0 ? first : arrived),
      objects: () => [],
      overlooked: (second) => (second === 2 ? ['car'] : []),
    });
    for (const second of [0, 2, 4, 6]) await camera.lookAt(second);
    expect(camera.detected.map((regions) => regions === undefined)).toEqual([true, false, true, false]);
  });

  test('a damaged keyframe is a look without a decision', async () => {
    const camera = watch({ activity: () => 'corrupt', objects: () => [] });
    let freed = 0;
    expect(await camera.lookAt(0)).toEqual({ result: 'corrupt', at: 0, decodeMs: 0, detectMs: 0 });
    await camera.pipeline.look(
      { cameraId: 'c' as CameraId, keyframe: true, ptsMs: 1, receivedAt: 1 } as AccessUnit,
      { severity: 3, deadlineMs: 0 },
      { decode: () => Promise.reject(new Error('the decoder is gone')), decoded: () => (freed += 1) },
    );
    expect(freed).toBe(1);
  });
});
