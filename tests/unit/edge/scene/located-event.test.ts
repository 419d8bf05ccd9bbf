import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import { offsetOf } from '../../../../src/domain/ground.ts';
import type { IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import type { SceneEvent } from '../../../../src/domain/scene-event.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { calibrateGround } from '../../../../src/edge/calibrate-ground.ts';
import { groundSchema } from '../../../../src/edge/ground-config.ts';
import { located } from '../../../../src/edge/scene/located-event.ts';
import { PinholeCamera } from '../../../support/pinhole-camera.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';

const { place } = sceneSurroundings();
const camera = new PinholeCamera({ tiltDegrees: 12 });

function ground() {
  const picture = [
    [0.1, 0.9],
    [0.9, 0.85],
    [0.75, 0.4],
    [0.2, 0.45],
  ] as const;
  const points = picture.map((at) => ({ picture: at, east: camera.ground(at)[0], north: camera.ground(at)[1] }));
  const calibration = calibrateGround(groundSchema.parse({ points }), place);
  if (!calibration.ok) throw new Error(calibration.problem);
  return calibration.ground;
}

/** A box of something that stands there. */
function standing(east: number, north: number): Box {
  const [x, y] = camera.picture([east, north]);
  return [x - 0.02, y - 0.1, x + 0.02, y];
}

function event(box: Box, more: Partial<SceneEvent['subjects'][0]> = {}): SceneEvent {
  return {
    phase: 'raised',
    incidentId: 'i' as IncidentId,
    scene: 'zone_intrusion',
    ruleVersion: '1',
    severity: 2,
    zone: { id: 'z' as ZoneId, kind: 'polygon', points: [], tags: [] },
    startedAt: 0,
    observedAt: 2_000,
    subjects: [{ class: 'person', score: 0.9, box, trackId: 't1' as TrackId, dwellMs: 0, ...more }],
  };
}

function track(box: Box, more: Partial<Track> = {}): Track {
  return {
    id: 't1' as TrackId,
    state: 'confirmed',
    class: 'person',
    box,
    score: 0.9,
    bestScore: 0.9,
    firstSeenAt: 0,
    lastSeenAt: 2_000,
    hits: 3,
    velocity: [0, 0],
    ...more,
  };
}

const locate = (box: Box, tracks: readonly Track[], more = {}) =>
  located(event(box, more), ground(), { at: 2_000, tracks, aspect: 16 / 9 }).subjects[0];

describe('a subject on a calibrated camera', () => {
  test('says where it stands, and how fast it goes', () => {
    const box = standing(3, 14);
    const later = camera.picture([3 + 0.02, 14]);
    const here = camera.picture([3, 14]);
    const velocity = [(later[0] - here[0]) * 100, (later[1] - here[1]) * 100] as const;
    const subject = locate(box, [track(box, { velocity })]);
    const [east, north] = offsetOf(place, subject?.position ?? place);
    expect(east).toBeCloseTo(3, 1);
    expect(north).toBeCloseTo(14, 1);
    expect(subject?.position?.errorM).toBeGreaterThan(0.05);
    expect(subject?.position?.errorM).toBeLessThan(1);
    expect(subject?.speed?.mps).toBeCloseTo(2, 1);
    // What travels is short.
    expect(JSON.stringify(subject?.position).length).toBeLessThan(60);
    expect(subject?.box).toBe(box);
  });

  test.each([
    ['is not seen on this look', [track(standing(3, 14), { lastSeenAt: 1_000 })]],
    ['has no track any more', []],
    ['is another track', [track(standing(3, 14), { id: 't2' as TrackId })]],
  ])('that %s keeps its place and tells no speed', (_what, tracks) => {
    const stale = { position: { lat: 1, lon: 1, errorM: 1 }, speed: { mps: 9, errorMps: 1 } };
    const subject = locate(standing(3, 14), tracks, stale);
    expect(subject?.position?.lat).toBeCloseTo(place.lat, 3);
    expect(subject).not.toHaveProperty('speed');
  });

  test.each([
    ['stands beyond the horizon', [0.4, 0, 0.5, camera.horizon - 0.05], 'person'],
    ['stands where the error is larger than 100 m', [0.4, 0, 0.5, camera.horizon + 0.025], 'person'],
    ['is cut off by the lower edge', [0.4, 0.5, 0.5, 0.999], 'person'],
    ['is smoke', standing(3, 14), 'smoke'],
    ['is a flame', standing(3, 14), 'flame'],
  ] as [string, Box, ObjectClass][])('that %s says nothing', (_what, box, kind) => {
    const stale = { class: kind, position: { lat: 1, lon: 1, errorM: 1 } };
    const subject = locate(box, [track(box, { class: kind })], stale);
    expect(subject).toMatchObject({ class: kind, box });
    expect(subject).not.toHaveProperty('position');
    expect(subject).not.toHaveProperty('speed');
  });
});
