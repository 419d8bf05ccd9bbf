import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import { rectangle, SceneCase, zone } from '../../../support/scene-case.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const lobby = zone('lobby', 'polygon', rectangle(0.6, 0, 1, 1));
const mats = zone('mats', 'polygon', rectangle(0.9, 0, 1, 1));
/** From bottom to top: `in`, from its left to its right, leads inside. */
const door = zone('door', 'line', [
  [0.5, 1],
  [0.5, 0],
]);

const watch = { clearAfterMs: 6_000, updateEveryMs: 3_600_000 };
const doors = new SceneCase({ id: 'ebike_indoor', zones: [door], config: watch });
const lobbies = new SceneCase({ id: 'ebike_indoor', zones: [lobby, mats], config: { ...watch, zones: ['lobby'] } });
const both = new SceneCase({ id: 'ebike_indoor', zones: [door, lobby], config: watch });

const ebike = { class: 'e-bike' as const };
const outside: Box = [0.2, 0.5, 0.3, 0.8];
const inside: Box = [0.7, 0.5, 0.8, 0.8];
type Way = Partial<Parameters<SceneTimeline['moves']>[1]>;
type Stand = Partial<Parameters<SceneTimeline['stands']>[1]>;

/** The anchor passes the door, x 0.5, at 5 s; looks are every 2 s. */
const enters = (more: Way = {}) =>
  new SceneTimeline().moves('b1', { from: 0, to: 10, start: outside, end: inside, ...ebike, ...more });
const stays = (more: Stand = {}) =>
  new SceneTimeline().stands('b1', { box: inside, from: 0, to: 40, ...ebike, ...more });
/** One track whose class flickers: `other` on the seconds given. */
const flickers = (seconds: readonly number[], other: ObjectClass) => {
  const rest = Array.from({ length: 60 }, (_, second) => second).filter((second) => !seconds.includes(second));
  return stays({ missed: seconds }).stands('b1', { box: inside, from: 0, to: 40, class: other, missed: rest });
};

