import { describe, expect, test } from 'vitest';
import { rectangle, SceneCase, zone } from '../../../support/scene-case.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const yard = zone('yard', 'polygon', rectangle(0.5, 0, 1, 1), ['site']);
const shed = zone('shed', 'polygon', rectangle(0.8, 0, 1, 1));
const alley = zone('alley', 'polygon', rectangle(0, 0, 0.5, 1), ['loitering']);
/** From bottom to top: `in` is from its left to its right. */
const fence = zone('fence', 'line', [
  [0.5, 1],
  [0.5, 0],
]);

const watch = { clearAfterMs: 6_000, updateEveryMs: 3_600_000 };
const yards = new SceneCase({ id: 'zone_intrusion', zones: [yard, shed], config: { ...watch, zones: ['yard'] } });
const fences = new SceneCase({ id: 'zone_intrusion', zones: [fence], config: watch });
const alleys = new SceneCase({ id: 'zone_intrusion', zones: [alley], config: watch });

const timeline = () => new SceneTimeline().lookEvery(1);
const person = { class: 'person' as const };
const inYard = [0.6, 0.4, 0.7, 0.8] as const;

const walker = (seconds: number) =>
  timeline().moves('p1', { from: 0, to: seconds, start: [0.3, 0.4, 0.4, 0.8], end: [0.8, 0.4, 0.9, 0.8], ...person });
