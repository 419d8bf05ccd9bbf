import { describe, expect, test } from 'vitest';
import type { CameraState } from '../../../../src/domain/camera.ts';
import type { CameraId, IncidentId, ZoneId } from '../../../../src/domain/ids.ts';
import type { PictureCondition } from '../../../../src/domain/picture-condition.ts';
import type { OpenIncident, SceneEvent } from '../../../../src/domain/scene-event.ts';
import { CameraFaults } from '../../../../src/edge/camera-faults.ts';
import { cameraHealthSchema, healthSchema } from '../../../../src/edge/health/config.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const own: Omit<PictureCondition, 'reference'> = { mean: 110, contrast: 50, structured: 0.8, unchanged: 0 };
const match = { likeness: 1, layout: 1, structured: 1, relief: 1, sharpness: 1, light: 1, shift: undefined };
const good: PictureCondition = { ...own, reference: match };
const covered: PictureCondition = { ...own, reference: { ...match, likeness: 0, structured: 0 } };
const black: PictureCondition = { ...own, mean: 0, contrast: 0, unchanged: 1, reference: undefined };

const streaming: CameraState = { kind: 'streaming', since: 0 };
const waiting: CameraState = { kind: 'waiting', reason: 'unreachable', detail: '', retryAt: 0, attempt: 1 };

/** One camera with scripted pictures; what becomes of its faults is written down. */
function stand(open: readonly OpenIncident[] = []) {
  const clock = new FakeClock(1_760_000_000_000);
  const begun = clock.now();
  const told: string[] = [];
  const second = (at: number) => (at - begun) / 1000;
  let ids = 0;
  const write = ({ phase, incidentId, details, severity, zone, scene, startedAt, observedAt }: SceneEvent) => {
    expect({ severity, zone: zone.id, scene }).toEqual({ severity: 4, zone: 'picture', scene: 'camera_fault' });
    told.push(`${second(observedAt)} ${phase} ${incidentId} ${details?.['fault'] ?? '-'} since ${second(startedAt)}`);
  };
  const faults = new CameraFaults({
    config: healthSchema.parse({}),
    own: cameraHealthSchema.parse({}),
    memory: new SharedArrayBuffer(8),
    isNight: () => false,
    newId: () => `i${++ids}` as IncidentId,
    effects: {
      suspend: (fault) => void told.push(`${second(clock.now())} suspend ${fault ?? '-'}`),
      blind: (fault, since) =>
        void told.push(
          `${second(clock.now())} blind ${fault ?? '-'}${since === undefined ? '' : ` since ${second(since)}`}`,
        ),
      report: async (event) => write(event),
    },
    clock,
  });
  faults.resume(open);
  return {
    faults,
    clock,
    told,
    /** Looks every 10 s. */
    look(condition: PictureCondition, seconds: number) {
      for (let passed = 0; passed < seconds; passed += 10) {
        clock.advance(10_000);
        const { order } = faults.ask(clock.now());
        for (const event of faults.look(condition, order, clock.now())) write(event);
      }
    },
  };
}

describe('a camera whose pictures cannot be trusted', () => {
  test('suspends its scenes, is blind from when it began, and is one incident until it is well', () => {
    const camera = stand();
    camera.look(good, 60);
    camera.look(covered, 70);
    expect(camera.told).toEqual([
      '130 suspend covered',
      '130 blind covered since 70',
      '130 raised i1 covered since 70',
    ]);
    expect(camera.faults.fault).toMatchObject({ fault: 'covered' });
    camera.told.length = 0;
    camera.look(covered, 3600);
    expect(camera.told).toEqual(['3730 updated i1 covered since 70']);
    camera.told.length = 0;
    camera.look(good, 60);
    expect(camera.told).toEqual(['3760 suspend -', '3760 blind -', '3760 cleared i1 covered since 70']);
    expect(camera.faults.fault).toBe(undefined);
  });

  test('a fault that turns into another is told at once, as the same incident', () => {
    const camera = stand();
    camera.look(covered, 80);
    camera.told.length = 0;
    camera.look(black, 80);
    expect(camera.told).toEqual(['150 suspend black', '150 blind black since 10', '150 updated i1 black since 10']);
  });
});

describe('a camera that is lost', () => {
  test('is told of without a picture, again after an hour, and cleared with the first that is well', () => {
    const camera = stand();
    camera.faults.connection(streaming);
    camera.look(good, 30);
    camera.faults.connection(waiting);
    camera.clock.advance(200_000);
    // Trying again is no sight.
    camera.faults.connection({ kind: 'connecting', attempt: 2 });
    camera.clock.advance(99_999);
    expect(camera.told).toEqual([]);
    camera.clock.advance(1);
    expect(camera.told).toEqual(['330 raised i1 lost since 30']);
    expect(camera.faults.fault?.fault).toBe('lost');
    camera.clock.advance(3_600_000);
    expect(camera.told.slice(1)).toEqual(['3930 updated i1 lost since 30']);
    camera.faults.connection(streaming);
    expect(camera.faults.fault).toBe(undefined);
    camera.look(good, 10);
    expect(camera.told.slice(2)).toEqual(['3940 cleared i1 lost since 30']);
  });

  test.each<[string, CameraState]>([
    ['comes back in time', streaming],
    ['is stopped', { kind: 'stopped' }],
  ])('is not, where it %s', (_, state) => {
    const camera = stand();
    camera.faults.connection(waiting);
    camera.clock.advance(299_999);
    camera.faults.connection(state);
    camera.clock.advance(3_600_000);
    expect(camera.told).toEqual([]);
  });

  test('still has the fault it had before', () => {
    const camera = stand();
    camera.look(covered, 80);
    camera.faults.connection(waiting);
    camera.clock.advance(300_000);
    camera.faults.connection(streaming);
    camera.look(covered, 10);
    expect(camera.told.filter((line) => line.includes('i1'))).toEqual([
      '70 raised i1 covered since 10',
      '380 updated i1 lost since 10',
      '390 updated i1 covered since 10',
    ]);
  });

  test('is nobody’s business once it is not watched', () => {
    const camera = stand();
    camera.faults.connection(waiting);
    camera.faults.close();
    expect(camera.clock.pending).toBe(0);
  });
});

describe('an incident from before a restart', () => {
  const open: OpenIncident = {
    incidentId: 'old' as IncidentId,
    cameraId: 'c' as CameraId,
    scene: 'camera_fault',
    zoneId: 'picture' as ZoneId,
    startedAt: 1_759_999_000_000,
    observedAt: 1_759_999_990_000,
    subjects: [],
    traceparent: '',
  };

  test('is cleared once the camera has been well for a while', () => {
    const camera = stand([open]);
    camera.look(good, 40);
    expect(camera.told).toEqual(['30 cleared old - since -1000']);
  });

  test('goes on where the fault is remembered', () => {
    const before = stand();
    before.look(covered, 80);
    const camera = stand();
    camera.faults.restore(JSON.parse(JSON.stringify(before.faults.save())));
    camera.faults.resume([open]);
    expect(camera.told).toEqual(['0 suspend covered', '0 blind covered since 10']);
    camera.look(covered, 60);
    expect(camera.told.slice(2)).toEqual([]);
    camera.look(good, 40);
    expect(camera.told.at(-1)).toBe('90 cleared old covered since -1000');
  });

  test('of another scene is not taken for it', () => {
    const camera = stand([{ ...open, scene: 'illegal_parking' }]);
    camera.look(good, 60);
    expect(camera.told).toEqual([]);
  });
});
