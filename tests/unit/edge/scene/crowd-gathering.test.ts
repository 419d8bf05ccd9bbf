import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { GroundMap } from '../../../../src/domain/ground.ts';
import { rectangle, SceneCase, zone } from '../../../support/scene-case.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const square = zone('square', 'polygon', rectangle(0, 0.3, 1, 1));
const busStop = zone('stop', 'polygon', rectangle(0.5, 0.3, 1, 1), ['bus-stop']);
const watch = { clearAfterMs: 6_000, updateEveryMs: 3_600_000 };
const squares = new SceneCase({ id: 'crowd_gathering', zones: [square], config: watch });

type Stand = Partial<Parameters<SceneTimeline['stands']>[1]>;

/** Places in rows of five, an arm's length apart. */
const inRows = (n: number): Box => {
  const [x, y] = [0.1 + 0.06 * (n % 5), 0.5 + 0.08 * Math.floor(n / 5)];
  return [x, y - 0.15, x + 0.03, y];
};
/** Places one beside the other, in front of a counter. */
const inLine = (n: number): Box => [0.02 + 0.035 * n, 0.6, 0.04 + 0.035 * n, 0.75 + 0.002 * (n % 3)];

let ids = 0;
/** So many people, each under an id of its own. */
function crowd(count: number, more: Stand = {}, where = inRows, script = new SceneTimeline()): SceneTimeline {
  for (let n = 0; n < count; n += 1) {
    ids += 1;
    script.stands(`p${ids}`, { box: where(n), from: 0, to: 90, class: 'person', ...more });
  }
  return script;
}

/** `first` people from the start, the others from `second` on. */
const grows = (first: number, second: number, others: number, to = 400) => {
  const script = crowd(first, { to });
  return crowd(others, { from: second, to }, (n) => inRows(n + first), script);
};

