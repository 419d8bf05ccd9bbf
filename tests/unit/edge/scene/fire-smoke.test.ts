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

const yard = {
  id: 'yard' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0.2, 0.2],
    [1, 0.2],
    [1, 1],
    [0.2, 1],
  ] as const,
  tags: [] as readonly string[],
};

const fire: ScenePlay = {
  scene: 'fire_smoke',
  zones: [yard],
  config: { clearAfterMs: 6_000, updateEveryMs: 3_600_000 },
};
const withConfig = (more: Record<string, unknown>): ScenePlay => ({ ...fire, config: { ...fire.config, ...more } });

type Stands = Partial<Parameters<SceneTimeline['stands']>[1]>;

/** Burns higher and lower from look to look, by `strength` of its height. */
const flickers =
  (strength: number, [x1, y1, x2, y2]: Box = [0.5, 0.5, 0.56, 0.62]) =>
  (second: number): Box => {
    return [x1, y1 - strength * Math.sin(second * 2.3) * (y2 - y1), x2, y2];
  };
const flame = (more: Stands = {}) =>
  new SceneTimeline().lookEvery(1).stands('flame', { box: flickers(0.3), from: 0, to: 30, class: 'flame', ...more });
const lamp: Box = [0.5, 0.5, 0.56, 0.62];
const plume: Box = [0.48, 0.3, 0.6, 0.55];
const smoke = (more: Stands = {}) =>
  new SceneTimeline().lookEvery(1).stands('smoke', { box: plume, from: 0, to: 30, class: 'smoke', ...more });

