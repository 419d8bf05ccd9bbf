import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import { muckTruckSchema } from '../../../../src/edge/scene/modules/muck-truck.ts';
import {
  notesAt,
  playScene,
  type ScenePlay,
  sceneAlone,
  storyOf,
  storyOverRestart,
} from '../../../support/scene-play.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

/** From right to left over it is `in`. */
const gate = {
  id: 'gate' as ZoneId,
  kind: 'line' as const,
  points: [
    [0.5, 0.2],
    [0.5, 0.98],
  ] as const,
  tags: ['site'],
};

const yard = {
  id: 'yard' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0, 0.4],
    [0.6, 0.4],
    [0.6, 0.98],
    [0, 0.98],
  ] as const,
  tags: ['site'],
};

const play = (config: Record<string, unknown> = {}): ScenePlay => ({
  scene: 'muck_truck',
  zones: [gate],
  config: { clearAfterMs: 6_000, updateEveryMs: 3_600_000, ...config },
});

const at = (time: string) => new SceneTimeline().startsAt(`2026-05-06T${time}+08:00`);
const byDay = () => at('12:00:00');
const byNight = () => at('23:00:00');

/** A truck whose anchor is `x`. */
const truckAt = (x: number): Box => [x - 0.1, 0.5, x + 0.1, 0.8];
type Way = Partial<Parameters<SceneTimeline['moves']>[1]>;
/** Crosses between second 10, when it is right before the line, and second 12. */
const crosses = (timeline: SceneTimeline, id = 't1', { from = 0, ...more }: Way = {}) =>
  timeline.moves(id, { start: truckAt(0.81), end: truckAt(0.21), class: 'truck', from, to: from + 20, ...more });

