import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { GroundMap } from '../../../../src/domain/ground.ts';
import { rectangle, SceneCase, type TimedEvent, zone } from '../../../support/scene-case.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

/** Water below, its bank above it, a path above that. */
const bank = zone('bank', 'polygon', rectangle(0, 0.4, 1, 0.6), ['bank']);
const river = zone('river', 'polygon', rectangle(0, 0.6, 1, 1), ['water']);
const jetty = zone('jetty', 'polygon', rectangle(0.8, 0.4, 1, 1));
/** From left to right: `in`, to its right as seen on the picture, is down towards the water. */
const rail = zone(
  'rail',
  'line',
  [
    [0, 0.4],
    [1, 0.4],
  ],
  ['climb'],
);

const watch = { clearAfterMs: 6_000, updateEveryMs: 3_600_000 };
const banks = new SceneCase({
  id: 'waterside_abnormal',
  zones: [bank, river, jetty],
  config: { ...watch, zones: ['bank', 'river'] },
});
const rails = new SceneCase({ id: 'waterside_abnormal', zones: [rail], config: watch });

type Stand = Partial<Parameters<SceneTimeline['stands']>[1]>;
const person = { class: 'person' as const };
/** Feet at this height of the picture; 0.2 high. */
const at = (y: number, x = 0.3): Box => [x, y - 0.2, x + 0.06, y];
const timeline = () => new SceneTimeline();
const stands = (y: number, more: Stand = {}) =>
  timeline().stands('p', { box: at(y), from: 0, to: 12, ...person, ...more });
/** Feet from 0.5 to 0.7: past the edge of the water, 0.6, at 5 s, and clearly in it at 6 s. */
const wades = (more: Partial<Parameters<SceneTimeline['moves']>[1]> = {}) =>
  timeline().moves('p', { from: 0, to: 10, start: at(0.5), end: at(0.7), ...person, ...more });

const told = (events: readonly TimedEvent[]) =>
  events.map(({ phase, second, severity, zone: where }) => `${phase}@${second} ${where.id} ${severity}`);

