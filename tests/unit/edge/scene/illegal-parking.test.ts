import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import { illegalParkingSchema } from '../../../../src/edge/scene/modules/illegal-parking.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const kerb = {
  id: 'kerb' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0.4, 0.4],
    [1, 0.4],
    [1, 1],
    [0.4, 1],
  ] as const,
  tags: ['roadway'],
};

const inZone: Box = [0.5, 0.5, 0.6, 0.6];
const outside: Box = [0.2, 0.5, 0.3, 0.6];

function scenes(overrides: Partial<Record<string, unknown>> = {}, provided: readonly ObjectClass[] = ['car']) {
  let n = 0;
  return new CameraScenes({
    modules: sceneModules,
    zones: [kerb],
    config: {
      illegal_parking: illegalParkingSchema.parse({
        zones: ['kerb'],
        dwellMs: 10_000,
        clearAfterMs: 6_000,
        updateEveryMs: 20_000,
        ...overrides,
      }),
    },
    around: sceneSurroundings(),
    provided: new Set(provided),
    newId: () => `incident-${++n}` as IncidentId,
  });
}

function story(timeline: SceneTimeline, untilS = 120, overrides: Partial<Record<string, unknown>> = {}): string[] {
  return timeline.play(scenes(overrides), untilS).map(({ phase, second }) => `${phase}@${second}`);
}

const stands = (more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
  new SceneTimeline().stands('t1', { box: inZone, from: 4, to: 60, ...more });

describe('illegal_parking', () => {
  test('raises once at the dwell, updates while it lasts, clears after the absence', () => {
    expect(story(stands())).toEqual(['raised@14', 'updated@34', 'updated@54', 'cleared@64']);
  });

  test.each([
    ['just long enough', stands({ to: 15 }), ['raised@14', 'cleared@20']],
    ['just too short', stands({ to: 14 }), []],
    ['outside the zone', stands({ box: outside }), []],
    ['another class', stands({ class: 'person' }), []],
    ['not confirmed', stands({ state: 'tentative' }), []],
    ['too small', stands({ box: [0.5, 0.58, 0.52, 0.6] }), []],
    ['missed for one look', stands({ missed: [8] }), ['raised@14', 'updated@34', 'updated@54', 'cleared@64']],
    ['missed for too long', stands({ missed: [8, 10, 12] }), ['raised@24', 'updated@44', 'cleared@64']],
  ])('%s', (_what, timeline, expected) => {
    expect(story(timeline)).toEqual(expected);
  });

  test('a car that drives through raises nothing', () => {
    const drive = new SceneTimeline().moves('t1', {
      from: 0,
      to: 60,
      start: [0.42, 0.5, 0.52, 0.6],
      end: [0.88, 0.8, 0.98, 0.9],
    });
    expect(story(drive)).toEqual([]);
  });

  test('a new track id on the same spot stays the same incident', () => {
    const switched = stands({ to: 30 }).stands('t2', { box: [0.505, 0.5, 0.605, 0.6], from: 30, to: 60 });
    const events = switched.play(scenes(), 90);
    expect(new Set(events.map((event) => event.incidentId)).size).toBe(1);
    expect(events.filter((event) => event.phase === 'raised')).toHaveLength(1);
  });

  test('time without a stream is not dwell, and does not clear', () => {
    expect(story(stands().gap(8, 40))).toEqual(['raised@48', 'cleared@64']);
    expect(story(stands({ to: 100 }).gap(20, 70), 84)).toEqual(['raised@14', 'updated@70']);
  });

  test('the same car again within the cooldown raises no new incident', () => {
    const again = stands({ to: 20 }).stands('t9', { box: inZone, from: 40, to: 70 });
    expect(story(again)).toEqual(['raised@14', 'cleared@24']);
    expect(story(again, 120, { cooldownMs: 10_000 })).toEqual(['raised@14', 'cleared@24', 'raised@50', 'cleared@74']);
  });

  describe('after a restart of the node', () => {
    const open = {
      incidentId: 'from-before' as IncidentId,
      cameraId: 'c' as CameraId,
      scene: 'illegal_parking',
      zoneId: kerb.id,
      startedAt: -400_000,
      observedAt: -5_000,
      subjects: [{ class: 'car' as const, score: 0.8, box: inZone, trackId: 'old' as TrackId, dwellMs: 390_000 }],
      traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    };
    const resumed = (...incidents: (typeof open)[]) => {
      const running = scenes();
      const left = running.resume(incidents);
      return { running, left };
    };

    test('a car that still stands there is the same incident, updated and cleared', () => {
      const { running } = resumed(open);
      const events = stands({ from: 0, to: 30 }).play(running, 60);
      expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual(['updated@16', 'cleared@34']);
      expect(new Set(events.map(({ incidentId }) => incidentId))).toEqual(new Set(['from-before']));
      expect(events[0]).toMatchObject({ startedAt: -400_000 });
    });

    test('a car that left meanwhile is cleared', () => {
      const events = new SceneTimeline().play(resumed(open).running, 20);
      expect(events.map(({ phase, second, incidentId }) => `${phase}@${second} ${incidentId}`)).toEqual([
        'cleared@6 from-before',
      ]);
    });

    test('another car in another place of the zone is an incident of its own', () => {
      const { running } = resumed(open);
      const events = stands({ box: [0.8, 0.8, 0.9, 0.9], from: 0, to: 30 }).play(running, 20);
      expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual(['cleared@6', 'raised@10']);
    });

    test('an incident of a zone that is gone is handed back', () => {
      const orphan = { ...open, zoneId: 'gone' as ZoneId };
      expect(resumed(orphan).left).toEqual([orphan]);
    });
  });

  test('says so when no loaded model provides its classes', () => {
    expect([...scenes({}, ['person']).availability]).toEqual([
      ['illegal_parking', 'unavailable: no loaded model provides car, bus, truck'],
    ]);
  });
});
