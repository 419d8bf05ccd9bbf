import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { Activity } from '../../../../src/domain/activity.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { PictureCondition, ReferenceOrder } from '../../../../src/domain/picture-condition.ts';
import type { SceneEvent } from '../../../../src/domain/scene-event.ts';
import { CameraAttention } from '../../../../src/edge/camera-attention.ts';
import { CameraFaults } from '../../../../src/edge/camera-faults.ts';
import { CameraPipeline, type LookDecode } from '../../../../src/edge/camera-pipeline.ts';
import { cameraHealthSchema, healthSchema } from '../../../../src/edge/health/config.ts';
import { pipelineMetrics } from '../../../../src/edge/pipeline-metrics.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import { illegalParkingSchema } from '../../../../src/edge/scene/modules/illegal-parking.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import { trackSchema } from '../../../../src/edge/track/config.ts';
import { IouTracker } from '../../../../src/edge/track/iou-tracker.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';

const match = { likeness: 1, layout: 1, structured: 1, relief: 1, sharpness: 1, light: 1, shift: undefined };
const good: PictureCondition = { mean: 110, contrast: 50, structured: 0.8, unchanged: 0, reference: match };
const moved: PictureCondition = { ...good, reference: { ...match, likeness: 0.1, shift: [0.1, 0] } };
const arrived: Activity = { active: true, reason: 'changed', changedShare: 0.1, regions: [[0.4, 0.4, 0.7, 0.7]] };
const car: Box = [0.5, 0.5, 0.6, 0.6];
const picture = { width: 4, height: 2, format: 'rgb24', data: new Uint8Array(24), sourceWidth: 640, sourceHeight: 320 };

/** A camera with a car parked in its zone, every 2 s; `condition` says what its pictures measure. */
function watch(condition: (second: number) => PictureCondition) {
  const clock = new FakeClock(0);
  const told: string[] = [];
  const orders: ReferenceOrder[] = [];
  let [second, tracks] = [0, 0];
  let broken = false;
  const scenes = new CameraScenes({
    modules: sceneModules,
    zones: [
      {
        id: 'kerb' as ZoneId,
        kind: 'polygon',
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
        ],
        tags: [],
      },
    ],
    config: { illegal_parking: illegalParkingSchema.parse({ zones: ['kerb'], dwellMs: 90_000 }) },
    around: sceneSurroundings(),
    provided: new Set(['car'] as const),
  });
  const write = async ({ scene, phase }: SceneEvent) => void told.push(`${second} ${scene} ${phase}`);
  const faults = new CameraFaults({
    config: healthSchema.parse({}),
    own: cameraHealthSchema.parse({}),
    memory: new SharedArrayBuffer(8),
    isNight: () => false,
    newId: () => 'fault' as IncidentId,
    effects: { suspend: (fault) => scenes.suspend(fault), blind: () => {}, report: write },
    clock,
  });
  const pipeline = new CameraPipeline({
    stages: {
      detection: {
        at: () => ({
          specs: [{ width: 4, height: 4, fit: 'letterbox', format: 'rgb24' }],
          detect: async () => {
            if (broken) throw new Error('the model is broken');
            return { detections: [{ box: car, score: 0.9, class: 'car' }], detectMs: 9, cut: [] };
          },
          release: () => {},
        }),
      },
      attention: new CameraAttention({ where: 'zones', busyForMs: 20_000, fullPictureEveryMs: 300_000 }),
      faults,
      tracker: new IouTracker({ config: trackSchema.parse({}), newId: () => `t${++tracks}` as TrackId }),
      scenes,
      reporter: { report: write },
    },
    memory: new SharedArrayBuffer(8),
    clock,
    log: createLogger('test'),
    metrics: pipelineMetrics(new Metrics()),
  });
  const decode: LookDecode = async (_, { reference }) => {
    if (reference !== undefined) orders.push(reference.order);
    const pictures = [{ ...picture, format: 'rgb24' as const }];
    return { ok: true, activity: arrived, condition: condition(second), pictures, decodeMs: 4 };
  };
  return {
    told,
    orders,
    break: (now: boolean) => (broken = now),
    async until(end: number) {
      for (; second < end; second += 2) {
        const at = second * 1000;
        const unit = { cameraId: 'c' as CameraId, keyframe: true, ptsMs: at, receivedAt: at } as AccessUnit;
        await pipeline.look(unit, { severity: 3, deadlineMs: 0 }, { decode });
      }
    },
  };
}

describe('a look at a camera that cannot be trusted', () => {
  test('a camera that is well raises what its scenes see', async () => {
    const camera = watch(() => good);
    await camera.until(120);
    expect(camera.told[0]).toMatch(/^9\d illegal_parking raised$/);
    expect(new Set(camera.orders)).toEqual(new Set(['follow']));
  });

  test('one that was moved raises its fault and nothing else, and goes on where it was once it is back', async () => {
    const camera = watch((second) => (second >= 10 && second < 200 ? moved : good));
    await camera.until(400);
    const [raised, ...then] = camera.told;
    // Until it is told as moved the scene goes by what it sees.
    expect(raised).toBe('70 camera_fault raised');
    expect(then[0]).toBe('220 camera_fault cleared');
    expect(then[1]).toMatch(/^2[2-5]\d illegal_parking raised$/);
    expect(camera.orders[6]).toBe('hold');
    expect(camera.orders.at(-1)).toBe('follow');
  });

  test('its fault is told although its model fails', async () => {
    const camera = watch(() => moved);
    camera.break(true);
    await camera.until(80);
    expect(camera.told).toEqual(['60 camera_fault raised']);
  });
});