describe('crowd_gathering', () => {
  test.each<[string, SceneTimeline, string[]]>([
    ['enough for long enough', crowd(15, { to: 61 }), ['raised@60', 'cleared@66']],
    ['one too few', crowd(14), []],
    ['too short', crowd(15, { to: 58 }), []],
    ['beside the square', crowd(15, {}, (n) => [inRows(n)[0], 0.05, inRows(n)[2], 0.2]), []],
    ['not people', crowd(15, { class: 'car' }), []],
    ['not confirmed', crowd(15, { state: 'tentative' }), []],
    ['never clear', crowd(15, { score: 0.4, bestScore: 0.6 }), []],
    ['all missed for one look', crowd(15, { missed: [20] }), ['raised@60', 'cleared@94']],
    ['all missed for too long', crowd(15, { missed: [20, 22, 24] }), ['raised@86', 'cleared@94']],
    [
      'scores dip on every other look',
      crowd(15, { score: (s) => (s % 4 === 0 ? 0.2 : 0.8) }),
      ['raised@62', 'cleared@92'],
    ],
    ['a gap in the stream is no dwell', crowd(15, { to: 200 }).gap(20, 60), ['raised@102', 'cleared@204']],
  ])('%s', (_what, script, expected) => {
    expect(squares.story(script, 220)).toEqual(expected);
  });

  test('each missed in turn, with new ids now and then, is the same crowd', () => {
    const script = new SceneTimeline();
    for (let n = 0; n < 16; n += 1) {
      const missed = [2 + 2 * n, 34 + 2 * n];
      script.stands(`a${n}`, { box: inRows(n), from: 0, to: 30 + n, class: 'person', missed });
      script.stands(`b${n}`, { box: inRows(n), from: 30 + n, to: 90, class: 'person', missed });
    }
    expect(squares.story(script, 120)).toEqual(['raised@60', 'cleared@94']);
  });

  test('lasts with four fifths of its people, not with fewer', () => {
    const shrinks = (to: number) =>
      crowd(
        to,
        { to: 90 },
        inRows,
        crowd(15 - to, { to: 30 }, (n) => inRows(n + to)),
      );
    expect(squares.story(shrinks(12), 120)).toEqual(['raised@60', 'cleared@94']);
    expect(squares.story(shrinks(11), 120)).toEqual([]);
  });

  test('names the count and no more than a few of them', () => {
    const [raised] = squares.events(crowd(20), 70);
    expect(raised).toMatchObject({ severity: 2, startedAt: 0, details: { count: 20, peakCount: 20, growthShare: 0 } });
    expect(raised?.subjects).toHaveLength(16);
  });

  describe('growth', () => {
    const phases = (script: SceneTimeline) =>
      squares.events(script, 420).map(({ phase, second, severity }) => `${phase}@${second} ${severity}`);
    test.each<[string, SceneTimeline, string[]]>([
      ['by half: severity 1', grows(16, 150, 8), ['raised@60 2', 'updated@160 1', 'cleared@404 1']],
      ['by less', grows(16, 150, 7), ['raised@60 2', 'cleared@404 2']],
    ])('%s', (_what, script, expected) => {
      expect(phases(script)).toEqual(expected);
    });

    test('slow growth, never half within the time, is none', () => {
      const script = crowd(16, { to: 900 });
      // One more every minute: by a quarter in five minutes.
      for (let n = 0; n < 12; n += 1) crowd(1, { from: 60 * (n + 2), to: 900 }, () => inRows(16 + n), script);
      const severities = new Set(squares.events(script, 890).map(({ severity }) => severity));
      expect(severities).toEqual(new Set([2]));
    });

    test('a look that misses many and then sees them again is none', () => {
      const blinks = crowd(
        8,
        { to: 300 },
        inRows,
        crowd(10, { to: 300, missed: [100] }, (n) => inRows(n + 8)),
      );
      expect(new Set(squares.events(blinks, 280).map(({ severity }) => severity))).toEqual(new Set([2]));
    });
  });

  test('who waits at a bus stop does not count', () => {
    const stops = new SceneCase({ id: 'crowd_gathering', zones: [square, busStop], config: watch });
    const atStop = crowd(15, {}, (n) => [inRows(n)[0] + 0.5, inRows(n)[1], inRows(n)[2] + 0.5, inRows(n)[3]]);
    expect(squares.story(atStop, 80)).toEqual(['raised@60']);
    expect(stops.story(atStop, 80)).toEqual([]);
    const excluded = squares.with({ zones: ['square'] });
    expect(excluded.story(atStop, 80)).toEqual(['raised@60']);
    expect(
      new SceneCase({
        id: 'crowd_gathering',
        zones: [square, busStop],
        config: { ...watch, zones: ['square'], exclude: ['stop'] },
      }).story(atStop, 80),
    ).toEqual([]);
  });

  describe('school hours', () => {
    const schools = squares.with({ schoolHours: [{ days: ['workday'], from: '07:20', to: '08:00' }] });
    const parents = (time: string) => crowd(15, { to: 300 }).startsAt(time);
    test.each([
      ['within', '2026-03-02T07:30:00+08:00', []],
      // They stood there all the while: from the end of the hours on it is a crowd.
      ['when they end', '2026-03-02T07:58:00+08:00', ['raised@120']],
      ['on a Sunday', '2026-03-01T07:30:00+08:00', ['raised@60']],
    ])('%s', (_what, time, expected) => {
      expect(schools.story(parents(time), 180)).toEqual(expected);
    });
  });

  describe('a queue', () => {
    test('is no crowd', () => {
      expect(squares.story(crowd(20, {}, inLine), 90)).toEqual([]);
      expect(squares.codes(crowd(20, {}, inLine), 70)).toEqual(['gathers', 'queue']);
    });

    test('counts where queues are not told', () => {
      expect(squares.with({ queueAcrossM: 0 }).story(crowd(20, {}, inLine), 70)).toEqual(['raised@60']);
    });

    test('that breaks up into a crowd is one soon', () => {
      const mixes = crowd(20, { to: 70 }, inLine).lookEvery(2);
      crowd(20, { from: 70, to: 120 }, inRows, mixes);
      const [first] = squares.events(mixes, 110);
      expect(first).toMatchObject({ phase: 'raised', severity: 2 });
      expect(first?.second).toBeGreaterThan(76);
      expect(first?.second).toBeLessThan(90);
    });

    test('on calibrated cameras goes by metres', () => {
      // Seen from the side, five rows deep: on the picture hardly more than a line.
      const flat = (n: number): Box => [0.02 + 0.045 * n, 0.6, 0.06 + 0.045 * n, 0.8 + 0.004 * (n % 5)];
      const ground: GroundMap = {
        toGround: ([x, y]) => ({ east: x * 10, north: (1 - y) * 250, errorM: 0.1 }),
        toPosition: () => undefined,
        toPicture: () => undefined,
        distance: () => undefined,
        speed: () => undefined,
      };
      expect(squares.story(crowd(20, {}, flat), 70)).toEqual([]);
      expect(squares.with({}, { ground }).story(crowd(20, {}, flat), 70)).toEqual(['raised@60']);
    });
  });

  test('outside the schedule nothing counts', () => {
    const hours = squares.with({ schedule: [{ from: '09:00', to: '18:00' }] });
    const people = crowd(15, { to: 300 }).startsAt('2026-03-02T08:59:30+08:00');
    expect(hours.story(people, 120)).toEqual(['raised@90']);
  });

  test.each([10, 60, 70, 152, 170])('a restart before %d s changes nothing', (restartS) => {
    const script = grows(16, 150, 8);
    expect(squares.eventsWithRestart(script, 420, restartS)).toEqual(squares.events(script, 420));
  });

  test('an incident from before a restart goes on with whoever is there', () => {
    const scenes = squares.scenes();
    scenes.resume([
      {
        incidentId: 'from-before' as never,
        cameraId: 'c' as never,
        scene: 'crowd_gathering',
        zoneId: square.id,
        startedAt: -400_000,
        observedAt: -5_000,
        subjects: [{ class: 'person', score: 0.8, box: inRows(3), trackId: 'old' as never, dwellMs: 390_000 }],
        traceparent: '',
      },
    ]);
    const events = crowd(15, { to: 20 }).play(scenes, 60);
    expect(events.map(({ phase, incidentId }) => `${phase} ${incidentId}`)).toEqual(['cleared from-before']);
  });

  test('every code has its words', () => {
    expect(squares.codes(crowd(14), 10)).toEqual(['too-few']);
    expect(squares.codes(crowd(15), 70)).toEqual(['gathers', 'crowd']);
    const schools = squares.with({ schoolHours: [{ from: '00:00', to: '24:00' }] });
    expect(schools.codes(crowd(15), 70)).toEqual(['gathers', 'school-hours']);
  });
});
