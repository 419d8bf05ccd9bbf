import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import { illegalParkingSchema } from '../../../../src/edge/scene/modules/illegal-parking.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import { notesAt, playScene, type ScenePlay, storyOf, storyOverRestart } from '../../../support/scene-play.ts';
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
    expect(story(stands({ to: 80 }).gap(8, 60))).toEqual(['raised@68', 'cleared@84']);
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

  const parking = (config: Record<string, unknown> = {}): ScenePlay => ({
    scene: 'illegal_parking',
    zones: [kerb],
    config: { dwellMs: 30_000, queueReleaseMs: 15_000, clearAfterMs: 6_000, updateEveryMs: 3_600_000, ...config },
  });

  test('the row’s defaults: five minutes, and how far it strayed from its place', () => {
    const play: ScenePlay = { scene: 'illegal_parking', zones: [kerb] };
    const nudged = stands({ to: 320, box: (second) => (second < 100 ? inZone : [0.505, 0.5, 0.605, 0.6]) });
    expect(storyOf(play, stands({ to: 304 }), 400)).toEqual([]);
    const [raised] = playScene(play, nudged, 310);
    expect(raised).toMatchObject({ second: 304, severity: 3, startedAt: 4_000, details: { driftShare: 0.05 } });
  });

  test.each([
    [0.1, 34],
    [1, 34],
    [4, 36],
    [10, 40],
  ])('one look every %d s', (everyS, expected) => {
    const [raised] = playScene(parking(), stands({ to: 90 }).lookEvery(everyS), 80);
    expect(Math.round(raised?.second ?? 0)).toBe(expected);
  });

  describe('standing still', () => {
    const shifted = (by: number): Box => [0.5 + by, 0.5, 0.6 + by, 0.6];
    test.each<[string, (second: number) => Box, string[]]>([
      ['moved by a little less than the drift', (second) => shifted(second < 20 ? 0 : 0.014), ['raised@34']],
      ['moved by a little more begins anew where it came to rest', (s) => shifted(s < 20 ? 0 : 0.016), ['raised@50']],
      ['a box that jumps for one look', (second) => shifted(second === 20 ? 0.05 : 0), ['raised@34']],
      [
        'away for longer than an occlusion, and back',
        (s) => shifted(s >= 16 && s < 22 ? 0.05 + s / 500 : 0),
        ['raised@52'],
      ],
      ['half hidden behind a bus', (s) => (s >= 16 && s < 30 ? [0.5, 0.5, 0.55, 0.6] : inZone), ['raised@34']],
      ['creeps along', (second) => shifted(second / 300), []],
    ])('%s', (_what, box, expected) => {
      expect(storyOf(parking(), stands({ box }), 58)).toEqual(expected);
    });
  });

  test.each<[string, Partial<Parameters<SceneTimeline['stands']>[1]>, string[]]>([
    ['a score that dips for one look', { score: (second) => (second === 20 ? 0.2 : 0.8) }, ['raised@34']],
    ['a score that dips for too long', { score: (s) => (s >= 16 && s < 22 ? 0.2 : 0.8) }, ['raised@52']],
    ['a score at the least it may be', { score: 0.3 }, ['raised@34']],
    ['never seen clearly', { score: 0.65, bestScore: 0.69 }, []],
    ['lost for longer than an occlusion', { missed: [16, 18, 20] }, ['raised@52']],
  ])('%s', (_what, more, expected) => {
    expect(storyOf(parking(), stands(more), 58)).toEqual(expected);
  });

  test.each([
    ['begins while it stands', '07:59:50', ['raised@40']],
    ['is over before the dwell is', '11:59:40', []],
  ])('a schedule that %s', (_what, time, expected) => {
    const schedule = [{ from: '08:00', to: '12:00' }];
    const timeline = stands({ from: 0, to: 100 }).startsAt(`2026-05-06T${time}+08:00`);
    expect(storyOf(parking({ schedule }), timeline, 98)).toEqual(expected);
  });

  test('a schedule that ends clears what is open', () => {
    const schedule = [{ from: '08:00', to: '12:00' }];
    const timeline = stands({ from: 0, to: 100 }).startsAt('2026-05-06T11:59:00+08:00');
    expect(storyOf(parking({ schedule }), timeline, 98)).toEqual(['raised@30', 'cleared@64']);
  });

  describe('a queue at a red light', () => {
    /** Drives up from the right, stops at `x` for a while, and drives on. */
    const waits = (timeline: SceneTimeline, id: string, at: { x: number; from: number; to: number }) => {
      const box = (x: number): Box => [x, 0.5, x + 0.1, 0.6];
      return timeline
        .moves(id, { from: at.from - 8, to: at.from - 2, start: box(at.x + 0.4), end: box(at.x + 0.1) })
        .stands(id, { box: box(at.x), from: at.from, to: at.to })
        .moves(id, { from: at.to, to: at.to + 8, start: box(at.x - 0.05), end: box(at.x - 0.35) });
    };
    const lane = (...cars: (readonly [x: number, from: number, to: number])[]) => {
      const timeline = new SceneTimeline();
      for (const [index, [x, from, to]] of cars.entries()) waits(timeline, `c${index}`, { x, from, to });
      return timeline;
    };

    test.each<[string, SceneTimeline, Record<string, unknown>, string[]]>([
      ['stops and starts together', lane([0.42, 10, 70], [0.54, 14, 72], [0.66, 18, 74]), {}, []],
      ['is none with one car fewer', lane([0.42, 10, 70], [0.54, 14, 72]), {}, ['raised@40', 'raised@44']],
      ['may be shorter', lane([0.42, 10, 70], [0.54, 14, 72]), { queueVehicles: 2 }, []],
      [
        'may be switched off',
        lane([0.42, 10, 70], [0.54, 14, 72], [0.66, 18, 74]),
        { queueVehicles: 0 },
        ['raised@40', 'raised@44', 'raised@48'],
      ],
      ['has no gaps', lane([0.42, 10, 70], [0.54, 14, 72], [0.8, 18, 74]), {}, ['raised@40', 'raised@44', 'raised@48']],
      ['may have wider ones', lane([0.42, 10, 70], [0.54, 14, 72], [0.8, 18, 74]), { queueSpacing: 3 }, []],
      ['forms car by car', lane([0.42, 10, 90], [0.54, 24, 92], [0.66, 36, 94]), {}, []],
      [
        'does not form over minutes',
        lane([0.42, 10, 90], [0.54, 30, 92], [0.66, 52, 94]),
        {},
        ['raised@40', 'raised@60', 'raised@82'],
      ],
      ['leaves a parked car behind', lane([0.42, 10, 70], [0.54, 14, 72], [0.66, 18, 120]), {}, ['raised@84']],
      ['leaves nobody behind who only starts late', lane([0.42, 10, 70], [0.54, 14, 72], [0.66, 18, 84]), {}, []],
      [
        'is no excuse for ever',
        lane([0.42, 10, 70], [0.54, 14, 72], [0.66, 18, 74]),
        { queueMaxMs: 40_000 },
        ['raised@60', 'raised@60', 'raised@60'],
      ],
    ])('%s', (_what, timeline, config, expected) => {
      const raised = storyOf(parking(config), timeline, 140).filter((told) => told.startsWith('raised'));
      expect(raised).toEqual(expected);
    });

    test('does not excuse whoever stood there before', () => {
      const timeline = lane([0.54, 26, 80], [0.66, 28, 82], [0.78, 30, 84]).stands('p', {
        box: [0.42, 0.5, 0.52, 0.6],
        from: 4,
        to: 84,
      });
      expect(storyOf(parking(), timeline, 80)).toEqual(['raised@34']);
    });

    test('does not excuse whoever the one before left behind', () => {
      const next = lane(
        [0.42, 10, 40],
        [0.54, 14, 40],
        [0.66, 18, 160],
        [0.42, 70, 150],
        [0.54, 74, 150],
        [0.78, 78, 150],
      );
      expect(storyOf(parking({ dwellMs: 70_000 }), next, 120)).toEqual(['raised@88']);
    });

    test.each([80, 100])('may be followed by the next one in the same places at second %d', (from) => {
      // At few looks nobody is seen to drive up or away.
      const next = new SceneTimeline();
      for (const x of [0.42, 0.54, 0.66]) {
        const box: Box = [x, 0.5, x + 0.1, 0.6];
        next.stands(`c${x}`, { box, from: 10, to: 70 }).stands(`n${x}`, { box, from, to: from + 100 });
      }
      expect(storyOf(parking(), next, 220)).toEqual([]);
    });

    /** At few looks nobody is seen to drive up or away; the first place had another car before. */
    const afterOne = (before: { from: number; to: number; missed?: number[] }, from: number) => {
      const place = (x: number): Box => [x, 0.5, x + 0.1, 0.6];
      const timeline = new SceneTimeline().stands('before', { box: place(0.42), ...before });
      for (const [index, x] of [0.42, 0.54, 0.66].entries()) {
        timeline.stands(`c${index}`, { box: place(x), from: from + 2 * index, to: from + 60 });
      }
      return timeline;
    };

    test.each<[string, SceneTimeline, string[]]>([
      ['stopped there and left', afterOne({ from: 10, to: 30 }, 44), []],
      ['was there at the first look and left', afterOne({ from: 0, to: 20 }, 34), []],
      // Two looks that miss a car say nothing: it may be the same one.
      ['was missed for two looks', afterOne({ from: 10, to: 30 }, 34), ['raised@40', 'raised@66', 'raised@68']],
    ])('stands where one %s', (_what, timeline, expected) => {
      expect(storyOf(parking(), timeline, 90)).toEqual(expected);
    });

    test('does not excuse a parked car that a bus hid while it formed', () => {
      const hidden = [20, 22, 24, 26, 28, 30, 32, 34, 36, 38];
      const place: Box = [0.42, 0.5, 0.52, 0.6];
      const timeline = lane([0.54, 26, 90], [0.66, 28, 92], [0.78, 30, 94])
        .stands('p', { box: place, from: 4, to: 94, missed: hidden })
        .stands('bus', { box: [0.3, 0.35, 0.6, 0.7], from: 20, to: 40, class: 'bus' });
      expect(storyOf(parking(), timeline, 90)).toEqual(['raised@70']);
    });

    test.each<[string, number[], string[]]>([
      ['all missed at once', [0.42, 0.54, 0.66], ['raised@42', 'raised@42', 'raised@42']],
      ['of which two are missed', [0.42, 0.54], ['raised@30', 'raised@42', 'raised@42']],
    ])('is not of parked cars, %s for a moment', (_what, glare, expected) => {
      const timeline = new SceneTimeline();
      for (const x of [0.42, 0.54, 0.66]) {
        const missed = glare.includes(x) ? [4, 6, 8, 10] : [];
        timeline.stands(`c${x}`, { box: [x, 0.5, x + 0.1, 0.6], from: 0, to: 100, missed });
      }
      expect(storyOf(parking(), timeline, 60)).toEqual(expected);
    });

    test('outlasts one that is missed for long', () => {
      const lookedAway = Array.from({ length: 18 }, (_, index) => 30 + index);
      const timeline = lane([0.42, 10, 90], [0.66, 18, 94]).stands('c', {
        box: [0.54, 0.5, 0.64, 0.6],
        from: 14,
        to: 92,
        missed: lookedAway,
      });
      const fourth = timeline.stands('d', { box: [0.42, 0.66, 0.52, 0.76], from: 16, to: 92 });
      expect(storyOf(parking({ dwellMs: 60_000 }), fourth, 120)).toEqual([]);
    });

    test('that nobody saw stop is no queue: those cars may be parked', () => {
      const found = new SceneTimeline();
      for (const x of [0.42, 0.54, 0.66]) found.stands(`c${x}`, { box: [x, 0.5, x + 0.1, 0.6], from: 0, to: 60 });
      expect(storyOf(parking(), found, 50)).toEqual(['raised@30', 'raised@30', 'raised@30']);
    });

    test.each([
      ['that were never sure to be any', { bestScore: 0.55, score: 0.5 }],
      ['seen once, if at all', { state: 'tentative' as const }],
    ])('is not of vehicles %s', (_what, looks) => {
      const timeline = lane([0.42, 10, 70]);
      for (const [id, x, from] of [
        ['a', 0.54, 14],
        ['b', 0.66, 18],
      ] as const) {
        timeline.stands(id, { box: [x, 0.5, x + 0.1, 0.6], from, to: 70, ...looks });
      }
      expect(storyOf(parking(), timeline, 60)).toEqual(['raised@40']);
    });

    test('is of vehicles that hide each other in part, too', () => {
      const hidden = { bestScore: 0.62, score: 0.5 };
      const timeline = lane([0.42, 10, 70])
        .stands('a', { box: [0.54, 0.5, 0.64, 0.6], from: 14, to: 72, ...hidden })
        .stands('b', { box: [0.66, 0.5, 0.76, 0.6], from: 18, to: 74, ...hidden });
      expect(storyOf(parking(), timeline, 60)).toEqual([]);
    });

    test('is of vehicles that look alike in size: the queue far behind is another one', () => {
      const behind = (x: number, from: number) => ({ box: [x, 0.42, x + 0.05, 0.47] as Box, from, to: 120 });
      const timeline = new SceneTimeline()
        .stands('near', { box: [0.45, 0.5, 0.57, 0.62], from: 10, to: 120 })
        .stands('far 1', behind(0.41, 8))
        .stands('far 2', behind(0.48, 10))
        .stands('far 3', behind(0.55, 12));
      const near = new SceneTimeline().stands('near', { box: [0.45, 0.5, 0.57, 0.62], from: 10, to: 120 });
      expect(storyOf(parking(), timeline, 60)).toEqual(storyOf(parking(), near, 60));
    });

    test('reaches beyond the zone', () => {
      const timeline = lane([0.42, 10, 70], [0.3, 8, 68], [0.18, 6, 66]);
      expect(storyOf(parking(), timeline, 100)).toEqual([]);
      expect(notesAt(parking(), timeline, 60)).toContain('suppressed in-queue');
      expect(
        notesAt(parking({ queueReleaseMs: 60_000 }), lane([0.42, 10, 90], [0.54, 14, 60], [0.66, 18, 60]), 76),
      ).toContain('suppressed queue-leaving');
    });

    test.each([20, 40, 60, 74, 80, 90])('is known after a restart at second %d', (restartS) => {
      const timeline = () => lane([0.42, 10, 70], [0.54, 14, 72], [0.66, 18, 120]);
      expect(storyOverRestart(parking(), timeline(), 140, restartS)).toEqual(['raised@84', 'cleared@124']);
    });
  });

  describe('a loading bay', () => {
    const bay: ScenePlay = {
      ...parking({ loadingHours: [{ from: '06:00', to: '08:00' }] }),
      zones: [{ ...kerb, tags: ['loading-bay'] }],
    };
    const at = (time: string) => stands({ from: 0, to: 100 }).startsAt(`2026-05-06T${time}+08:00`);

    test.each<[string, ScenePlay, string, string[]]>([
      ['may be parked in within its hours', bay, '07:30:00', []],
      ['has to be left when they end', bay, '07:59:40', ['raised@48']],
      ['is a kerb outside them', bay, '08:00:00', ['raised@30']],
      [
        'is a kerb without hours',
        { ...bay, config: { ...bay.config, loadingHours: undefined } },
        '07:30:00',
        ['raised@30'],
      ],
      ['is not any other zone', { ...bay, zones: [kerb] }, '07:30:00', ['raised@30']],
    ])('%s', (_what, play, time, expected) => {
      expect(storyOf(play, at(time), 90)).toEqual(expected);
    });

    test('says so', () => expect(notesAt(bay, at('07:30:00'), 40)).toEqual(['suppressed loading-hours']));
  });

  test.each([4, 6, 20, 26, 36, 58])('a restart at second %d changes nothing', (restartS) => {
    const restless = () =>
      stands({ to: 30, missed: [12], box: (second) => (second < 18 ? inZone : [0.56, 0.5, 0.66, 0.6]) }).stands('t2', {
        box: [0.56, 0.5, 0.66, 0.6],
        from: 30,
        to: 60,
      });
    expect(storyOverRestart(parking(), restless(), 100, restartS)).toEqual(storyOf(parking(), restless(), 100));
    expect(storyOf(parking(), restless(), 100)).toEqual(['raised@48', 'cleared@64']);
  });

  test('says so when no loaded model provides its classes', () => {
    expect([...scenes({}, ['person']).availability]).toEqual([
      ['illegal_parking', 'unavailable: no loaded model provides car, bus, truck'],
    ]);
  });
});
