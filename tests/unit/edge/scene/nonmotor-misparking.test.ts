import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import {
  notesAt,
  playScene,
  type ScenePlay,
  sceneAlone,
  storyOf,
  storyOverRestart,
} from '../../../support/scene-play.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const polygon = (id: string, from: number, to: number, tags: readonly string[] = []) => ({
  id: id as ZoneId,
  kind: 'polygon' as const,
  points: [
    [from, 0.4],
    [to, 0.4],
    [to, 0.95],
    [from, 0.95],
  ] as const,
  tags,
});

const pavement = polygon('pavement', 0.3, 1);
const rack = polygon('rack', 0.7, 1, ['rack']);

const play = (config: Record<string, unknown> = {}): ScenePlay => ({
  scene: 'nonmotor_misparking',
  zones: [pavement, rack],
  config: { dwellMs: 30_000, clearAfterMs: 6_000, updateEveryMs: 3_600_000, ...config },
});

type Where = Partial<Parameters<SceneTimeline['stands']>[1]>;
const placeOf = (index: number): Box => [0.32 + index * 0.06, 0.6, 0.36 + index * 0.06, 0.7];

/** So many e-bikes side by side, each as `each` says. */
function row(
  count: number,
  each: (index: number) => Where = () => ({}),
  timeline = new SceneTimeline(),
): SceneTimeline {
  for (let index = 0; index < count; index += 1) {
    timeline.stands(`b${index}`, { box: placeOf(index), from: 0, to: 60, class: 'e-bike', ...each(index) });
  }
  return timeline;
}

const fifth = (more: Where) => row(5, (index) => (index === 4 ? more : {}));

