import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, ZoneId } from '../../../../src/domain/ids.ts';
import {
  notesAt,
  playScene,
  type ScenePlay,
  sceneAlone,
  storyOf,
  storyOverRestart,
} from '../../../support/scene-play.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const verge = {
  id: 'verge' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0.3, 0.3],
    [1, 0.3],
    [1, 1],
    [0.3, 1],
  ] as const,
  tags: [],
};

const dumping: ScenePlay = {
  scene: 'material_dumping',
  zones: [verge],
  config: { clearAfterMs: 6_000, updateEveryMs: 3_600_000, learnMs: 60_000 },
};
const withConfig = (more: Record<string, unknown>): ScenePlay => ({
  ...dumping,
  config: { ...dumping.config, ...more },
});

const spot: Box = [0.6, 0.6, 0.7, 0.7];

const dumped = (more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
  new SceneTimeline().stands('pile', { box: spot, from: 100, to: 500, class: 'debris_pile', ...more });
const every = (seconds: number, of: number) =>
  Array.from({ length: 900 }, (_, second) => second).filter((second) => second % of < seconds);

describe('material_dumping', () => {
  test('raises once five minutes after it appeared, and clears when it is gone', () => {
    expect(storyOf(dumping, dumped(), 600)).toEqual(['raised@400', 'cleared@504']);
  });

  test.each<[string, SceneTimeline, string[]]>([
    ['just long enough', dumped({ to: 402 }), ['raised@400', 'cleared@406']],
    ['just too short', dumped({ to: 400 }), []],
    ['something left behind', dumped({ class: 'left_object' }), ['raised@400', 'cleared@504']],
    ['something else', dumped({ class: 'goods' }), []],
    ['outside the zone', dumped({ box: [0.1, 0.6, 0.2, 0.7] }), []],
    ['not confirmed', dumped({ state: 'tentative' }), []],
    ['seen on and off', dumped({ missed: every(2, 8) }), ['raised@402', 'cleared@504']],
    ['seen too seldom', dumped({ missed: every(4, 10) }), []],
    ['a stream gap', dumped().gap(150, 200), ['raised@452', 'cleared@504']],
    ['just after the learning time', dumped({ from: 60 }), ['raised@360', 'cleared@504']],
    ['there from the beginning', dumped({ from: 0 }), []],
    ['first seen while the zone is learned', dumped({ from: 58 }), []],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(dumping, timeline, 600)).toEqual(expected);
  });

  test('what was there before is known for a day, behind a bus or in the dark', () => {
    const config = withConfig({ rememberMs: 600_000 });
    const hidden = (s: number) =>
      dumped({ from: 0, to: 100 }).stands('pile-2', { box: spot, from: 100 + s, to: 1500, class: 'debris_pile' });
    expect(storyOf(config, hidden(590), 1500)).toEqual([]);
    expect(storyOf(config, hidden(610), 1500)).toEqual(['raised@1010']);
    expect(notesAt(config, hidden(10), 200)).toEqual(['suppressed there-before']);
  });

  test('something new beside what was there before is a case', () => {
    const both = dumped().stands('old', { box: [0.85, 0.6, 0.95, 0.7], from: 0, to: 600, class: 'debris_pile' });
    expect(storyOf(dumping, both, 600)).toEqual(['raised@400', 'cleared@504']);
  });

  describe('what is dumped on or against what was there before', () => {
    const right = (x2: number): Box => [0.6, 0.6, x2, 0.7];
    const old = (after: Box, from = 100, to = 900) =>
      dumped({ from: 0, to: 1500, box: (s) => (s >= from && s < to ? after : spot) });
    const beside = (box: Box) =>
      dumped({ from: 0, to: 1500 }).stands('new', { box, from: 100, to: 900, class: 'debris_pile' });

    test.each<[string, SceneTimeline, string[]]>([
      ['clearly more of it', old(right(0.76)), ['raised@400', 'cleared@904']],
      ['not clearly more', old(right(0.74)), []],
      ['clearly more for too short', old(right(0.76), 100, 400), []],
      ['a box that grows and shrinks', dumped({ from: 0, to: 1500, box: (s) => right(s % 8 < 4 ? 0.7 : 0.8) }), []],
      ['a heap that touches it', beside([0.7, 0.6, 0.76, 0.7]), ['raised@400', 'cleared@904']],
      ['a bag that touches it', beside([0.7, 0.66, 0.74, 0.7]), []],
    ])('%s', (_what, timeline, expected) => {
      expect(storyOf(dumping, timeline, 1500)).toEqual(expected);
    });

    test('does not make what lies beneath forgotten', () => {
      const config = withConfig({ rememberMs: 60_000, cooldownMs: 0 });
      expect(storyOf(config, old(right(0.76)), 1500)).toEqual(['raised@400', 'cleared@904']);
    });

    test.each([96, 102, 300, 398, 402, 902])('a restart at second %d changes nothing', (restartS) => {
      const timeline = () => old(right(0.76));
      expect(storyOverRestart(dumping, timeline(), 1500, restartS)).toEqual(['raised@400', 'cleared@904']);
    });

    test('goes on after a restart that only knows what was there before', () => {
      const before = sceneAlone(dumping);
      const [raised] = old(right(0.76)).play(before, 450);
      const after = sceneAlone(dumping);
      const learnt = sceneAlone(dumping);
      old(right(0.76)).play(learnt, 98);
      after.restore(JSON.parse(JSON.stringify(learnt.save())));
      if (raised === undefined) throw new Error('nothing was raised');
      const { zone, phase: _, second: __, ...incident } = raised;
      const traceparent = '00-00000000000000000000000000000001-0000000000000001-01';
      after.resume([{ ...incident, zoneId: zone.id, cameraId: 'c' as CameraId, traceparent }]);
      const events = old(right(0.76)).play(after, 950, { from: 452 });
      expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual(['cleared@904']);
    });

    test('its extent is learnt for as long as the zone is', () => {
      const inParts = dumped({ from: 0, to: 900 }).stands('more', {
        box: [0.7, 0.6, 0.8, 0.7],
        from: 50,
        to: 900,
        class: 'debris_pile',
      });
      expect(storyOf(dumping, inParts, 900)).toEqual([]);
    });

    test.each<[string, number, string[]]>([
      ['first seen as the learning ends is learnt for a minute', 110, []],
      ['and no longer', 118, ['raised@418']],
    ])('what is %s', (_what, wholeFrom, expected) => {
      const half = dumped({ from: 56, to: 900, box: (s) => right(s < wholeFrom ? 0.65 : 0.7) });
      expect(storyOf(dumping, half, 890)).toEqual(expected);
    });

    test('two heaps that were there are no more when they are seen as one', () => {
      const heaps = dumped({ from: 0, to: 900, box: (s) => right(s < 100 ? 0.7 : 0.72) }).stands('second', {
        box: (s) => [s < 100 ? 0.75 : 0.74, 0.6, 0.85, 0.7],
        from: 0,
        to: 900,
        class: 'debris_pile',
      });
      expect(storyOf(dumping, heaps, 900)).toEqual([]);
    });
  });

  describe('begins with the look before it was first seen, which shows the place without it', () => {
    const startOf = (config: ScenePlay, timeline: SceneTimeline) => playScene(config, timeline, 700)[0]?.startedAt;

    test.each<[string, SceneTimeline, number]>([
      ['a look before', dumped(), 98_000],
      ['seen on and off', dumped({ missed: every(2, 8) }), 98_000],
      ['no look shortly before', dumped({ from: 150, to: 700 }).gap(90, 150), 150_000],
    ])('%s', (_what, timeline, startedAt) => {
      expect(startOf(dumping, timeline)).toBe(startedAt);
    });

    test('when its time did not count at first, the look before it did', () => {
      const day = '2026-05-06T08:00:00+08:00';
      const config = withConfig({ permittedHours: [{ from: '07:00', to: '08:05' }] });
      expect(startOf(config, dumped({ to: 900 }).startsAt(day))).toBe(Date.parse(day) + 298_000);
    });

    test.each([
      ['under way', 150],
      ['after a restart', 102],
    ])('and asks for the picture of that moment: %s', (_what, s) => {
      const before = sceneAlone(dumping);
      dumped().play(before, s);
      const after = sceneAlone(dumping);
      after.restore(JSON.parse(JSON.stringify(before.save())));
      expect([before.pendingSince, after.pendingSince]).toEqual([[98_000], [98_000]]);
    });
  });

  test('under another track id it stays the same case', () => {
    const switched = dumped({ to: 300 }).stands('other', {
      box: [0.605, 0.6, 0.705, 0.7],
      from: 306,
      to: 500,
      class: 'debris_pile',
    });
    expect(storyOf(dumping, switched, 600)).toEqual(['raised@400', 'cleared@504']);
  });

  describe('the vehicle that brought it', () => {
    const truck: Box = [0.45, 0.5, 0.6, 0.7];
    const subjects = (timeline: SceneTimeline) => {
      const [raised] = playScene(dumping, timeline, 450);
      return { classes: raised?.subjects.map((subject) => subject.class), details: raised?.details };
    };

    test('is linked where it stood beside shortly before', () => {
      const brought = dumped().stands('truck', { box: truck, from: 60, to: 96, class: 'truck' });
      expect(subjects(brought)).toEqual({
        classes: ['debris_pile', 'truck'],
        details: { vehicleClass: 'truck', vehicleStoodMs: 34_000 },
      });
    });

    test('and while it is still there', () => {
      const unloads = dumped().stands('truck', { box: truck, from: 90, to: 140, class: 'tricycle' });
      expect(subjects(unloads)).toMatchObject({ classes: ['debris_pile', 'tricycle'] });
    });

    test.each<[string, SceneTimeline]>([
      [
        'it left long before',
        dumped({ from: 190, to: 600 }).stands('truck', { box: truck, from: 20, to: 60, class: 'truck' }),
      ],
      ['it stood elsewhere', dumped().stands('truck', { box: [0.3, 0.3, 0.4, 0.4], from: 60, to: 96, class: 'truck' })],
      [
        'it only drove past',
        dumped().moves('truck', {
          from: 88,
          to: 96,
          start: [0.3, 0.5, 0.45, 0.7],
          end: [0.85, 0.5, 1, 0.7],
          class: 'truck',
        }),
      ],
      ['a car', dumped().stands('car', { box: truck, from: 60, to: 96, class: 'car' })],
    ])('but not: %s', (_what, timeline) => {
      const [raised] = playScene(dumping, timeline, 550);
      expect(raised?.subjects.map((subject) => subject.class)).toEqual(['debris_pile']);
    });

    test('a truck that waited elsewhere first is linked by where it stood last', () => {
      const came = dumped()
        .stands('truck', { box: [0.3, 0.3, 0.45, 0.5], from: 40, to: 60, class: 'truck' })
        .stands('truck', { box: truck, from: 60, to: 96, class: 'truck' });
      expect(subjects(came)).toMatchObject({ details: { vehicleStoodMs: 34_000 } });
    });

    test('is asked for from whatever model finds it', () => {
      expect(sceneAlone(dumping).classes).toContain('truck');
    });
  });

  test.each([
    ['all day', [{ from: '07:00', to: '19:00' }], []],
    ['until 08:05', [{ from: '07:00', to: '08:05' }], ['raised@600']],
  ])('permitted %s', (_what, permittedHours, expected) => {
    const day = dumped({ to: 900 }).startsAt('2026-05-06T08:00:00+08:00');
    expect(storyOf(withConfig({ permittedHours }), day, 890)).toEqual(expected);
  });

  test('a permitted site is an exclusion', () => {
    const site = {
      id: 'site' as ZoneId,
      kind: 'polygon' as const,
      points: [
        [0.5, 0.5],
        [0.8, 0.5],
        [0.8, 0.8],
        [0.5, 0.8],
      ] as const,
      tags: [],
    };
    const config: ScenePlay = {
      ...dumping,
      zones: [verge, site],
      config: { ...dumping.config, zones: ['verge'], exclude: ['site'] },
    };
    expect(storyOf(config, dumped(), 600)).toEqual([]);
    expect(notesAt(config, dumped(), 200)).toEqual(['ignored in-exclusion']);
  });

  test.each([2, 58, 90, 98, 300, 398, 400, 502])('a restart at second %d changes nothing', (restartS) => {
    const timeline = () =>
      dumped({ missed: every(2, 8) })
        .stands('old', { box: [0.85, 0.6, 0.95, 0.7], from: 0, to: 600, class: 'debris_pile' })
        .stands('truck', { box: [0.45, 0.5, 0.6, 0.7], from: 60, to: 96, class: 'truck' });
    expect(storyOverRestart(dumping, timeline(), 600, restartS)).toEqual(storyOf(dumping, timeline(), 600));
  });
});
