import { describe, expect, test } from 'vitest';
import type { Box, TriggeringAnchor } from '../../../../src/domain/geometry.ts';
import { offsetOf } from '../../../../src/domain/ground.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { Zone } from '../../../../src/domain/zone.ts';
import { groundOf } from '../../../../src/edge/calibrate-ground.ts';
import { groundSchema } from '../../../../src/edge/ground-config.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import { zoneIntrusion, zoneIntrusionSchema } from '../../../../src/edge/scene/modules/zone-intrusion.ts';
import type { CameraSurroundings, SceneModule } from '../../../../src/edge/scene/scene-module.ts';
import { PinholeCamera } from '../../../support/pinhole-camera.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const band = (id: string, top: number, bottom: number): Zone => {
  const points = [
    [0, top],
    [1, top],
    [1, bottom],
    [0, bottom],
  ] as const;
  return { id: id as ZoneId, kind: 'polygon', points, tags: [] };
};

/** Intrusion into the middle third, leaving out a strip at its top. */
function scenes(anchor: TriggeringAnchor | undefined, around: Partial<CameraSurroundings> = {}) {
  const config = { zones: ['yard'], exclude: ['strip'], dwellMs: 4_000, ...(anchor !== undefined && { anchor }) };
  return new CameraScenes({
    modules: [zoneIntrusion as unknown as SceneModule],
    zones: [band('yard', 1 / 3, 2 / 3), band('strip', 1 / 3, 0.4)],
    config: { zone_intrusion: zoneIntrusionSchema.parse(config) },
    around: sceneSurroundings(around),
    provided: new Set(['person']),
    newId: () => 'i' as IncidentId,
  });
}

const play = (box: Box, anchor?: TriggeringAnchor, around: Partial<CameraSurroundings> = {}) =>
  new SceneTimeline().stands('t1', { box, from: 0, to: 60, class: 'person' }).play(scenes(anchor, around), 20);

describe('which point of a box decides', () => {
  const feetInside: Box = [0.5, 0.1, 0.55, 0.6];
  const middleInside: Box = [0.5, 0.2, 0.55, 0.9];
  const headInside: Box = [0.5, 0.5, 0.55, 0.95];
  const headInStrip: Box = [0.5, 0.35, 0.55, 0.6];

  test.each([
    ['bottom', feetInside, true],
    [undefined, feetInside, true],
    ['centre', middleInside, true],
    ['top', headInside, true],
    ['top', feetInside, false],
    ['bottom', middleInside, false],
    ['bottom', headInside, false],
    ['centre', headInside, false],
    // The same point decides about exclusions.
    ['bottom', headInStrip, true],
    ['centre', headInStrip, true],
    ['top', headInStrip, false],
  ] as const)('%s of %j: %s', (anchor, box, expected) => {
    expect(play(box, anchor).some(({ phase }) => phase === 'raised')).toBe(expected);
  });

  test('is told with the zones', () => {
    expect(scenes('top').anchors).toEqual(['top']);
    expect(scenes(undefined).anchors).toEqual(['bottom']);
  });
});

describe('an incident on a calibrated camera', () => {
  const { place } = sceneSurroundings();
  const camera = new PinholeCamera();
  const points = [
    [0.1, 0.95],
    [0.9, 0.9],
    [0.85, 0.35],
    [0.2, 0.4],
  ].map(([x = 0, y = 0]) => {
    const [east, north] = camera.ground([x, y]);
    return { picture: [x, y], east, north };
  });
  const calibrated = groundOf({ ...place, ground: groundSchema.parse({ points }) });

  test('says where its subject stands while it lasts and once it is cleared', () => {
    const [x, y] = camera.picture([2, 10]);
    const timeline = new SceneTimeline().stands('t1', {
      box: [x - 0.02, y - 0.2, x + 0.02, y],
      from: 0,
      to: 20,
      class: 'person',
    });
    const events = timeline.play(scenes('bottom', { ground: calibrated }), 80);
    expect(events.map(({ phase }) => phase)).toEqual(['raised', 'cleared']);
    for (const { subjects } of events) {
      const [east, north] = offsetOf(place, subjects[0]?.position ?? place);
      expect([Math.round(east * 10) / 10, Math.round(north * 10) / 10]).toEqual([2, 10]);
    }
    expect(events.map(({ subjects }) => subjects[0]?.speed?.mps)).toEqual([0, undefined]);
  });

  test('is the same incident after a restart, and its place is told anew', () => {
    const [x, y] = camera.picture([2, 10]);
    const subject = { class: 'person', score: 0.9, trackId: 't0' as TrackId, dwellMs: 9_000 } as const;
    const stale = { position: { lat: 1, lon: 1, errorM: 1 }, speed: { mps: 9, errorMps: 1 } };
    const box: Box = [x - 0.02, y - 0.2, x + 0.02, y];
    const again = scenes('bottom', { ground: calibrated });
    again.resume([
      {
        incidentId: 'old' as IncidentId,
        cameraId: 'c' as CameraId,
        scene: 'zone_intrusion',
        zoneId: 'yard' as ZoneId,
        startedAt: 0,
        observedAt: 0,
        subjects: [{ ...subject, box, ...stale }],
        traceparent: '',
      },
    ]);
    const [cleared] = new SceneTimeline().play(again, 60);
    expect(cleared).toMatchObject({ phase: 'cleared', incidentId: 'old' });
    expect(cleared?.subjects[0]?.position?.lat).toBeCloseTo(place.lat, 3);
    expect(cleared?.subjects[0]).not.toHaveProperty('speed');
  });

  test('without calibration says nothing of it', () => {
    const [raised] = play([0.5, 0.1, 0.55, 0.6]);
    expect(raised?.subjects[0]).not.toHaveProperty('position');
    expect(raised?.subjects[0]).not.toHaveProperty('speed');
  });
});