describe('ebike_indoor', () => {
  describe('at the door', () => {
    test('crossing inward raises at once, with the frames before and after', () => {
      const [raised] = doors.events(enters(), 30);
      expect(raised).toMatchObject({ phase: 'raised', second: 6, startedAt: 4_000, severity: 2 });
      expect(raised?.details).toMatchObject({ kind: 'entered', direction: 'in', fromY: 0.8 });
      expect(raised?.details?.['fromX']).toBeCloseTo(0.45);
      expect(doors.story(enters(), 30)).toEqual(['raised@6', 'cleared@16']);
    });

    test.each<[string, SceneTimeline, string[]]>([
      ['outward', enters({ start: inside, end: outside }), []],
      ['stops on the threshold', enters({ end: [0.44, 0.5, 0.54, 0.8] }), []],
      ['a bicycle', enters({ class: 'bicycle' }), []],
      ['a wheelchair', enters({ class: 'wheelchair' }), []],
      ['a pram', enters({ class: 'pram' }), []],
      ['never clear', enters({ score: 0.4, bestScore: 0.6 }), []],
      ['crosses while the stream is down', enters({ to: 30 }).gap(10, 24), []],
      [
        'goes out again: over',
        enters().moves('b1', { from: 11, to: 20, start: inside, end: outside, ...ebike }),
        ['raised@6', 'cleared@20'],
      ],
      [
        'stays under another track id: one incident',
        enters().stands('b2', { box: inside, from: 11, to: 30, ...ebike }),
        ['raised@6', 'cleared@34'],
      ],
    ])('%s', (_what, script, expected) => {
      expect(doors.story(script, 40)).toEqual(expected);
    });

    test('a line drawn the other way round says which direction leads inside', () => {
      const turned = new SceneCase({ id: 'ebike_indoor', zones: [{ ...door, direction: 'out' }], config: watch });
      expect(turned.story(enters(), 30)).toEqual([]);
      expect(turned.story(enters({ start: inside, end: outside }), 30)).toEqual(['raised@6', 'cleared@16']);
    });
  });

  test('a door line without a direction leads to the lobby, however it is drawn', () => {
    const drawn = (points: typeof door.points) =>
      new SceneCase({ id: 'ebike_indoor', zones: [{ ...door, points }, lobby], config: watch });
    for (const points of [door.points, [...door.points].reverse()]) {
      expect(drawn(points).story(enters(), 11)).toEqual(['raised@6']);
      expect(drawn(points).story(enters({ start: inside, end: outside }), 11)).toEqual([]);
    }
  });

  describe('in the lobby', () => {
    test.each<[string, SceneTimeline, string[]]>([
      ['just long enough', stays({ to: 31 }), ['raised@30', 'cleared@36']],
      ['just too short', stays({ to: 30 }), []],
      ['in front of it', stays({ box: outside }), []],
      ['too small', stays({ box: [0.7, 0.78, 0.71, 0.8] }), []],
      ['missed for one look', stays({ missed: [10] }), ['raised@30', 'cleared@44']],
      ['missed for too long', stays({ missed: [10, 12, 14] }), []],
      ['score dips', stays({ score: (second) => (second % 8 === 0 ? 0.1 : 0.8) }), ['raised@34', 'cleared@44']],
      ['a gap in the stream is no dwell', stays({ to: 80 }).gap(10, 40), ['raised@62']],
      [
        'another track id on the same spot',
        stays({ to: 20 }).stands('b2', { box: [0.705, 0.5, 0.805, 0.8], from: 20, to: 40, ...ebike }),
        ['raised@30', 'cleared@44'],
      ],
      ['a bicycle', stays({ class: 'bicycle' }), []],
      ['now and then a bicycle', flickers([4, 10, 16, 22], 'bicycle'), ['raised@30', 'cleared@44']],
      ['mostly a bicycle', flickers([2, 4, 6, 10, 12, 14, 18, 20, 22, 26, 28, 30, 34, 36, 38], 'bicycle'), []],
      [
        'seen as a clearer pram as well',
        stays().stands('p1', { box: inside, from: 0, to: 40, class: 'pram', score: 0.85 }),
        [],
      ],
      [
        'a pram beside it',
        stays().stands('p1', { box: [0.82, 0.5, 0.9, 0.8], from: 0, to: 40, class: 'pram', score: 0.85 }),
        ['raised@30', 'cleared@44'],
      ],
    ])('%s', (_what, script, expected) => {
      expect(lobbies.story(script, 70)).toEqual(expected);
    });

    test('in an excluded zone it may stand', () => {
      const onMat = stays({ box: [0.91, 0.5, 0.99, 0.8] });
      expect(lobbies.with({ exclude: ['mats'] }).story(onMat, 40)).toEqual([]);
      expect(lobbies.story(onMat, 40)).toEqual(['raised@30']);
    });

    test('whose class flickers is reported as an e-bike', () => {
      const [raised] = lobbies.events(flickers([30], 'bicycle'), 34);
      expect(raised).toMatchObject({ second: 30, subjects: [{ class: 'e-bike', trackId: 'b1' }] });
    });

    test('outside the schedule nothing counts', () => {
      const hours = lobbies.with({ schedule: [{ from: '09:00', to: '18:00' }] });
      expect(hours.story(stays({ to: 120 }).startsAt('2026-03-02T08:59:30+08:00'), 80)).toEqual(['raised@60']);
      expect(hours.story(stays({ to: 120 }).startsAt('2026-03-02T17:59:40+08:00'), 80)).toEqual([]);
    });
  });

  test('who came over the door line is not reported by the lobby again', () => {
    const comesToStay = enters().stands('b1', { box: inside, from: 11, to: 80, ...ebike });
    const events = both.events(comesToStay, 100);
    expect(events.map(({ phase, second, zone: where }) => `${phase}@${second} ${where.id}`)).toEqual([
      'raised@6 door',
      'cleared@84 door',
    ]);
    expect(both.codes(comesToStay, 100)).toEqual(['outside-zone', 'entered', 'counted-at-door']);
  });

  test.each([4, 6, 10, 16, 32])('a restart before %d s changes nothing', (restartS) => {
    const scripts = [
      flickers([4, 10, 16, 22], 'bicycle'),
      enters().stands('b1', { box: inside, from: 11, to: 30, ...ebike }),
    ];
    for (const script of scripts) {
      expect(lobbies.eventsWithRestart(script, 60, restartS)).toEqual(lobbies.events(script, 60));
      expect(doors.eventsWithRestart(script, 60, restartS)).toEqual(doors.events(script, 60));
    }
  });

  test('every code has its words', () => {
    expect(lobbies.codes(stays(), 40)).toEqual(['dwells', 'dwell-reached']);
    expect(lobbies.codes(stays({ class: 'bicycle' }), 40)).toEqual(['dwells', 'look-alike']);
  });
});