describe('muck_truck at the gate', () => {
  test.each<[string, SceneTimeline, Record<string, unknown>, string[]]>([
    ['crosses by day', crosses(byDay()), {}, ['raised@12', 'cleared@26']],
    ['crosses by night', crosses(byNight()), {}, []],
    ['crosses as the barred hours begin', crosses(at('05:59:50')), {}, ['raised@12', 'cleared@26']],
    ['crosses right before they begin', crosses(at('05:59:49')), {}, []],
    ['crosses right before they end', crosses(at('21:59:49')), {}, ['raised@12', 'cleared@26']],
    ['crosses as they end', crosses(at('21:59:50')), {}, []],
    [
      'crosses in hours of the site’s own',
      crosses(byNight()),
      { barredHours: [{ from: '22:00', to: '05:00' }] },
      ['raised@12', 'cleared@26'],
    ],
    ['stops before the line', crosses(byDay(), 't1', { end: truckAt(0.51) }), {}, []],
    ['stops right behind it', crosses(byDay(), 't1', { end: truckAt(0.45) }), {}, ['raised@18', 'cleared@26']],
    ['a car', crosses(byDay(), 't1', { class: 'car' }), {}, []],
    ['was never clear', crosses(byDay(), 't1', { score: 0.6, bestScore: 0.65 }), {}, []],
    ['is not confirmed', crosses(byDay(), 't1', { state: 'tentative' }), {}, []],
    ['is too small', crosses(byDay(), 't1', { start: [0.8, 0.79, 0.82, 0.8], end: [0.2, 0.79, 0.22, 0.8] }), {}, []],
    [
      'a score that dips at the line',
      crosses(byDay(), 't1', { score: (second) => (second === 12 ? 0.2 : 0.8) }),
      {},
      ['raised@14', 'cleared@26'],
    ],
    [
      'trembles on the line',
      byDay().stands('t1', {
        box: (second) => truckAt(second % 4 === 0 ? 0.49 : 0.51),
        from: 0,
        to: 60,
        class: 'truck',
      }),
      {},
      [],
    ],
    ['is not seen for long', crosses(byDay()).gap(4, 18), {}, []],
    ['is not seen for a while', crosses(byDay()).gap(8, 16), {}, ['raised@16', 'cleared@26']],
  ])('%s', (_what, timeline, config, expected) => {
    expect(storyOf(play(config), timeline, 60)).toEqual(expected);
  });

  test.each([
    [0.1, 11],
    [1, 11],
    [4, 12],
  ])('one look every %d s', (everyS, expected) => {
    const [raised] = playScene(play(), crosses(byDay()).lookEvery(everyS), 20);
    expect(Math.round(raised?.second ?? 0)).toBe(expected);
  });

  test('says which way it went, and where it stood before', () => {
    const [raised] = playScene(play(), crosses(byDay()), 20);
    expect(raised).toMatchObject({
      severity: 3,
      startedAt: Date.parse('2026-05-06T12:00:10+08:00'),
      details: { violation: 'barred-hours', direction: 'in' },
    });
  });

  test.each([
    ['in', ['raised@12', 'cleared@26']],
    ['out', []],
  ] as const)('a line for one direction: %s', (direction, expected) => {
    expect(storyOf({ ...play(), zones: [{ ...gate, direction }] }, crosses(byDay()), 60)).toEqual(expected);
  });

  test('a truck confirmed only after it crossed counts', () => {
    const late = byDay()
      .moves('t1', { from: 0, to: 12, start: truckAt(0.81), end: truckAt(0.45), class: 'truck', state: 'tentative' })
      .moves('t1', { from: 14, to: 20, start: truckAt(0.39), end: truckAt(0.21), class: 'truck' });
    expect(storyOf(play(), late, 60)).toEqual(['raised@14', 'cleared@26']);
  });

  test('a truck that backs out again is done', () => {
    const back = crosses(byDay(), 't1', { to: 14, end: truckAt(0.39) }).moves('t1', {
      from: 16,
      to: 60,
      start: truckAt(0.45),
      end: truckAt(0.9),
      class: 'truck',
    });
    const oneWay: ScenePlay = { ...play(), zones: [{ ...gate, direction: 'in' }] };
    expect(storyOf(oneWay, back, 60)).toEqual(['raised@12', 'cleared@28']);
    // Where both ways are barred, backing out is one more of the same.
    expect(storyOf(play(), back, 60)).toEqual(['raised@12']);
  });

  test('every truck of a convoy is a case, also where another just was', () => {
    const convoy = crosses(crosses(crosses(byDay()), 't2', { from: 12 }), 't3', { from: 80 });
    const events = playScene(play(), convoy, 140);
    expect(
      events
        .filter(({ phase }) => phase === 'raised')
        .map(({ second, subjects }) => `${subjects[0]?.trackId}@${second}`),
    ).toEqual(['t1@12', 't2@24', 't3@92']);
    expect(new Set(events.map(({ incidentId }) => incidentId)).size).toBe(3);
  });

  test('another track id moments later is the same truck', () => {
    const switched = byDay()
      .moves('t1', { from: 0, to: 14, start: truckAt(0.81), end: truckAt(0.39), class: 'truck' })
      .moves('t2', { from: 16, to: 20, start: truckAt(0.33), end: truckAt(0.21), class: 'truck' });
    const events = playScene(play(), switched, 60);
    expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual(['raised@12', 'cleared@26']);
  });

  describe('permits', () => {
    const permit = (more: Record<string, unknown>) => ({ permits: [{ company: '城建渣运', ...more }] });
    test.each<[string, Record<string, unknown>, string[]]>([
      ['for any time and gate', permit({}), []],
      ['for this gate', permit({ gates: ['gate'] }), []],
      ['for these hours', permit({ hours: [{ from: '11:00', to: '13:00' }] }), []],
      ['for other hours', permit({ hours: [{ from: '13:00', to: '15:00' }] }), ['raised@12', 'cleared@26']],
      ['valid now', permit({ from: '2026-05-06T00:00:00+08:00', to: '2026-05-07T00:00:00+08:00' }), []],
      ['from later on', permit({ from: '2026-05-06T12:00:11+08:00' }), ['raised@12', 'cleared@26']],
      ['from right then', permit({ from: '2026-05-06T12:00:10+08:00' }), []],
      ['until right then', permit({ to: '2026-05-06T12:00:10+08:00' }), ['raised@12', 'cleared@26']],
      ['until just after', permit({ to: '2026-05-06T12:00:11+08:00' }), []],
    ])('%s', (_what, config, expected) => {
      expect(storyOf(play(config), crosses(byDay()), 60)).toEqual(expected);
    });

    test('for another gate is none for this one', () => {
      const back = {
        ...gate,
        id: 'back' as ZoneId,
        points: [
          [0.05, 0.2],
          [0.05, 0.98],
        ] as const,
      };
      const scene = { ...play(permit({ gates: ['back'] })), zones: [gate, back] };
      expect(storyOf(scene, crosses(byDay()), 60)).toEqual(['raised@12', 'cleared@26']);
    });

    test('for a gate that is not there is refused', () => {
      const parsed = muckTruckSchema.safeParse({ zones: ['gate'], ...permit({ gates: ['gat'] }) });
      expect(parsed.error?.issues).toMatchObject([
        { path: ['permits', 0, 'gates', 0], message: '"gat" is not among the zones of the scene: gate' },
      ]);
    });
  });

  test.each([
    ['waits not-crossed', crosses(byDay()), play(), 8],
    ['fires crossed-barred', crosses(byDay()), play(), 14],
    ['ignored crossed-allowed', crosses(byNight()), play(), 14],
    ['suppressed permitted', crosses(byDay()), play({ permits: [{ company: '城建渣运' }] }), 14],
    ['ignored never-clear', crosses(byDay(), 't1', { score: 0.6, bestScore: 0.65 }), play(), 14],
  ])('says %s', (note, timeline, scene, second) => {
    expect(notesAt(scene, timeline, second)).toEqual([note]);
    expect(storyOf(scene, timeline, 40)).toBeDefined();
  });

  test.each([2, 10, 12, 16, 20, 24])('a restart at second %d changes nothing', (restartS) => {
    expect(storyOverRestart(play(), crosses(byDay()), 60, restartS)).toEqual(['raised@12', 'cleared@26']);
  });

  test('without saved state a truck that is there still is the same case', () => {
    const scenes = sceneAlone(play());
    const box = truckAt(0.3);
    const began = Date.parse('2026-05-06T11:59:00+08:00');
    scenes.resume([
      {
        ...{ incidentId: 'from-before' as IncidentId, cameraId: 'c' as CameraId, scene: 'muck_truck', zoneId: gate.id },
        ...{ startedAt: began, observedAt: began + 50_000 },
        subjects: [{ class: 'truck', score: 0.8, box, trackId: 'old' as TrackId, dwellMs: 40_000 }],
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      },
    ]);
    const events = byDay().stands('t9', { box, from: 0, to: 10, class: 'truck' }).play(scenes, 40);
    expect(events.map(({ phase, second, incidentId }) => `${phase}@${second} ${incidentId}`)).toEqual([
      'cleared@14 from-before',
    ]);
  });
});