describe('nonmotor_misparking', () => {
  test('the row’s defaults: five bikes for five minutes', () => {
    const defaults: ScenePlay = { scene: 'nonmotor_misparking', zones: [pavement, rack] };
    expect(
      storyOf(
        defaults,
        row(5, () => ({ to: 300 })),
        400,
      ),
    ).toEqual([]);
    const [raised] = playScene(
      defaults,
      row(5, () => ({ to: 310 })),
      310,
    );
    expect(raised).toMatchObject({ second: 300, severity: 4, details: { units: 5 } });
    expect(raised?.subjects).toHaveLength(5);
  });

  test.each<[string, SceneTimeline, string[]]>([
    ['five', row(5), ['raised@30', 'cleared@64']],
    ['four', row(4), []],
    [
      'five of all kinds',
      row(5, (index) => ({ class: (['bicycle', 'e-bike', 'motorcycle'] as const)[index % 3] ?? 'e-bike' })),
      ['raised@30', 'cleared@64'],
    ],
    ['the fifth is a car', fifth({ class: 'car' }), []],
    ['the fifth comes later', fifth({ from: 20 }), ['raised@50', 'cleared@64']],
    ['the fifth comes too late', fifth({ from: 32 }), []],
    ['the fifth leaves just too early', fifth({ to: 30 }), []],
    ['the fifth is in the rack', fifth({ box: [0.72, 0.6, 0.76, 0.7] }), []],
    ['the fifth is outside the zone', fifth({ box: [0.2, 0.6, 0.24, 0.7] }), []],
    ['the fifth is not confirmed', fifth({ state: 'tentative' }), []],
    ['the fifth was never clear', fifth({ score: 0.6, bestScore: 0.65, missed: [30] }), []],
    ['the fifth is too small', fifth({ box: [0.6, 0.69, 0.61, 0.7] }), []],
    [
      'all are missed in turn',
      row(5, (index) => ({ missed: [10 + index * 2, 30 + index * 2, 40 + index * 2] })),
      ['raised@32', 'cleared@64'],
    ],
    ['one is missed for too long', fifth({ missed: [10, 12, 14] }), ['raised@46', 'cleared@64']],
    ['a score that dips', fifth({ score: (second) => (second === 10 ? 0.2 : 0.8) }), ['raised@30', 'cleared@64']],
    [
      'one is nudged',
      fifth({ box: (second) => (second < 20 ? placeOf(4) : [0.575, 0.6, 0.615, 0.7]) }),
      ['raised@30', 'cleared@64'],
    ],
    [
      'one is put elsewhere',
      fifth({ box: (second) => (second < 20 ? placeOf(4) : [0.62, 0.6, 0.66, 0.7]) }),
      ['raised@50', 'cleared@64'],
    ],
    ['time without a stream', row(5, () => ({ to: 90 })).gap(10, 60), ['raised@82', 'cleared@94']],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(play(), timeline, 120)).toEqual(expected);
  });

  test.each([
    [0.1, 30],
    [4, 32],
    [10, 30],
  ])('one look every %d s', (everyS, expected) => {
    const [raised] = playScene(play(), row(5).lookEvery(everyS), 59);
    expect(Math.round(raised?.second ?? 0)).toBe(expected);
  });

  test('those who ride by do not count', () => {
    const rides = row(4).moves('r', {
      from: 0,
      to: 60,
      start: [0.3, 0.7, 0.34, 0.8],
      end: [0.66, 0.7, 0.7, 0.8],
      class: 'bicycle',
    });
    expect(storyOf(play(), rides, 58)).toEqual([]);
  });

  test('another track id on the same spot goes on', () => {
    const switched = fifth({ to: 20 }).stands('other', {
      box: [0.562, 0.6, 0.602, 0.7],
      from: 20,
      to: 60,
      class: 'e-bike',
    });
    expect(storyOf(play(), switched, 58)).toEqual(['raised@30']);
  });

  test('a zone is one case, whoever comes and goes', () => {
    const changing = row(10, (index) =>
      index < 5
        ? { to: 80, box: placeOf(index) }
        : { from: 40, to: 120, box: [0.32 + (index - 5) * 0.06, 0.75, 0.36 + (index - 5) * 0.06, 0.85] },
    );
    const events = playScene(play({ updateEveryMs: 10_000 }), changing, 140);
    expect(new Set(events.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(events.at(-1)).toMatchObject({ phase: 'cleared', second: 124 });
    expect(events.filter(({ second }) => second > 75 && second < 80).map(({ details }) => details)).toEqual([]);
    expect(events.find(({ second }) => second >= 72)?.details).toEqual({ units: 10 });
  });

  test('each zone has its own count', () => {
    const left = polygon('left', 0.3, 0.46);
    const right = polygon('right', 0.46, 0.7);
    expect(storyOf({ ...play(), zones: [left, right] }, row(6), 58)).toEqual([]);
    expect(storyOf({ ...play({ leastUnits: 3 }), zones: [left, right] }, row(6), 58)).toEqual([
      'raised@30',
      'raised@30',
    ]);
  });

  describe('places where they may stand', () => {
    const inRack = (index: number): Where => ({ box: [0.71 + index * 0.05, 0.6, 0.74 + index * 0.05, 0.7] });
    test.each<[string, ScenePlay, string[]]>([
      ['a rack', play(), []],
      ['a legal area', { ...play(), zones: [pavement, { ...rack, tags: ['legal'] }] }, []],
      [
        'an excluded zone',
        { ...play({ zones: ['pavement'], exclude: ['rack'] }), zones: [pavement, { ...rack, tags: [] }] },
        [],
      ],
      [
        'not just any zone',
        { ...play({ zones: ['pavement'] }), zones: [pavement, { ...rack, tags: [] }] },
        ['raised@30'],
      ],
    ])('%s', (_what, scene, expected) => {
      expect(storyOf(scene, row(5, inRack), 58)).toEqual(expected);
    });
  });

  describe('a single one', () => {
    const single = { dwellMs: 300_000, singleDwellMs: 30_000 };
    test.each<[string, SceneTimeline, Record<string, unknown>, string[]]>([
      ['where that is configured', row(1), single, ['raised@30']],
      ['just too short', row(1, () => ({ to: 30 })), single, []],
      ['in the rack', row(1, () => ({ box: [0.72, 0.6, 0.76, 0.7] })), single, []],
      ['not unless configured', row(1), { dwellMs: 30_000 }, []],
      ['may have to stand longer than a group', row(5), { dwellMs: 30_000, singleDwellMs: 50_000 }, ['raised@30']],
    ])('%s', (_what, timeline, config, expected) => {
      expect(storyOf(play(config), timeline, 58)).toEqual(expected);
    });

    test('two of them are one case', () => {
      const events = playScene(
        play(single),
        row(2, (index) => ({ from: index * 10 })),
        58,
      );
      expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual(['raised@30']);
    });
  });

  describe('riders', () => {
    const fifthBike = placeOf(4);
    const seated: Box = [fifthBike[0], 0.52, fifthBike[2], 0.69];
    const withPerson = (where: Where) =>
      row(5).stands('p', { box: seated, from: 0, to: 60, class: 'person', ...where });

    test.each<[string, SceneTimeline, string[]]>([
      ['somebody sits on one of five', withPerson({}), []],
      ['who rides off, late', withPerson({ to: 20 }), ['raised@48']],
      ['somebody is on it for a moment', withPerson({ from: 10, to: 16 }), ['raised@30']],
      ['somebody is on it at the decisive moment', withPerson({ from: 28, to: 34 }), ['raised@34']],
      ['somebody passes in front', withPerson({ box: [fifthBike[0], 0.56, fifthBike[2], 0.8] }), ['raised@30']],
      ['somebody stands behind', withPerson({ box: [fifthBike[0], 0.4, fifthBike[2], 0.62] }), ['raised@30']],
      [
        'somebody stands beside',
        withPerson({ box: [fifthBike[0] + 0.03, 0.52, fifthBike[2] + 0.03, 0.7] }),
        ['raised@30'],
      ],
      [
        'it is taken for somebody too',
        withPerson({ box: [fifthBike[0], fifthBike[1] - 0.01, fifthBike[2], fifthBike[3]] }),
        ['raised@30'],
      ],
      ['a model sees a rider', fifth({ attributes: { rider: 0.5 } }), []],
      [
        'a model sees none',
        withPerson({}).stands('b4', { box: fifthBike, from: 0, to: 60, class: 'e-bike', attributes: { rider: 0.4 } }),
        ['raised@30'],
      ],
    ])('%s', (_what, timeline, expected) => {
      expect(storyOf(play(), timeline, 58)).toEqual(expected);
    });

    test('says so', () => expect(notesAt(play(), withPerson({}), 40)).toContain('suppressed ridden'));
  });

  test.each([
    ['begins while they stand', '07:59:50', ['raised@40']],
    ['is over before the dwell is', '11:59:40', []],
  ])('a schedule that %s', (_what, time, expected) => {
    const timeline = row(5).startsAt(`2026-05-06T${time}+08:00`);
    expect(storyOf(play({ schedule: [{ from: '08:00', to: '12:00' }] }), timeline, 58)).toEqual(expected);
  });

  test('explains what waits', () => {
    expect(new Set(notesAt(play(), row(4), 20))).toEqual(new Set(['waits dwells']));
    expect(new Set(notesAt(play(), row(4), 40))).toEqual(new Set(['waits too-few']));
    expect(new Set(notesAt(play(), row(5), 40))).toEqual(new Set(['fires enough-units']));
    expect(
      notesAt(
        play(),
        row(1, () => ({ box: [0.72, 0.6, 0.76, 0.7] })),
        20,
      ),
    ).toEqual(['ignored in-exclusion']);
  });

  test.each([2, 14, 20, 28, 34, 50, 62])('a restart at second %d changes nothing', (restartS) => {
    const restless = () =>
      row(6, (index) => ({ missed: [index * 2 + 8], ...(index === 5 && { from: 20 }) })).stands('p', {
        box: [0.56, 0.52, 0.6, 0.69],
        from: 10,
        to: 26,
        class: 'person',
      });
    expect(storyOf(play(), restless(), 90)).toEqual(['raised@50', 'cleared@64']);
    expect(storyOverRestart(play(), restless(), 90, restartS)).toEqual(storyOf(play(), restless(), 90));
  });

  test('without saved state each of them keeps its dwell', () => {
    const scenes = sceneAlone(play());
    const subjects = Array.from({ length: 5 }, (_, index) => ({
      ...{ class: 'e-bike' as const, score: 0.8, box: placeOf(index) },
      ...{ trackId: `old-${index}` as TrackId, dwellMs: 60_000 - index * 1_000 },
    }));
    scenes.resume([
      {
        incidentId: 'from-before' as IncidentId,
        cameraId: 'c' as CameraId,
        scene: 'nonmotor_misparking',
        zoneId: pavement.id,
        startedAt: -70_000,
        observedAt: -5_000,
        subjects,
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      },
    ]);
    const events = row(5, () => ({ to: 20 })).play(scenes, 40);
    expect(events.map(({ phase, second, incidentId }) => `${phase}@${second} ${incidentId}`)).toEqual([
      'cleared@24 from-before',
    ]);
    expect(events[0]).toMatchObject({ startedAt: -70_000, details: { units: 5 } });
  });
});
