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

const road = {
  id: 'road' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0, 0.5],
    [1, 0.5],
    [1, 1],
    [0, 1],
  ] as const,
  tags: ['roadway'],
};

const waterlogging: ScenePlay = {
  scene: 'waterlogging',
  zones: [road],
  config: { clearAfterMs: 6_000, updateEveryMs: 3_600_000 },
};

/** Water over this share of the road. */
const water = (share: number): Box => [0.1, 0.6, 0.1 + share / 0.8, 1];

const stands = (share: number, more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
  new SceneTimeline().stands('water', { box: water(share), from: 0, to: 300, class: 'water_surface', ...more });
const every = (seconds: number, of: number) =>
  Array.from({ length: 1500 }, (_, second) => second).filter((second) => second % of < seconds);
const passes = (timeline: SceneTimeline, from: number, more: { class?: 'truck' | 'bus'; y?: number } = {}) => {
  const y = more.y ?? 0.8;
  const [start, end]: [Box, Box] = [
    [-0.2, y - 0.3, 0, y],
    [1, y - 0.3, 1.2, y],
  ];
  return timeline.moves(`truck@${from}`, { from, to: from + 10, start, end, class: more.class ?? 'truck' });
};

describe('waterlogging', () => {
  test('raises once after two minutes, clears when it has run off, and says how much there was', () => {
    expect(storyOf(waterlogging, stands(0.2), 400)).toEqual(['raised@120', 'cleared@304']);
    const [raised] = playScene(waterlogging, stands(0.2), 120);
    expect(raised).toMatchObject({ severity: 3, startedAt: 0, zone: { id: 'road' } });
    expect(raised?.details?.['areaShare']).toBeCloseTo(0.2, 1);
  });

  test.each<[string, SceneTimeline, string[]]>([
    ['just long enough', stands(0.2, { to: 122 }), ['raised@120', 'cleared@126']],
    ['just too short', stands(0.2, { to: 120 }), []],
    ['just enough', stands(0.13), ['raised@120', 'cleared@304']],
    ['just too little', stands(0.07), []],
    ['enough by its box, too little by its mask', stands(0.2, { fill: 0.4 }), []],
    ['enough by its mask', stands(0.2, { fill: 0.8 }), ['raised@120', 'cleared@304']],
    ['beside the road', stands(0.2, { box: [0.1, 0.1, 0.6, 0.49] }), []],
    ['not confirmed', stands(0.2, { state: 'tentative' }), []],
    ['never clear', stands(0.2, { score: 0.5, bestScore: 0.6 }), []],
    ['missed now and then', stands(0.2, { missed: every(2, 12) }), ['raised@122', 'cleared@304']],
    ['glare that comes and goes', stands(0.2, { missed: every(4, 12) }), []],
    ['glare that shrinks and grows', stands(0.2, { box: (s) => water(s % 8 < 4 ? 0.2 : 0.04) }), []],
    ['a stream gap', stands(0.2).gap(40, 90), ['raised@172', 'cleared@304']],
    [
      'a new track every minute',
      stands(0.2, { to: 60 })
        .stands('w2', { box: water(0.22), from: 60, to: 120, class: 'water_surface' })
        .stands('w3', { box: [0.4, 0.6, 0.7, 1], from: 120, to: 300, class: 'water_surface' }),
      ['raised@120', 'cleared@304'],
    ],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(waterlogging, timeline, 400)).toEqual(expected);
  });

  describe('water that was clear once', () => {
    const faint = { score: 0.5, bestScore: 0.6 };
    const first = (to: number) => stands(0.2, { to });
    const then = (timeline: SceneTimeline, from: number, more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
      timeline.stands('later', { box: water(0.2), from, to: 1500, class: 'water_surface', ...faint, ...more });

    test.each<[string, SceneTimeline, string[]]>([
      ['stays so while it is seen faintly', then(first(60), 60), ['raised@120', 'cleared@1504']],
      ['and across a moment in which it is missed', then(first(60), 80), ['raised@120', 'cleared@1504']],
      ['is forgotten once the road is dry', then(first(60), 182), []],
      ['also after a case', then(first(300), 1000), ['raised@120', 'cleared@304']],
      ['clear water after that counts again', then(first(60), 182, { bestScore: 0.9 }), ['raised@302', 'cleared@1504']],
    ])('%s', (_what, timeline, expected) => {
      expect(storyOf(waterlogging, timeline, 1600)).toEqual(expected);
    });
  });

  test('several puddles count together, where they overlap once', () => {
    const puddles = (second: Box) =>
      stands(0.06).stands('w2', { box: second, from: 0, to: 300, class: 'water_surface' });
    expect(storyOf(waterlogging, puddles([0.5, 0.6, 0.6, 1]), 400)).toEqual(['raised@120', 'cleared@304']);
    expect(storyOf(waterlogging, puddles(water(0.05)), 400)).toEqual([]);
  });

  test('a road of which a third is under water is severe at once; one that fills becomes severe later', () => {
    const severities = (timeline: SceneTimeline) =>
      playScene(waterlogging, timeline, 500).map(({ phase, severity, second }) => `${phase}@${second} ${severity}`);
    expect(severities(stands(0.36))).toEqual(['raised@120 2', 'cleared@304 2']);
    const fills = stands(0.2, { to: 480, box: (second) => water(second < 200 ? 0.2 : 0.4) });
    expect(severities(fills)).toEqual(['raised@120 3', 'updated@320 2', 'cleared@484 2']);
  });

  test('a case stays one while cars hide half of it', () => {
    const hidden = stands(0.2, { box: (second) => water(second % 60 > 40 && second > 130 ? 0.07 : 0.2) });
    expect(storyOf(waterlogging, hidden, 400)).toEqual(['raised@120', 'cleared@304']);
  });

  describe('a sprinkler', () => {
    const behind = (truckS: number, more: Parameters<typeof passes>[2] = {}) =>
      passes(stands(0.4, { from: 100, to: 1000 }), truckS, more);

    test('wets the road as a truck passes: the water must stand for ten minutes', () => {
      expect(storyOf(waterlogging, behind(95), 1100)).toEqual(['raised@700', 'cleared@1004']);
      expect(notesAt(waterlogging, behind(95), 300)).toEqual(['waits sprinkler-truck']);
    });

    test('whose road dries raises nothing', () => {
      const dries = passes(stands(0.4, { from: 100, to: 500 }), 95);
      expect(storyOf(waterlogging, dries, 1100)).toEqual([]);
    });

    test.each<[string, SceneTimeline]>([
      ['passed long before', behind(20)],
      ['passed later', behind(120)],
      ['was a bus', behind(95, { class: 'bus' })],
      ['passed on another road', behind(95, { y: 0.45 })],
      [
        'was only taken for a truck for a moment',
        stands(0.4, { from: 100, to: 1000 }).stands('t', {
          box: [0.4, 0.5, 0.6, 0.8],
          from: 95,
          to: 100,
          class: 'truck',
          state: 'tentative',
        }),
      ],
    ])('is none that %s', (_what, timeline) => {
      expect(storyOf(waterlogging, timeline, 1100)).toEqual(['raised@220', 'cleared@1004']);
    });
  });

  test.each([2, 96, 104, 240, 698, 702, 1002])('a restart at second %d changes nothing', (restartS) => {
    const timeline = () => passes(stands(0.4, { from: 100, to: 1000, missed: every(2, 12) }), 95);
    expect(storyOverRestart(waterlogging, timeline(), 1100, restartS)).toEqual(storyOf(waterlogging, timeline(), 1100));
  });

  test('an incident from before a restart without saved state goes on, whoever sees the water', () => {
    const scenes = sceneAlone(waterlogging);
    scenes.resume([
      {
        incidentId: 'before' as IncidentId,
        cameraId: 'c' as CameraId,
        scene: 'waterlogging',
        zoneId: road.id,
        startedAt: -300_000,
        observedAt: -3_600_000,
        subjects: [
          {
            class: 'water_surface',
            score: 0.8,
            box: [0.7, 0.7, 0.9, 0.9],
            trackId: 'old' as TrackId,
            dwellMs: 290_000,
          },
        ],
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      },
    ]);
    const events = stands(0.2, { to: 30 }).play(scenes, 60);
    expect(events.map(({ phase, incidentId, second }) => `${phase}@${second} ${incidentId}`)).toEqual([
      'updated@0 before',
      'cleared@34 before',
    ]);
  });

  test('only in its hours', () => {
    const config: ScenePlay = {
      ...waterlogging,
      config: { ...waterlogging.config, schedule: [{ from: '08:00', to: '09:00' }] },
    };
    expect(storyOf(config, stands(0.2).startsAt('2026-05-06T07:00:00+08:00'), 400)).toEqual([]);
    expect(storyOf(config, stands(0.2).startsAt('2026-05-06T07:59:00+08:00'), 400)).toEqual([
      'raised@180',
      'cleared@304',
    ]);
  });
});