describe('fire_smoke', () => {
  test('flames raise after three seconds at severity 1, and clear when they are out', () => {
    expect(storyOf(fire, flame(), 60)).toEqual(['raised@3', 'cleared@35']);
    const [raised] = playScene(fire, flame(), 10);
    expect(raised).toMatchObject({ severity: 1, startedAt: 0, subjects: [{ class: 'flame' }] });
    expect(raised?.details?.['flicker']).toBeGreaterThan(0.12);
  });

  test('smoke alone raises after ten', () => {
    expect(storyOf(fire, smoke(), 60)).toEqual(['raised@10', 'cleared@35']);
  });

  test.each<[string, SceneTimeline, string[]]>([
    ['flames, just long enough', flame({ to: 4 }), ['raised@3', 'cleared@9']],
    ['flames, just too short', flame({ to: 3 }), []],
    ['smoke, just long enough', smoke({ to: 11 }), ['raised@10', 'cleared@16']],
    ['smoke, just too short', smoke({ to: 10 }), []],
    ['flames seen on two looks of three', flame({ missed: [1, 4, 7, 10] }), ['raised@3', 'cleared@35']],
    [
      'flames seen on every third look',
      flame({ missed: [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28, 29] }),
      [],
    ],
    ['smoke missed now and then', smoke({ missed: [2, 3, 6, 9] }), ['raised@10', 'cleared@35']],
    [
      'smoke seen on every third look',
      smoke({ missed: [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28, 29] }),
      [],
    ],
    ['something else', flame({ class: 'goods' }), []],
    ['outside the zone', flame({ box: flickers(0.3, [0.05, 0.5, 0.1, 0.62]) }), []],
    ['not confirmed', flame({ state: 'tentative' }), []],
    ['never clear', flame({ score: 0.5, bestScore: 0.6 }), []],
    ['too small', flame({ box: flickers(0.3, [0.5, 0.5, 0.51, 0.52]) }), []],
    ['a stream gap', flame().gap(2, 20), ['raised@22', 'cleared@35']],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(fire, timeline, 60)).toEqual(expected);
  });

  test.each([0.2, 0.5, 1, 2])('flames raise within seconds with a look every %d s', (everyS) => {
    const [raised] = playScene(fire, flame({ box: flickers(0.4) }).lookEvery(everyS), 20);
    expect(raised?.second).toBeGreaterThanOrEqual(3);
    expect(raised?.second).toBeLessThanOrEqual(6);
  });

  test('a flame and its smoke are one fire, whichever is seen first', () => {
    const later = flame({ from: 14 }).stands('smoke', { box: plume, from: 0, to: 30, class: 'smoke' });
    expect(storyOf(fire, later, 60)).toEqual(['raised@10', 'cleared@35']);
    const both = flame().stands('smoke', { box: plume, from: 0, to: 30, class: 'smoke' });
    const [raised, ...more] = playScene(fire, both, 60);
    expect(raised?.subjects.map((subject) => subject.class)).toEqual(['flame', 'smoke']);
    expect(more.map(({ phase }) => phase)).toEqual(['cleared']);
  });

  test('flames under ever new track ids, dying down and flaring up, are one fire', () => {
    const restless = new SceneTimeline().lookEvery(1);
    for (let from = 0; from < 40; from += 4) {
      const box = flickers(0.4, [0.5, 0.5, 0.5 + 0.03 + (from % 12) / 200, 0.62]);
      restless.stands(`f${from}`, { box, from, to: from + 3, class: 'flame' });
    }
    const events = playScene(fire, restless, 60);
    expect(events.map(({ phase }) => phase)).toEqual(['raised', 'cleared']);
  });

  test('two fires apart are two cases', () => {
    const two = flame().stands('flame-2', {
      box: flickers(0.3, [0.8, 0.7, 0.86, 0.82]),
      from: 0,
      to: 30,
      class: 'flame',
    });
    expect(storyOf(fire, two, 10)).toEqual(['raised@3', 'raised@3']);
  });

  describe('a lamp', () => {
    const trembles = (second: number): Box => [
      0.5 + 0.0006 * ((second * 7) % 3),
      0.5,
      0.56 + 0.0006 * ((second * 5) % 3),
      0.62,
    ];
    const score = (second: number) => 0.8 + 0.03 * ((second * 3) % 2);

    test('does not flicker', () => {
      expect(storyOf(fire, flame({ box: lamp }), 60)).toEqual([]);
      expect(storyOf(fire, flame({ box: trembles, score }), 60)).toEqual([]);
      expect(notesAt(fire, flame({ box: lamp }), 20)).toEqual(['fires seen-enough', 'suppressed steady-light']);
    });

    test.each([
      [0.09, []],
      [0.3, ['raised@3']],
    ])('flickering by %d of its height: %j', (strength, expected) => {
      expect(storyOf(fire, flame({ box: flickers(strength) }), 25)).toEqual(expected);
    });

    test('that smokes is none', () => {
      const smoking = flame({ box: lamp }).stands('smoke', { box: plume, from: 0, to: 30, class: 'smoke' });
      expect(storyOf(fire, smoking, 60)).toEqual(['raised@10', 'cleared@35']);
    });

    test('is not told apart where the check is off', () => {
      expect(storyOf(withConfig({ minFlicker: 0 }), flame({ box: lamp }), 20)).toEqual(['raised@3']);
    });

    test('on a car that drives through stays nowhere', () => {
      const drives = new SceneTimeline().lookEvery(1).moves('lights', {
        ...{ from: 0, to: 12, class: 'flame' as const },
        ...{ start: [0.25, 0.5, 0.28, 0.54] as Box, end: [0.9, 0.6, 0.96, 0.68] as Box },
      });
      expect(storyOf(fire, drives, 30)).toEqual([]);
    });
  });

  test('flames in an excluded zone are known: a welder’s bay, a temple', () => {
    const bay = {
      ...yard,
      id: 'bay' as ZoneId,
      points: [
        [0.4, 0.4],
        [0.7, 0.4],
        [0.7, 0.7],
        [0.4, 0.7],
      ] as const,
    };
    const config: ScenePlay = {
      ...fire,
      zones: [yard, bay],
      config: { ...fire.config, zones: ['yard'], exclude: ['bay'] },
    };
    expect(storyOf(config, flame(), 60)).toEqual([]);
  });

  describe('at a time of cooking', () => {
    const noon = '2026-05-06T12:00:00+08:00';
    const cookingHours = [{ from: '11:00', to: '13:00' }];

    test('smoke raises nothing, flames do', () => {
      expect(storyOf(withConfig({ cookingHours }), smoke().startsAt(noon), 60)).toEqual([]);
      expect(storyOf(withConfig({ cookingHours }), flame().startsAt(noon), 60)).toEqual(['raised@3', 'cleared@35']);
      expect(notesAt(withConfig({ cookingHours }), smoke().startsAt(noon), 20)).toEqual(['suppressed cooking-hours']);
    });

    test('only in zones where there is a kitchen, if any is named so', () => {
      const kitchen = {
        ...yard,
        id: 'kitchen' as ZoneId,
        tags: ['cooking'],
        points: [
          [0.7, 0.2],
          [1, 0.2],
          [1, 1],
          [0.7, 1],
        ] as const,
      };
      const street = {
        ...yard,
        id: 'street' as ZoneId,
        points: [
          [0.2, 0.2],
          [0.7, 0.2],
          [0.7, 1],
          [0.2, 1],
        ] as const,
      };
      const config = { ...withConfig({ cookingHours }), zones: [kitchen, street] };
      expect(storyOf(config, smoke().startsAt(noon), 20)).toEqual(['raised@10']);
      const fromKitchen = smoke({ box: [0.8, 0.3, 0.9, 0.55] }).startsAt(noon);
      expect(storyOf(config, fromKitchen, 20)).toEqual([]);
    });

    test('ends on the minute', () => {
      const until = smoke({ to: 100 }).startsAt('2026-05-06T12:59:30+08:00');
      const [raised] = playScene(withConfig({ cookingHours }), until, 90);
      expect(raised?.second).toBeGreaterThanOrEqual(36);
      expect(raised?.second).toBeLessThanOrEqual(40);
    });
  });

  describe('with the sun low', () => {
    // In Huzhou, 6 May: sets at about 18:43.
    const evening = '2026-05-06T18:30:00+08:00';
    const noon = '2026-05-06T12:00:00+08:00';

    test('a still red cloud is no smoke', () => {
      expect(storyOf(fire, smoke().startsAt(evening), 60)).toEqual([]);
      expect(notesAt(fire, smoke().startsAt(evening), 20)).toEqual(['fires seen-enough', 'suppressed low-sun']);
      expect(storyOf(fire, smoke().startsAt(noon), 20)).toEqual(['raised@10']);
    });

    test('smoke that drifts is', () => {
      const drifting = smoke({ box: flickers(0.4, plume) });
      expect(storyOf(fire, drifting.startsAt(evening), 20)).toEqual(['raised@10']);
    });

    test('glints must flicker twice as much as flames', () => {
      const glint = () => flame({ box: flickers(0.18) });
      expect(storyOf(fire, glint().startsAt(evening), 25)).toEqual([]);
      expect(storyOf(fire, glint().startsAt(noon), 25)).toEqual(['raised@3']);
      expect(storyOf(fire, flame({ box: flickers(0.5) }).startsAt(evening), 25)).toEqual(['raised@3']);
    });

    test('after sunset it is dark, and flames are flames', () => {
      expect(storyOf(fire, flame({ box: flickers(0.18) }).startsAt('2026-05-06T19:30:00+08:00'), 25)).toEqual([
        'raised@3',
      ]);
    });
  });

  test.each([0, 2, 3, 7, 14, 32])('a restart at second %d changes nothing', (restartS) => {
    const timeline = () =>
      flame({ missed: [5, 9, 10] })
        .stands('smoke', { box: plume, from: 6, to: 40, class: 'smoke', missed: [8, 20, 21] })
        .stands('lamp', { box: [0.8, 0.6, 0.85, 0.7], from: 0, to: 60, class: 'flame' });
    expect(storyOverRestart(fire, timeline(), 60, restartS)).toEqual(storyOf(fire, timeline(), 60));
  });

  test('a fire from before a restart without saved state goes on though it burns steadily', () => {
    const scenes = sceneAlone(fire);
    scenes.resume([
      {
        incidentId: 'before' as IncidentId,
        cameraId: 'c' as CameraId,
        scene: 'fire_smoke',
        zoneId: yard.id,
        startedAt: -60_000,
        observedAt: -3_600_000,
        subjects: [{ class: 'flame', score: 0.8, box: lamp, trackId: 'old' as TrackId, dwellMs: 50_000 }],
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      },
    ]);
    const events = flame({ box: lamp }).play(scenes, 60);
    expect(events.map(({ phase, incidentId, second }) => `${phase}@${second} ${incidentId}`)).toEqual([
      'updated@0 before',
      'cleared@35 before',
    ]);
  });

  test('the next look comes when the flames are due', () => {
    const scenes = sceneAlone(fire);
    flame().play(scenes, 1);
    expect(scenes.demand).toMatchObject({ severity: 1, idleMs: 2_000, decisionInMs: 2_000 });
  });
});