describe('muck_truck with an uncovered load', () => {
  const scene = (config: Record<string, unknown> = {}): ScenePlay => ({ ...play(config), zones: [gate, yard] });
  type Where = Partial<Parameters<SceneTimeline['stands']>[1]>;
  const inYard = truckAt(0.3);
  const loadOn = ([x1, y1, x2]: Box): Box => [x1 + 0.02, y1 - 0.02, x2 - 0.02, y1 + 0.12];
  const truck = (more: Where = {}, timeline = byNight()) =>
    timeline.stands('t1', { box: inYard, from: 0, to: 40, class: 'truck', ...more });
  const loaded = (load: Where = {}, more: Where = {}) =>
    truck(more).stands('l1', { box: loadOn(inYard), from: 0, to: 40, class: 'uncovered_load', ...load });
  const except = (...seconds: number[]) =>
    Array.from({ length: 50 }, (_, second) => second).filter((second) => !seconds.includes(second));

  test.each<[string, SceneTimeline, string[]]>([
    ['seen on three looks', loaded({ to: 6 }), ['raised@4', 'cleared@24']],
    ['seen on two looks', loaded({ to: 4 }), []],
    ['seen on three of ten looks', loaded({ missed: except(0, 8, 18) }), ['raised@18', 'cleared@24']],
    ['seen on three of eleven looks', loaded({ missed: except(0, 10, 20) }), []],
    ['covered', truck(), []],
    ['of a truck outside the yard', loaded({ box: loadOn(truckAt(0.8)) }, { box: truckAt(0.8) }), []],
    ['that lies on the ground elsewhere', loaded({ box: [0.7, 0.5, 0.8, 0.6] }), []],
    [
      'without a truck to be seen',
      byNight().stands('l1', { box: loadOn(inYard), from: 0, to: 20, class: 'uncovered_load' }),
      ['raised@4', 'cleared@24'],
    ],
    ['never clear', loaded({ score: 0.6, bestScore: 0.65 }), []],
    ['not confirmed, on a truck that is', loaded({ state: 'tentative', to: 6 }), ['raised@4', 'cleared@24']],
    ['on a truck that is not confirmed', loaded({}, { state: 'tentative' }), []],
    ['a model says it is uncovered', truck({ attributes: { covered: 0.4 }, to: 20 }), ['raised@4', 'cleared@24']],
    ['a model says it is covered', truck({ attributes: { covered: 0.6 } }), []],
    ['time without a stream', loaded({}, {}).gap(4, 30), ['raised@30', 'cleared@44']],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(scene(), timeline, 60)).toEqual(expected);
  });

  test('the truck is the subject, its load beside it', () => {
    const [raised] = playScene(scene(), loaded(), 20);
    expect(raised?.subjects.map(({ trackId }) => trackId)).toEqual(['t1', 'l1']);
    expect(raised?.details).toEqual({ violation: 'uncovered-load', uncoveredFrames: 3, ofFrames: 3 });
    expect(raised?.zone.id).toBe('yard');
  });

  test('a truck the detector misses now and then is one case', () => {
    const events = playScene(scene(), loaded({}, { missed: [2, 6, 10, 14, 18] }), 60);
    expect(events.map(({ phase, second, subjects }) => `${phase}@${second} ${subjects[0]?.trackId}`)).toEqual([
      'raised@4 t1',
      'cleared@44 t1',
    ]);
  });

  test('the next truck in the same place is a case of its own', () => {
    const two = loaded({ to: 20 }, { to: 20 })
      .stands('t2', { box: inYard, from: 30, to: 40, class: 'truck' })
      .stands('l2', { box: loadOn(inYard), from: 30, to: 40, class: 'uncovered_load' });
    const slow = scene({ clearAfterMs: 30_000 });
    const events = playScene(slow, two, 100);
    expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual([
      'raised@4',
      'raised@34',
      'cleared@48',
      'cleared@68',
    ]);
  });

  test('another track id on the same spot is the same truck', () => {
    const switched = loaded({ to: 10 }, { to: 10 })
      .stands('t2', { box: inYard, from: 10, to: 20, class: 'truck' })
      .stands('l2', { box: loadOn(inYard), from: 10, to: 20, class: 'uncovered_load' });
    expect(storyOf(scene(), switched, 60)).toEqual(['raised@4', 'cleared@24']);
  });

  test('no permit excuses it, nor do the hours', () => {
    const permits = [{ company: '城建渣运' }];
    expect(storyOf(scene({ permits }), loaded({}, {}), 20)).toEqual(['raised@4']);
  });

  test.each([
    ['ignored covered', truck(), 10],
    ['waits seen-uncovered', loaded(), 2],
    ['fires uncovered', loaded(), 10],
    ['ignored load-of', loaded(), 10],
  ])('says %s', (note, timeline, second) => {
    expect(notesAt(scene(), timeline, second)).toContain(note);
  });

  test('more frames than looks they are counted in are refused', () => {
    const parsed = muckTruckSchema.safeParse({ zones: ['gate'], uncoveredFrames: 12 });
    expect(parsed.error?.issues).toMatchObject([{ path: ['uncoveredFrames'] }]);
  });

  test.each([0, 2, 4, 8, 20, 36, 42])('a restart at second %d changes nothing', (restartS) => {
    const flickering = () => loaded({ missed: [2, 8, 14] }, { missed: [6, 20] });
    expect(storyOverRestart(scene(), flickering(), 60, restartS)).toEqual(storyOf(scene(), flickering(), 60));
    expect(storyOf(scene(), flickering(), 60)).toEqual(['raised@6', 'cleared@44']);
  });
});