describe('waterside_abnormal', () => {
  describe('in the water', () => {
    test('who goes in from the bank is reported at once', () => {
      const events = banks.events(wades(), 30);
      expect(told(events)).toEqual(['raised@6 river 1', 'cleared@16 river 1']);
      expect(events[0]?.details).toEqual({ kind: 'entered-water', light: 'day' });
    });

    test.each<[string, SceneTimeline, string[]]>([
      ['appears there: three seconds', stands(0.75, { to: 5 }), ['raised@4', 'cleared@10']],
      ['just too short', stands(0.75, { to: 4 }), []],
      ['just long enough, at one look a second', stands(0.75, { to: 4 }).lookEvery(1), ['raised@3', 'cleared@9']],
      ['just too short, at one look a second', stands(0.75, { to: 3 }).lookEvery(1), []],
      ['at the edge, feet hardly in it', stands(0.61, { to: 40 }), []],
      ['stops on the edge', wades({ end: at(0.615), to: 20 }), []],
      ['trembles on the edge', stands(0.6, { box: (s) => at(s % 4 === 0 ? 0.595 : 0.612), to: 50 }), []],
      ['missed for one look', stands(0.75, { missed: [2] }), ['raised@4', 'cleared@16']],
      ['missed for too long', stands(0.75, { missed: [2, 4, 6] }), []],
      ['score dips', stands(0.75, { score: (s) => (s === 4 ? 0.2 : 0.8) }), ['raised@6', 'cleared@16']],
      ['not a person', stands(0.75, { class: 'animal' }), []],
      ['not confirmed', stands(0.75, { state: 'tentative' }), []],
      ['never clear', stands(0.75, { score: 0.4, bestScore: 0.6 }), []],
      [
        'goes in while not confirmed',
        wades({ state: 'tentative' }).stands('p', { box: at(0.7), from: 11, to: 13, ...person }),
        ['raised@12', 'cleared@18'],
      ],
      ['a gap in the stream is no dwell', stands(0.75, { to: 40 }).gap(2, 30), ['raised@34', 'cleared@44']],
      ['goes in during a gap: as if it had appeared there', wades({ to: 40 }).gap(4, 30), ['raised@34', 'cleared@46']],
      [
        'comes out again and stays on the bank',
        wades().stands('p', { box: at(0.5), from: 11, to: 40, ...person }),
        ['raised@6', 'cleared@16'],
      ],
      [
        'another track id on the same spot',
        stands(0.75, { to: 2 }).stands('q', { box: at(0.75, 0.305), from: 2, to: 8, ...person }),
        ['raised@4', 'cleared@12'],
      ],
      [
        'goes on under another track id: one incident',
        wades().stands('q', { box: at(0.7, 0.305), from: 11, to: 30, ...person }),
        ['raised@6', 'cleared@34'],
      ],
    ])('%s', (_what, script, expected) => {
      expect(banks.story(script, 60)).toEqual(expected);
    });

    test('who was on the bank is another incident there, and clears', () => {
      const lingers = stands(0.5, { to: 70 }).moves('p', { from: 70, to: 74, start: at(0.5), end: at(0.7), ...person });
      expect(told(banks.events(lingers, 90))).toEqual([
        'raised@60 bank 2',
        'raised@74 river 1',
        'cleared@76 bank 2',
        'cleared@80 river 1',
      ]);
    });
  });

  describe('on the bank', () => {
    const night = '2026-03-02T22:00:00+08:00';
    test.each<[string, SceneTimeline, string[]]>([
      ['sixty seconds by day', stands(0.5, { to: 61 }), ['raised@60 bank 2', 'cleared@66 bank 2']],
      ['just too short', stands(0.5, { to: 60 }), []],
      ['twenty seconds at night', stands(0.5, { to: 21 }).startsAt(night), ['raised@20 bank 2', 'cleared@26 bank 2']],
      ['just too short at night', stands(0.5, { to: 20 }).startsAt(night), []],
      ['above the bank', stands(0.38, { to: 90 }), []],
      ['missed for one look', stands(0.5, { to: 61, missed: [30] }), ['raised@60 bank 2', 'cleared@66 bank 2']],
      ['walks by', timeline().moves('p', { from: 0, to: 40, start: at(0.5, 0), end: at(0.5, 0.9), ...person }), []],
    ])('%s', (_what, script, expected) => {
      expect(told(banks.events(script, 100))).toEqual(expected);
    });

    test('who stands there when night falls has been there long enough', () => {
      // The sun is 6° below the horizon of the camera at about 18:21:25 that evening.
      const dusk = stands(0.5, { to: 59 }).startsAt('2026-03-02T18:21:00+08:00');
      const [raised] = banks.events(dusk, 59);
      expect(raised?.second ?? 0).toBeGreaterThan(20);
      expect(raised?.details).toEqual({ kind: 'bank', light: 'night' });
    });
  });

  describe('a child', () => {
    const child = (more: Stand = {}) => stands(0.5, { to: 30, attributes: { child: 0.8 }, ...more });
    const grown = (x: number, more: Stand = {}) => ({
      box: [x, 0.2, x + 0.08, 0.5] as const,
      from: 0,
      to: 30,
      ...person,
      ...more,
    });

    test.each<[string, SceneTimeline, string[]]>([
      ['alone', child(), ['raised@6']],
      ['alone for too short', child({ to: 5 }), []],
      ['with somebody grown', child().stands('m', grown(0.35)), []],
      [
        'with another child',
        child().stands('m', grown(0.35, { attributes: { child: 0.9 } })),
        ['raised@6', 'raised@6'],
      ],
      ['far from anybody grown', child().stands('m', grown(0.85)), ['raised@6']],
      ['left alone', child().stands('m', grown(0.35, { to: 10 })), ['raised@18']],
      ['whose company is missed for a look', child().stands('m', grown(0.35, { missed: [4, 10, 16] })), []],
      ['no model says so', child({ attributes: { child: 0.4 } }), []],
    ])('%s', (_what, script, expected) => {
      const raised = banks
        .events(script, 28)
        .filter(({ phase, details }) => phase === 'raised' && details?.['kind'] === 'child-alone');
      expect(raised.map(({ phase, second }) => `${phase}@${second}`)).toEqual(expected);
    });

    test('on calibrated cameras company is measured in metres', () => {
      const apart = (metres: number): GroundMap => ({
        toGround: () => undefined,
        toPosition: () => undefined,
        toPicture: () => undefined,
        distance: () => ({ metres, errorM: 0.1 }),
        speed: () => undefined,
      });
      const pair = child().stands('m', grown(0.35));
      expect(banks.with({}, { ground: apart(4.9) }).story(pair, 20)).toEqual([]);
      expect(banks.with({}, { ground: apart(5.1) }).story(pair, 20)).toEqual(['raised@6']);
    });
  });

  describe('climbing', () => {
    const climbs = (more: Partial<Parameters<SceneTimeline['moves']>[1]> = {}) =>
      timeline().moves('p', { from: 0, to: 10, start: at(0.3), end: at(0.5), ...person, ...more });

    test('over the line is reported at once, and lasts while whoever climbed is there', () => {
      const stays = climbs().stands('p', { box: at(0.5), from: 11, to: 30, ...person });
      expect(told(rails.events(stays, 50))).toEqual(['raised@6 rail 2', 'cleared@34 rail 2']);
      expect(rails.events(stays, 10)[0]?.details).toEqual({ kind: 'climb', direction: 'in', light: 'day' });
    });

    test.each<[string, SceneTimeline, string[]]>([
      ['leans on it', climbs({ end: at(0.39) }), []],
      ['is not confirmed', climbs({ state: 'tentative' }), []],
    ])('who %s has not climbed', (_what, script, expected) => {
      expect(rails.story(script, 20)).toEqual(expected);
    });

    test('only in the direction drawn', () => {
      const outward = new SceneCase({
        id: 'waterside_abnormal',
        zones: [{ ...rail, direction: 'out' }],
        config: watch,
      });
      expect(outward.story(climbs(), 20)).toEqual([]);
      expect(outward.story(climbs({ start: at(0.5), end: at(0.3) }), 9)).toEqual(['raised@6']);
    });
  });

  describe('suppressed', () => {
    const boat = (more: Stand = {}) => ({
      box: [0.2, 0.68, 0.5, 0.85] as const,
      from: 0,
      to: 60,
      class: 'boat' as const,
      ...more,
    });

    test.each<[string, SceneTimeline, string[]]>([
      ['aboard a boat', stands(0.75, { to: 40 }).stands('b', boat()), []],
      ['aboard, the boat missed for a look', stands(0.75, { to: 40 }).stands('b', boat({ missed: [10, 20] })), []],
      ['beside a boat', stands(0.95, { to: 6 }).stands('b', boat()), ['raised@4', 'cleared@10']],
      ['overboard', stands(0.75, { to: 20 }).stands('b', boat({ to: 10 })), ['raised@14', 'cleared@24']],
      [
        'steps from the bank into a boat',
        wades({ end: at(0.8) }).stands('b', boat({ box: [0.2, 0.6, 0.5, 0.85] })),
        [],
      ],
    ])('%s', (_what, script, expected) => {
      expect(banks.story(script, 60)).toEqual(expected);
    });

    describe('mirror images', () => {
      const owner = { box: at(0.58), from: 0, to: 20, ...person };
      const image = (more: Stand = {}) => ({
        box: [0.305, 0.6, 0.355, 0.75] as const,
        from: 0,
        to: 20,
        ...person,
        ...more,
      });
      test.each<[string, SceneTimeline, string[]]>([
        ['right below their owner', timeline().stands('o', owner).stands('r', image()), []],
        [
          'whose owner is missed for a look',
          timeline()
            .stands('o', { ...owner, missed: [6, 12] })
            .stands('r', image()),
          [],
        ],
        [
          'are too small to be one',
          timeline()
            .stands('o', owner)
            .stands('r', image({ box: [0.32, 0.68, 0.34, 0.72] })),
          ['raised@4'],
        ],
        [
          'are beside them',
          timeline()
            .stands('o', owner)
            .stands('r', image({ box: [0.4, 0.6, 0.45, 0.75] })),
          ['raised@4'],
        ],
        ['have no owner', timeline().stands('r', image()), ['raised@4']],
      ])('%s', (_what, script, expected) => {
        expect(banks.story(script, 18)).toEqual(expected);
      });

      test('who went in past somebody on the bank is none', () => {
        const both = timeline()
          .stands('o', { ...owner, box: at(0.5) })
          .moves('p', { from: 0, to: 10, start: at(0.55), end: at(0.72), ...person });
        const [raised] = banks.events(both, 12);
        expect(raised).toMatchObject({ severity: 1, subjects: [{ trackId: 'p' }] });
      });

      test('a track that jumps from its owner to its image is none', () => {
        const swapped = timeline()
          .stands('a', { box: at(0.58), from: 0, to: 6, ...person })
          .stands('a', image({ from: 6 }))
          .stands('b', image({ to: 6 }))
          .stands('b', { box: at(0.58), from: 6, to: 20, ...person });
        expect(banks.story(swapped, 18)).toEqual([]);
      });

      test('are people where the place has none', () => {
        const seen = timeline().stands('o', owner).stands('r', image());
        expect(banks.with({ ignoreReflections: false }).story(seen, 18)).toEqual(['raised@4']);
      });
    });

    test('staff in their hours', () => {
      const staffed = banks.with({ staffHours: [{ from: '08:00', to: '09:00' }] });
      // Of the 20 s after 08:59:50 ten are in the hours.
      expect(staffed.story(wades().startsAt('2026-03-02T08:30:00+08:00'), 20)).toEqual([]);
      expect(staffed.story(stands(0.75, { to: 20 }).startsAt('2026-03-02T08:59:50+08:00'), 18)).toEqual(['raised@10']);
      expect(staffed.codes(wades().startsAt('2026-03-02T08:30:00+08:00'), 20)).toContain('staff');
    });

    test('in an excluded zone', () => {
      const onJetty = stands(0.75, { box: at(0.75, 0.85) });
      expect(banks.story(onJetty, 10)).toEqual(['raised@4']);
      expect(banks.with({ exclude: ['jetty'] }).story(onJetty, 10)).toEqual([]);
    });

    test('outside the schedule', () => {
      const hours = banks.with({ schedule: [{ from: '09:00', to: '18:00' }] });
      expect(hours.story(stands(0.75, { to: 60 }).startsAt('2026-03-02T08:59:40+08:00'), 40)).toEqual(['raised@24']);
      expect(hours.story(stands(0.75, { to: 60 }).startsAt('2026-03-02T18:00:00+08:00'), 40)).toEqual([]);
    });
  });

  test('a swimmer at the lower border of the picture is in the water', () => {
    const low = stands(0.75, { box: [0.3, 0.95, 0.36, 0.999] });
    expect(banks.story(low, 10)).toEqual(['raised@4']);
  });

  test.each([2, 6, 8, 14, 30, 62])('a restart before %d s changes nothing', (restartS) => {
    const scripts = [
      wades(),
      stands(0.5, { to: 70 }).moves('p', { from: 70, to: 74, start: at(0.5), end: at(0.7), ...person }),
      stands(0.5, { to: 30, attributes: { child: 0.8 } }),
    ];
    for (const script of scripts) {
      expect(banks.eventsWithRestart(script, 90, restartS)).toEqual(banks.events(script, 90));
    }
    const climbs = timeline().moves('p', { from: 0, to: 10, start: at(0.3), end: at(0.5), ...person });
    expect(rails.eventsWithRestart(climbs, 30, restartS)).toEqual(rails.events(climbs, 30));
  });

  test('every code has its words', () => {
    expect(banks.codes(wades(), 10)).toEqual(['dwells', 'entered']);
    expect(banks.codes(stands(0.75), 10)).toEqual(['dwells', 'dwell-reached']);
    expect(banks.codes(stands(0.61), 10)).toEqual(['at-edge']);
    expect(banks.codes(stands(0.5, { attributes: { child: 0.8 } }), 10)).toEqual([
      'child-waits',
      'dwells',
      'child-alone',
    ]);
    const aboard = stands(0.75).stands('b', { box: [0.2, 0.68, 0.5, 0.85], from: 0, to: 60, class: 'boat' });
    expect(banks.codes(aboard, 10)).toEqual(['on-boat']);
    const mirrored = stands(0.58).stands('r', { box: [0.305, 0.6, 0.355, 0.75], from: 0, to: 20, ...person });
    expect(banks.codes(mirrored, 10)).toContain('reflection');
    const climbs = timeline().moves('p', { from: 0, to: 10, start: at(0.3), end: at(0.5), ...person });
    expect(rails.codes(climbs, 10)).toEqual(['climbed']);
  });
});