const stays = (more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
  timeline().stands('p1', { box: inYard, from: 0, to: 8, ...person, ...more });

describe('zone_intrusion', () => {
  test.each<[string, SceneTimeline, string[]]>([
    ['walks in: five seconds after the border', walker(31), ['raised@15', 'cleared@37']],
    ['runs through in less', walker(6), []],
    ['just long enough', stays({ to: 6 }), ['raised@5', 'cleared@11']],
    ['just too short', stays({ to: 5 }), []],
    ['beside the zone', stays({ box: [0.38, 0.4, 0.48, 0.8] }), []],
    ['missed for a moment', stays({ to: 10, missed: [2, 3] }), ['raised@5', 'cleared@15']],
    ['missed for too long', stays({ to: 12, missed: [2, 3, 4, 5, 6] }), []],
    ['score dips', stays({ score: (second) => (second % 2 === 0 ? 0.8 : 0.2) }), ['raised@6', 'cleared@12']],
    ['never clear', stays({ score: 0.4, bestScore: 0.6 }), []],
    ['not confirmed', stays({ state: 'tentative' }), []],
    ['an animal', stays({ class: 'animal', to: 60 }), []],
    ['an excavator', stays({ class: 'excavator' }), ['raised@5', 'cleared@13']],
    ['no bicycle asked for', stays({ class: 'bicycle' }), []],
    ['a gap in the stream is no dwell', stays({ to: 60 }).gap(3, 50), ['raised@53', 'cleared@65']],
  ])('%s', (_what, script, expected) => {
    expect(yards.story(script, 70)).toEqual(expected);
  });

  test('a new track id on the same spot keeps the dwell', () => {
    const switched = stays({ to: 3 }).stands('p2', { box: [0.605, 0.4, 0.705, 0.8], from: 3, to: 8, ...person });
    expect(yards.story(switched, 20)).toEqual(['raised@5', 'cleared@13']);
  });

  test('in an excluded zone nobody counts', () => {
    const inShed = stays({ box: [0.82, 0.4, 0.9, 0.8] });
    expect(yards.story(inShed, 20)).toEqual(['raised@5', 'cleared@13']);
    expect(yards.with({ exclude: ['shed'] }).story(inShed, 20)).toEqual([]);
  });

  test('a person under whom a clearer animal is seen is one', () => {
    const dog = stays().stands('d1', { box: inYard, from: 0, to: 8, class: 'animal', score: 0.85 });
    expect(yards.story(dog, 20)).toEqual([]);
    expect(yards.codes(dog, 20)).toContain('animal');
    // Somebody with a dog beside them is still somebody.
    const walksDog = stays().stands('d1', { box: [0.7, 0.7, 0.8, 0.8], from: 0, to: 8, class: 'animal', score: 0.85 });
    expect(yards.story(walksDog, 20)).toEqual(['raised@5', 'cleared@13']);
    // So is somebody whom the detector takes for an animal now and then.
    const once = stays().stands('d1', { box: inYard, from: 3, to: 5, class: 'animal', score: 0.85 });
    expect(yards.story(once, 20)).toEqual(['raised@5', 'cleared@13']);
  });

  describe('staff hours', () => {
    const at = (time: string) => stays({ to: 60 }).startsAt(time);
    const staffed = yards.with({ staffHours: [{ from: '08:00', to: '09:00' }] });
    test.each([
      ['within', '2026-03-02T08:55:00+08:00', []],
      ['from their end on', '2026-03-02T08:59:30+08:00', ['raised@30', 'cleared@65']],
      ['after them', '2026-03-02T09:00:00+08:00', ['raised@5', 'cleared@65']],
    ])('%s', (_what, time, expected) => {
      expect(staffed.story(at(time), 70)).toEqual(expected);
    });

    test('only people in uniform, where asked', () => {
      const uniforms = staffed.with({ staffInUniform: true });
      const worker = stays({ attributes: { uniform: 0.9 } }).startsAt('2026-03-02T08:30:00+08:00');
      const stranger = stays({ attributes: { uniform: 0.1 } }).startsAt('2026-03-02T08:30:00+08:00');
      expect(uniforms.story(worker, 20)).toEqual([]);
      expect(uniforms.codes(worker, 20)).toEqual(['dwells', 'staff']);
      expect(uniforms.story(stranger, 20)).toEqual(['raised@5', 'cleared@13']);
    });
  });

  test('the schedule opens: dwell counts from then on', () => {
    const scheduled = yards.with({ schedule: [{ from: '09:00', to: '18:00' }] });
    const early = stays({ to: 60 }).startsAt('2026-03-02T08:59:40+08:00');
    expect(scheduled.story(early, 70)).toEqual(['raised@25', 'cleared@65']);
    expect(scheduled.codes(early, 10)).toEqual(['outside-schedule']);
  });

  describe('loitering zones', () => {
    const lingers = (to: number) => stays({ box: [0.2, 0.4, 0.3, 0.8], to });
    test('need the longer stay', () => {
      expect(alleys.story(lingers(121), 140)).toEqual(['raised@120', 'cleared@126']);
      expect(alleys.story(lingers(120), 140)).toEqual([]);
    });

    test('say so', () => {
      expect(alleys.events(lingers(130), 125)[0]?.details).toMatchObject({ kind: 'loitering' });
      expect(yards.events(stays(), 6)[0]?.details).toMatchObject({ kind: 'intrusion' });
    });
  });

  describe('lines', () => {
    const over = (more: Partial<Parameters<SceneTimeline['moves']>[1]> = {}) =>
      timeline().moves('p1', {
        from: 0,
        to: 10,
        start: [0.19, 0.4, 0.29, 0.8],
        end: [0.69, 0.4, 0.79, 0.8],
        ...person,
        ...more,
      });

    test('act at once, and last while whoever crossed is there', () => {
      const [raised] = fences.events(over(), 20);
      // From x 0.24 to 0.74 in 10 s: the anchor passes 0.5 after the look at 5 s.
      expect(raised).toMatchObject({ phase: 'raised', second: 6, startedAt: 5_000 });
      expect(raised?.details).toEqual({ kind: 'crossing', direction: 'in' });
      expect(fences.story(over(), 20)).toEqual(['raised@6', 'cleared@16']);
    });

    test.each<[string, SceneTimeline, string[]]>([
      ['stops in front of it', over({ end: [0.44, 0.4, 0.54, 0.8] }), []],
      ['starts behind it', over({ start: [0.5, 0.4, 0.6, 0.8] }), []],
      [
        'trembles on it',
        timeline().stands('p1', {
          box: (s) => [0.44 + (s % 2) * 0.02, 0.4, 0.54 + (s % 2) * 0.02, 0.8],
          from: 0,
          to: 30,
          ...person,
        }),
        [],
      ],
      ['was out of view for a gap of the stream', over({ to: 30 }).gap(10, 25), []],
      [
        'is confirmed after it crossed',
        over({ state: 'tentative' }).stands('p1', { box: inYard, from: 11, to: 14, ...person }),
        ['raised@11', 'cleared@19'],
      ],
    ])('%s', (_what, script, expected) => {
      expect(fences.story(script, 40)).toEqual(expected);
    });

    test('with a direction only that one counts, and coming back ends it', () => {
      const out = new SceneCase({ id: 'zone_intrusion', zones: [{ ...fence, direction: 'out' }], config: watch });
      expect(out.story(over(), 30)).toEqual([]);
      const oneWay = new SceneCase({ id: 'zone_intrusion', zones: [{ ...fence, direction: 'in' }], config: watch });
      const back = over().moves('p1', {
        from: 11,
        to: 20,
        start: [0.69, 0.4, 0.79, 0.8],
        end: [0.19, 0.4, 0.29, 0.8],
        ...person,
      });
      expect(oneWay.story(back, 40)).toEqual(['raised@6', 'cleared@21']);
    });

    const follows = (from: number) => over().stands('p2', { box: [0.7, 0.4, 0.8, 0.8], from, to: 30, ...person });

    test('a new track id behind it stays the same incident', () => {
      expect(fences.story(follows(11), 40)).toEqual(['raised@6', 'cleared@35']);
    });

    test.each([
      ['three seconds later still does', 14, ['raised@6', 'cleared@35']],
      ['later is somebody who did not cross', 15, ['raised@6', 'cleared@16']],
    ])('one that appears there %s', (_what, from, expected) => {
      expect(fences.with({ cooldownMs: 0 }).story(follows(from), 40)).toEqual(expected);
    });
  });

  test.each([3, 6, 9, 15])('a restart after %d s changes nothing', (restartS) => {
    const script = stays({ to: 20 });
    expect(yards.eventsWithRestart(script, 40, restartS)).toEqual(yards.events(script, 40));
    const cross = timeline().moves('p1', {
      from: 0,
      to: 20,
      start: [0.19, 0.4, 0.29, 0.8],
      end: [0.69, 0.4, 0.79, 0.8],
      ...person,
    });
    expect(fences.eventsWithRestart(cross, 40, restartS)).toEqual(fences.events(cross, 40));
  });

  test('every code has its words', () => {
    expect(yards.codes(walker(31), 31)).toEqual(['outside-zone', 'dwells', 'dwell-reached']);
    const cross = timeline().moves('p1', {
      from: 0,
      to: 9,
      start: [0.19, 0.4, 0.29, 0.8],
      end: [0.69, 0.4, 0.79, 0.8],
      ...person,
    });
    expect(fences.codes(cross, 9)).toEqual(['crossed']);
  });
});
