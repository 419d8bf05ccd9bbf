import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import { rectangle, SceneCase, zone } from '../../../support/scene-case.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const hall = zone('hall', 'polygon', rectangle(0, 0.2, 1, 1));
const bed = zone('bed', 'polygon', rectangle(0.6, 0.2, 1, 1));
const halls = new SceneCase({
  id: 'person_down',
  zones: [hall, bed],
  config: { zones: ['hall'], clearAfterMs: 6_000, updateEveryMs: 3_600_000 },
});

type Stand = Partial<Parameters<SceneTimeline['stands']>[1]>;

/** On a square picture, so that proportions are those of the numbers: 0.4 high and 0.15 wide. */
const upright: Box = [0.3, 0.4, 0.45, 0.8];
/** 0.4 wide and 0.18 high, where it stood. */
const lying: Box = [0.2, 0.62, 0.6, 0.8];
/** Neither: 0.22 wide and 0.22 high. */
const crouching: Box = [0.28, 0.58, 0.5, 0.8];
const squares = (everyS = 2) => new SceneTimeline().aspect(1).lookEvery(everyS);
const person = { class: 'person' as const };

/** Upright until `fallS`, then lying until `to`; `ids`: the track breaks in the fall. */
const falls = (
  more: Stand & {
    fallS?: number;
    everyS?: number;
    down?: Box | ((second: number) => Box);
    ids?: [string, string];
  } = {},
) => {
  const { fallS = 6, everyS = 2, down = lying, ids = ['p', 'p'], from = 0, to = 40, missed = [], ...looks } = more;
  const downAt = typeof down === 'function' ? down : () => down;
  return squares(everyS)
    .stands(ids[0], { box: upright, from, to: fallS, missed, ...person, ...looks })
    .stands(ids[1], { box: downAt, from: fallS, to, missed, ...person, ...looks });
};

