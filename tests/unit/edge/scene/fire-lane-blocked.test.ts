import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { GroundMap } from '../../../../src/domain/ground.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import {
  notesAt,
  playScene,
  type ScenePlay,
  sceneAlone,
  storyOf,
  storyOverRestart,
} from '../../../support/scene-play.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

/** 0.2 × 0.8 of the picture; boxes below stand on it with the lower 0.4 of their height. */
const lane = {
  id: 'lane' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0.4, 0.2],
    [0.6, 0.2],
    [0.6, 1],
    [0.4, 1],
  ] as const,
  tags: [],
};

const play = (config: Record<string, unknown> = {}): ScenePlay => ({
  scene: 'fire_lane_blocked',
  zones: [lane],
  config: { clearAfterMs: 6_000, updateEveryMs: 3_600_000, ...config },
});

/** Covers 0.225 of the lane. */
const wide: Box = [0.4, 0.3, 0.58, 0.8];
type Where = Partial<Parameters<SceneTimeline['stands']>[1]>;
const stands = (more: Where = {}) => new SceneTimeline().stands('t1', { box: wide, from: 0, to: 100, ...more });

describe('fire_lane_blocked', () => {
  test.each<[string, SceneTimeline, string[]]>([
    ['a vehicle, just long enough', stands({ to: 52 }), ['raised@50', 'cleared@56']],
    ['a vehicle, just too short', stands({ to: 50 }), []],
    ['a pile, just long enough', stands({ class: 'goods', to: 42 }), ['raised@40', 'cleared@46']],
    ['a pile, just too short', stands({ class: 'debris_pile', to: 40 }), []],
    ['takes up just enough', stands({ box: [0.4, 0.3, 0.565, 0.8], to: 60 }), ['raised@50', 'cleared@64']],
    ['takes up just too little', stands({ box: [0.4, 0.3, 0.555, 0.8] }), []],
    ['cut off by the edge of the picture', stands({ box: [0.4, 0.5, 0.58, 1], to: 60 }), ['raised@50', 'cleared@64']],
    ['stands beside the lane', stands({ box: [0.1, 0.3, 0.39, 0.8] }), []],
    ['leans over it, its wheels beside', stands({ box: [0.2, 0.3, 0.59, 0.8] }), []],
    ['a person', stands({ class: 'person' }), []],
    ['not confirmed', stands({ state: 'tentative' }), []],
    ['never clear', stands({ score: 0.6, bestScore: 0.65 }), []],
    ['missed for a look', stands({ missed: [20], to: 60 }), ['raised@50', 'cleared@64']],
    ['missed for too long', stands({ missed: [20, 22, 24], to: 80 }), ['raised@76', 'cleared@84']],
    [
      'a score that dips',
      stands({ score: (second) => (second === 20 ? 0.2 : 0.8), to: 60 }),
      ['raised@50', 'cleared@64'],
    ],
    [
      'shunts to and fro',
      stands({ box: (s) => [0.4, 0.3 + (s % 20) / 100, 0.58, 0.8 + (s % 20) / 100], to: 60 }),
      ['raised@50', 'cleared@64'],
    ],
    ['time without a stream', stands({ to: 96 }).gap(20, 60), ['raised@92', 'cleared@100']],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(play(), timeline, 120)).toEqual(expected);
  });

  test.each([
    [0.1, 'raised@50'],
    [1, 'raised@50'],
    [4, 'raised@52'],
    [10, 'raised@50'],
  ])('one look every %d s', (everyS, expected) => {
    const [raised] = playScene(play(), stands().lookEvery(everyS), 99);
    expect(`${raised?.phase}@${Math.round(raised?.second ?? 0)}`).toBe(expected);
  });

  test('drives through, however slowly', () => {
    const drive = new SceneTimeline().moves('t1', {
      from: 0,
      to: 90,
      start: [0.4, 0, 0.58, 0.3],
      end: [0.4, 0.7, 0.58, 1],
    });
    expect(storyOf(play(), drive, 120)).toEqual([]);
  });

  describe('two-wheelers', () => {
    const bikes = (missed: (index: number) => readonly number[] = () => []) => {
      const row = new SceneTimeline();
      for (const [index, x] of [0.4, 0.46, 0.52].entries()) {
        row.stands(`b${index}`, {
          box: [x, 0.3, x + 0.06, 0.8],
          from: 0,
          to: 100,
          class: 'e-bike',
          missed: missed(index),
        });
      }
      return row;
    };

    test('block it together', () => {
      const [raised] = playScene(play(), bikes(), 98);
      expect(raised).toMatchObject({ second: 50, severity: 2, details: { occupancy: 0.226, blockers: 3 } });
      expect(raised?.subjects.map(({ trackId }) => trackId)).toEqual(['b0', 'b1', 'b2']);
    });

    test('are there still while the detector misses one of them on each look', () => {
      const inTurn = (index: number) =>
        Array.from({ length: 50 }, (_, look) => look * 2).filter((second) => second > 50 && (second / 2) % 3 === index);
      expect(storyOf(play(), bikes(inTurn), 98)).toEqual(['raised@50']);
    });

    test('do not with one less', () => {
      expect(
        storyOf(
          play(),
          bikes((index) => (index === 0 ? Array.from({ length: 100 }, (_, second) => second) : [])),
          98,
        ),
      ).toEqual([]);
    });
  });

  test('a lane is one case, whoever blocks it', () => {
    const relay = stands({ to: 90 }).stands('t2', { box: [0.42, 0.5, 0.6, 0.98], from: 30, to: 140 });
    const events = playScene(play(), relay, 160);
    expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual(['raised@50', 'cleared@144']);
    expect(new Set(events.map(({ incidentId }) => incidentId)).size).toBe(1);
  });

  test('a new track id on the same spot goes on', () => {
    const switched = stands({ to: 40 }).stands('t2', { box: [0.405, 0.3, 0.585, 0.8], from: 40, to: 80 });
    expect(storyOf(play(), switched, 100)).toEqual(['raised@50', 'cleared@84']);
  });

  describe('the free width', () => {
    test('is a share of the lane on cameras that are not calibrated', () => {
      const [raised] = playScene(play(), stands(), 60);
      expect(raised?.details).toMatchObject({ freeWidthShare: 0.09 });
    });

    test('is metres on those that are', () => {
      // 20 m across the picture, 50 m deep: the lane is 4 m wide, and the box leaves 0.4 m of it.
      const ground: GroundMap = {
        toGround: ([x, y]) => ({ east: (x - 0.5) * 20, north: (1 - y) * 50, errorM: 0.1 }),
        toPicture: (east, north) => [east / 20 + 0.5, 1 - north / 50],
        toPosition: () => undefined,
        distance: () => undefined,
        speed: () => undefined,
      };
      const [raised] = playScene({ ...play(), around: { ground } }, stands(), 60);
      expect(raised?.details?.['freeWidthM']).toBeCloseTo(0.4, 0);
      expect(raised?.details).not.toHaveProperty('freeWidthShare');
    });

    test('is the widest passage at the narrowest place', () => {
      const apart = new SceneTimeline();
      // Two piles that leave the middle, and one further on that leaves less.
      for (const [id, box] of [
        ['left', [0.4, 0.5, 0.45, 0.98]],
        ['right', [0.55, 0.5, 0.6, 0.98]],
        ['far', [0.42, 0.1, 0.58, 0.7]],
      ] as const) {
        apart.stands(id, { box, from: 0, to: 100, class: 'debris_pile' });
      }
      const [raised] = playScene(play(), apart, 60);
      expect(raised?.details).toMatchObject({ blockers: 3, freeWidthShare: 0.09 });
    });
  });

  describe('fire engines', () => {
    const taken = (engineOn: (look: number) => boolean, others: ObjectClass = 'truck') => {
      const looks = Array.from({ length: 51 }, (_, look) => look);
      const missedBy = (engine: boolean) => looks.filter((look) => engineOn(look) !== engine).map((look) => look * 2);
      return new SceneTimeline()
        .stands('t1', { box: wide, from: 0, to: 100, class: 'fire_engine', missed: missedBy(true) })
        .stands('t1', { box: wide, from: 0, to: 100, class: others, missed: missedBy(false) });
    };
    const noon = (timeline: SceneTimeline) => timeline.startsAt('2026-05-06T12:00:00+08:00');
    const drill = { drillHours: [{ from: '11:00', to: '12:01' }] };

    test.each<[string, SceneTimeline, Record<string, unknown>, string[]]>([
      ['may stand', taken(() => true), {}, []],
      ['taken for a truck now and then', taken((look) => look % 3 > 0), {}, []],
      ['a truck taken for one now and then', taken((look) => look % 3 === 0), {}, ['raised@50']],
      ['trucks of a fire station', stands({ class: 'truck' }), { trucksAreFireEngines: true }, []],
      ['cars at a fire station', stands({ class: 'car' }), { trucksAreFireEngines: true }, ['raised@50']],
      ['a drill', noon(stands({ to: 60 })), drill, []],
      ['a drill that ends', noon(stands()), drill, ['raised@60']],
      ['piles at a drill', noon(stands({ class: 'goods' })), drill, ['raised@40']],
    ])('%s', (_what, timeline, config, expected) => {
      expect(storyOf(play(config), timeline, 98)).toEqual(expected);
    });

    test('are told from others', () => {
      expect(
        notesAt(
          play(),
          taken(() => true),
          60,
        ),
      ).toContain('suppressed fire-engine');
      expect(notesAt(play(drill), noon(stands()), 54)).toContain('suppressed drill');
    });
  });

  describe('unloading', () => {
    const beside: Box = [0.6, 0.5, 0.64, 0.82];
    const withPerson = (where: Where, vehicle: Where = {}) =>
      stands({ to: 240, ...vehicle }).stands('p1', { box: beside, from: 0, to: 240, class: 'person', ...where });

    test.each<[string, SceneTimeline, Record<string, unknown>, string[]]>([
      ['for as long as it may take', withPerson({}), {}, ['raised@180']],
      ['for as long as it may take here', withPerson({}), { unloadingMs: 120_000 }, ['raised@120']],
      ['may be forbidden', withPerson({}), { unloadingMs: 0 }, ['raised@50']],
      ['somebody passes by', withPerson({ from: 42, to: 46 }), {}, ['raised@50']],
      ['somebody is there just long enough', withPerson({ from: 42, to: 48 }), {}, ['raised@78']],
      [
        'they carry things away',
        withPerson({ missed: Array.from({ length: 120 }, (_, second) => second).filter((s) => s % 40 > 10) }),
        {},
        ['raised@180'],
      ],
      ['they have finished', withPerson({ to: 60 }), {}, ['raised@90']],
      ['somebody stands elsewhere', withPerson({ box: [0.8, 0.5, 0.84, 0.82] }), {}, ['raised@50']],
      ['somebody stands behind', withPerson({ box: [0.5, 0.2, 0.54, 0.5] }), {}, ['raised@50']],
      ['a pile is not unloaded', withPerson({}, { class: 'goods' }), {}, ['raised@40']],
      ['they come when the lane is blocked already', withPerson({ from: 60 }), {}, ['raised@50']],
    ])('%s', (_what, timeline, config, expected) => {
      expect(storyOf(play(config), timeline, 238)).toEqual(expected);
    });

    test('says so', () => expect(notesAt(play(), withPerson({}), 100)).toContain('suppressed unloading'));

    test('is not counted from when the state was saved, while it is not clear yet what stands there', () => {
      const hazy = stands({ to: 4, score: 0.6, bestScore: 0.65 })
        .stands('t1', { box: wide, from: 4, to: 40 })
        .stands('p1', { box: beside, from: 4, to: 8, class: 'person' });
      const saving = sceneAlone(play({ vehicleDwellMs: 10_000 }));
      const told = Array.from({ length: 50 }, (_, look) => look * 2).flatMap((second) => {
        const events = hazy.play(saving, second, { from: second });
        saving.save();
        return events.map((event) => `${event.phase}@${event.second}`);
      });
      expect(told).toEqual(['raised@10', 'cleared@44']);
    });
  });

  test.each([
    ['begins while it stands', '07:59:50', ['raised@60']],
    ['is over before the dwell is', '11:59:30', []],
  ])('a schedule that %s', (_what, time, expected) => {
    const timeline = stands().startsAt(`2026-05-06T${time}+08:00`);
    expect(storyOf(play({ schedule: [{ from: '08:00', to: '12:00' }] }), timeline, 98)).toEqual(expected);
  });

  test('explains what waits', () => {
    expect(notesAt(play(), stands(), 40)).toEqual(['waits dwells']);
    expect(notesAt(play(), stands({ box: [0.4, 0.3, 0.5, 0.8] }), 60)).toEqual(['waits passable']);
    expect(notesAt(play(), stands(), 60)).toEqual(['fires blocked']);
  });

  test.each([2, 30, 48, 50, 56, 74, 98])('a restart at second %d changes nothing', (restartS) => {
    const busy = () =>
      stands({ to: 90, missed: [30, 70] })
        .stands('p1', { box: [0.6, 0.5, 0.64, 0.82], from: 30, to: 50, class: 'person' })
        .stands('b1', { box: [0.52, 0.5, 0.6, 0.9], from: 10, to: 94, class: 'e-bike' });
    expect(storyOf(play(), busy(), 120)).toEqual(['raised@80', 'cleared@98']);
    expect(storyOverRestart(play(), busy(), 120, restartS)).toEqual(storyOf(play(), busy(), 120));
  });

  test('without saved state all that blocked the lane keep their dwell', () => {
    const scenes = sceneAlone(play());
    const subject = (id: string, box: Box) => ({
      class: 'car' as const,
      score: 0.8,
      box,
      trackId: id as TrackId,
      dwellMs: 90_000,
    });
    scenes.resume([
      {
        incidentId: 'from-before' as IncidentId,
        cameraId: 'c' as CameraId,
        scene: 'fire_lane_blocked',
        zoneId: lane.id,
        startedAt: -100_000,
        observedAt: -5_000,
        subjects: [subject('a', [0.4, 0.3, 0.49, 0.8]), subject('b', [0.5, 0.3, 0.59, 0.8])],
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      },
    ]);
    const two = new SceneTimeline()
      .stands('c', { box: [0.4, 0.3, 0.49, 0.8], from: 0, to: 30 })
      .stands('d', { box: [0.5, 0.3, 0.59, 0.8], from: 0, to: 30 });
    const events = two.play(scenes, 60);
    expect(events.map(({ phase, second, incidentId }) => `${phase}@${second} ${incidentId}`)).toEqual([
      'cleared@34 from-before',
    ]);
    expect(events[0]).toMatchObject({ startedAt: -100_000, details: { blockers: 2 } });
  });
});