describe('person_down', () => {
  test.each<[string, SceneTimeline, string[]]>([
    // Lying from 6 s on; last seen at 38 s.
    ['falls and lies still', falls(), ['raised@16', 'cleared@44']],
    ['just long enough', falls({ to: 17 }), ['raised@16', 'cleared@22']],
    ['just too short', falls({ to: 16 }), []],
    ['gets up before', falls({ to: 14 }).stands('p', { box: upright, from: 14, to: 40, ...person }), []],
    ['at four looks a second', falls({ everyS: 0.25, to: 17 }), ['raised@16', 'cleared@22.75']],
    ['just wide enough', falls({ down: [0.25, 0.6, 0.5, 0.8] }), ['raised@16', 'cleared@44']],
    ['not quite wide enough', falls({ down: [0.25, 0.58, 0.5, 0.8] }), []],
    ['crouches', falls({ down: crouching }), []],
    ['half hidden behind a counter: wide, but short', falls({ down: [0.3, 0.4, 0.46, 0.52] }), []],
    ['outside the zone', falls({ down: [0.2, 0.02, 0.6, 0.19] }), []],
    ['not a person', falls({ class: 'animal' }), []],
    ['not confirmed', falls({ state: 'tentative' }), []],
    ['never clear', falls({ score: 0.4, bestScore: 0.6 }), []],
    ['missed for one look', falls({ missed: [10] }), ['raised@16', 'cleared@44']],
    ['missed for too long: lies still anew', falls({ missed: [10, 12, 14] }), ['raised@26', 'cleared@44']],
    ['score dips', falls({ score: (s) => (s === 8 || s === 12 ? 0.1 : 0.8) }), ['raised@16', 'cleared@44']],
    [
      'looks upright for one look',
      falls({ down: (s) => (s === 10 ? [0.35, 0.4, 0.5, 0.8] : lying) }),
      ['raised@16', 'cleared@44'],
    ],
    ['a gap in the stream is no dwell', falls({ to: 80 }).gap(10, 40), ['raised@48', 'cleared@84']],
  ])('%s', (_what, script, expected) => {
    expect(halls.story(script, 100)).toEqual(expected);
  });

  describe('a fall', () => {
    test.each<[string, SceneTimeline, string[]]>([
      [
        'who lay there from the start did not fall',
        squares().stands('p', { box: lying, from: 0, to: 60, ...person }),
        [],
      ],
      ['who was upright just before did', falls({ fallS: 4 }), ['raised@14', 'cleared@44']],
      ['a gap between upright and lying may hide anything', falls({ fallS: 30, to: 60 }).gap(6, 30), []],
    ])('%s', (_what, script, expected) => {
      expect(halls.story(script, 80)).toEqual(expected);
    });

    const slowly = (crouchS: number) =>
      squares()
        .stands('p', { box: upright, from: 0, to: 6, ...person })
        .stands('p', { box: crouching, from: 6, to: 6 + crouchS, ...person })
        .stands('p', { box: lying, from: 6 + crouchS, to: 60, ...person });
    test('takes ten seconds at most: who sat for longer lay down', () => {
      // Last upright at 4 s; lying from 14 s or from 16 s on.
      expect(halls.story(slowly(8), 40)).toEqual(['raised@24']);
      expect(halls.story(slowly(10), 40)).toEqual([]);
    });

    test('is not forgotten while the person sits up and lies down again', () => {
      const again = falls({ to: 12 })
        .stands('p', { box: crouching, from: 12, to: 40, ...person })
        .stands('p', { box: lying, from: 40, to: 60, ...person });
      expect(halls.story(again, 60)).toEqual(['raised@50']);
      const stoodUp = falls({ to: 12 })
        .stands('p', { box: upright, from: 12, to: 24, ...person })
        .stands('p', { box: crouching, from: 24, to: 40, ...person })
        .stands('p', { box: lying, from: 40, to: 60, ...person });
      expect(halls.story(stoodUp, 60)).toEqual([]);
    });
  });

  describe('the track breaks in the fall', () => {
    const ids: [string, string] = ['p1', 'p2'];
    test.each<[string, SceneTimeline, string[]]>([
      ['at one look in two seconds', falls({ ids }), ['raised@16', 'cleared@44']],
      ['at four looks a second', falls({ ids, everyS: 0.25, to: 17 }), ['raised@16', 'cleared@22.75']],
      ['unseen for longer than five seconds', falls({ ids, missed: [6, 8] }), []],
      ['unseen for less than that', falls({ ids, missed: [6] }), ['raised@18', 'cleared@44']],
      ['somewhere else', falls({ ids, down: [0.6, 0.82, 0.99, 0.98] }), []],
      [
        'crouching at first',
        squares()
          .stands('p1', { box: upright, from: 0, to: 6, ...person })
          .stands('p2', { box: crouching, from: 6, to: 8, ...person })
          .stands('p2', { box: lying, from: 8, to: 40, ...person }),
        ['raised@18', 'cleared@44'],
      ],
      [
        'but who stood there still does',
        squares()
          .stands('p1', { box: upright, from: 0, to: 60, ...person })
          .stands('p2', { box: lying, from: 6, to: 60, ...person }),
        [],
      ],
    ])('%s', (_what, script, expected) => {
      expect(halls.story(script, 80)).toEqual(expected);
    });

    test('and the detector is never sure of who lies', () => {
      const dim = { state: 'tentative', score: 0.4, bestScore: 0.5 } as const;
      const script = (clear: Stand) =>
        squares()
          .stands('p1', { box: upright, from: 0, to: 6, ...person, ...clear })
          .stands('p2', { box: lying, from: 6, to: 40, ...person, ...dim });
      expect(halls.story(script({}), 60)).toEqual(['raised@16', 'cleared@44']);
      expect(halls.story(script(dim), 60)).toEqual([]);
    });

    test('of two who lie there only one stood there', () => {
      const beside: Box = [0.25, 0.75, 0.65, 0.93];
      const two = falls({ ids }).stands('p3', { box: beside, from: 6, to: 40, ...person });
      expect(halls.events(two, 40).map(({ subjects }) => subjects[0]?.trackId)).toEqual(['p2']);
    });
  });

  test('a clock that is set back between upright and lying makes no fall', () => {
    const scenes = halls.scenes();
    falls({ fallS: 90, to: 90 }).startsAt('2026-03-02T10:00:00+08:00').play(scenes, 20);
    const lies = squares()
      .stands('p', { box: lying, from: 0, to: 40, ...person })
      .startsAt('2026-03-02T09:00:00+08:00');
    expect(lies.play(scenes, 40)).toEqual([]);
  });

  test('a new track id while it lies is the same incident', () => {
    const switched = falls({ to: 20 }).stands('p9', { box: [0.21, 0.62, 0.61, 0.8], from: 20, to: 40, ...person });
    expect(halls.story(switched, 60)).toEqual(['raised@16', 'cleared@44']);
    const sooner = falls({ to: 10 }).stands('p9', { box: [0.21, 0.62, 0.61, 0.8], from: 10, to: 40, ...person });
    expect(halls.story(sooner, 60)).toEqual(['raised@16', 'cleared@44']);
  });

  test('who moves does not lie still', () => {
    const crawls = falls({ down: (s) => [0.2 + (s - 6) * 0.01, 0.62, 0.6 + (s - 6) * 0.01, 0.8] });
    // 0.01 a second of a length of 0.4: past 0.3 of it after 12 s, when it was reported already.
    expect(halls.story(crawls, 60)).toEqual(['raised@16', 'cleared@44']);
    const faster = falls({ to: 30, down: (s) => [0.2 + (s - 6) * 0.015, 0.62, 0.6 + (s - 6) * 0.015, 0.8] });
    expect(halls.story(faster, 60)).toEqual([]);
    expect(halls.codes(faster, 28)).toContain('stirs');
  });

  describe('a model that tells postures', () => {
    const alongView: Box = [0.3, 0.5, 0.45, 0.8];
    const prone = (score: number) =>
      squares()
        .stands('p', { box: upright, from: 0, to: 6, ...person })
        .stands('p', { box: alongView, from: 6, to: 40, ...person, attributes: { prone: score } });
    test('is believed from its threshold on', () => {
      expect(halls.story(prone(0.5), 60)).toEqual(['raised@16', 'cleared@44']);
      expect(halls.story(prone(0.49), 60)).toEqual([]);
      expect(halls.events(prone(0.5), 20)[0]?.details).toMatchObject({ widthByHeight: 0.5, prone: 0.5 });
    });

    test('and when it says that somebody sits', () => {
      const sits = squares()
        .stands('p', { box: upright, from: 0, to: 6, ...person })
        .stands('p', { box: lying, from: 6, to: 40, ...person, attributes: { sitting: 0.8 } });
      expect(halls.story(sits, 60)).toEqual([]);
    });
  });

  test('proportions are those of pixels', () => {
    // 0.3 by 0.3 of a 16:9 picture is 1.78 times as wide as high; of a square one it is not.
    const box: Box = [0.3, 0.5, 0.6, 0.8];
    const wide = new SceneTimeline()
      .stands('p', { box: upright, from: 0, to: 6, ...person })
      .stands('p', { box, from: 6, to: 40, ...person });
    expect(halls.story(wide, 60)).toEqual(['raised@16', 'cleared@44']);
    expect(halls.story(falls({ down: box }), 60)).toEqual([]);
  });

  describe('suppressed', () => {
    test('on beds and benches', () => {
      const inBed = falls({ down: [0.5, 0.62, 0.9, 0.8] });
      expect(halls.story(inBed, 40)).toEqual(['raised@16']);
      expect(halls.with({ exclude: ['bed'] }).story(inBed, 40)).toEqual([]);
    });

    test('people at work in their hours', () => {
      const garage = halls.with({ workHours: [{ from: '08:00', to: '17:00' }] });
      const at = (time: string) => falls({ to: 80 }).startsAt(time);
      expect(garage.story(at('2026-03-02T10:00:00+08:00'), 60)).toEqual([]);
      expect(garage.codes(at('2026-03-02T10:00:00+08:00'), 60)).toEqual(['not-lying', 'lies', 'at-work']);
      expect(garage.story(at('2026-03-02T16:59:30+08:00'), 60)).toEqual(['raised@30']);
      expect(garage.story(at('2026-03-02T17:00:00+08:00'), 60)).toEqual(['raised@16']);
    });

    test('people in uniform, unless asked for', () => {
      const worker = falls({ attributes: { uniform: 0.9 } });
      expect(halls.story(worker, 40)).toEqual([]);
      expect(halls.codes(worker, 40)).toEqual(['not-lying', 'lies', 'in-uniform']);
      expect(halls.with({ uniformsWork: false }).story(worker, 40)).toEqual(['raised@16']);
    });
  });

  test('outside the schedule nothing counts', () => {
    const nights = halls.with({ schedule: [{ from: '22:00', to: '06:00' }] });
    expect(nights.story(falls().startsAt('2026-03-02T21:59:00+08:00'), 50)).toEqual([]);
    expect(nights.story(falls().startsAt('2026-03-02T22:00:00+08:00'), 40)).toEqual(['raised@16']);
    expect(nights.story(falls().startsAt('2026-03-03T05:59:50+08:00'), 40)).toEqual([]);
  });

  test('is of severity 1, and says how soon after standing', () => {
    const [raised] = halls.events(falls(), 20);
    expect(raised).toMatchObject({ severity: 1, startedAt: 6_000, details: { widthByHeight: 2.22, fellMs: 2_000 } });
  });

  test('only somebody who fell makes the camera decide', () => {
    const standing = halls.scenes();
    falls({ fallS: 30 }).play(standing, 20);
    expect(standing.demand?.decisionInMs).toBeUndefined();
    const down = halls.scenes();
    falls().play(down, 12);
    expect(down.demand?.decisionInMs).toBe(4_000);
    expect(down.pendingSince).toEqual([6_000]);
  });

  test.each([2, 6, 8, 12, 20, 42])('a restart before %d s changes nothing', (restartS) => {
    for (const script of [falls(), falls({ ids: ['p1', 'p2'] }), falls({ missed: [10, 12, 14] })]) {
      expect(halls.eventsWithRestart(script, 60, restartS)).toEqual(halls.events(script, 60));
    }
  });

  test('an incident from before a restart goes on with who lies there', () => {
    const scenes = halls.scenes();
    scenes.resume([
      {
        incidentId: 'from-before' as never,
        cameraId: 'c' as never,
        scene: 'person_down',
        zoneId: hall.id,
        startedAt: -40_000,
        observedAt: -5_000,
        subjects: [{ class: 'person', score: 0.8, box: lying, trackId: 'old' as never, dwellMs: 30_000 }],
        traceparent: '',
      },
    ]);
    const events = squares()
      .stands('p7', { box: lying, from: 0, to: 20, ...person })
      .play(scenes, 40);
    expect(events.map(({ phase, second, incidentId }) => `${phase}@${second} ${incidentId}`)).toEqual([
      'cleared@24 from-before',
    ]);
  });

  test('every code has its words', () => {
    expect(halls.codes(falls(), 40)).toEqual(['not-lying', 'lies', 'fell']);
    expect(halls.codes(squares().stands('p', { box: lying, from: 0, to: 60, ...person }), 40)).toEqual(['no-fall']);
  });
});
