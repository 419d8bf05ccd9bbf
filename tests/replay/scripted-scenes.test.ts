import { describe, expect, test } from 'vitest';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { usualFaults } from '../../src/simulator/scripted/perturb.ts';
import { scriptedTimelines } from '../../src/simulator/scripted/scripted-timelines.ts';
import type { ScriptedTimeline } from '../../src/simulator/scripted/timeline.ts';
import { playScripted } from '../support/scripted-play.ts';

/** `npm run bench -- scripted` plays forty. */
const seeds = Array.from({ length: 6 }, (_, index) => index + 1);

const named = (name: string) => {
  const timeline = scriptedTimelines.find((each) => each.name === name);
  if (timeline === undefined) throw new Error(`no timeline ${name}`);
  return timeline;
};

const raisedBy = (outcome: ReturnType<typeof playScripted>) =>
  outcome.events.filter(({ phase }) => phase === 'raised').map(({ second }) => second);

describe('scripted scenes', () => {
  test('every scene has one that fires and one that must not', () => {
    for (const { id } of sceneModules) {
      const own = scriptedTimelines.filter(({ scene }) => scene === id);
      expect(new Set(own.map(({ fires }) => fires !== undefined)), id).toEqual(new Set([true, false]));
    }
  });

  test.each(scriptedTimelines.map((timeline) => [`${timeline.scene}: ${timeline.name}`, timeline] as const))(
    '%s',
    (_name, timeline) => {
      const outcome = playScripted(timeline);
      expect(outcome, `raised at ${raisedBy(outcome)}`).toMatchObject({ right: true, falseAlarms: 0 });
    },
  );

  test.each(scriptedTimelines.map((timeline) => [`${timeline.scene}: ${timeline.name}`, timeline] as const))(
    '%s, seen by a detector with faults',
    (_name, timeline) => {
      const outcomes = seeds.map((seed) => playScripted(timeline, { faults: usualFaults, seed }));
      const told = outcomes.map(raisedBy).join(' | ');
      // Of six one may go wrong: the bench holds the figures to 0.95 and 0.05 over forty.
      expect(outcomes.filter(({ right }) => right).length, told).toBeGreaterThanOrEqual(seeds.length - 1);
      expect(
        outcomes.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0),
        told,
      ).toBeLessThanOrEqual(1);
    },
  );

  test.each<[name: string, but: string, config: Record<string, unknown>, more?: Partial<ScriptedTimeline>]>([
    ['cars wait', 'queues are told', { queueVehicles: 0 }],
    ['car stops shortly', 'five minutes are asked for', { dwellMs: 180_000 }],
    ['van unloads', 'unloading is told', { unloadingMs: 0 }],
    ['bikes in the rack', 'five are asked for', { leastUnits: 4 }],
    ['truck by night', 'it is night', {}, { startsAt: '2026-05-06T10:00:00+08:00' }],
    ['by boat', 'there is a boat', {}, { actors: named('by boat').actors.filter(({ name }) => name !== 'boat') }],
    ['angler by day', 'a minute is asked for', { bankDwellMs: 30_000 }],
    ['queue', 'queues are told', { queueAcrossM: 0 }],
    ['a dozen people', 'fifteen are asked for', { minCount: 12 }],
    ['school is out', 'school ends', { schoolHours: undefined }],
    ['bicycle into the hall', 'classes are counted', { minClassShare: 0 }],
    ['mechanic', 'uniforms are told', { uniformsWork: false }],
    ['parked tricycle', 'those who pass do not count', { maxPace: 10 }],
    ['night market', 'it is permitted', { permittedHours: undefined }],
    ['leaves and shadows', 'they come and go', { seenShare: 0.3 }],
    ['old rubble', 'it was there before', { learnMs: 0 }],
    ['sprinkled road', 'a truck passed', { sprinklerWaitMs: 0 }],
    ['lamp in the yard', 'lamps do not flicker', { minFlicker: 0 }],
    ['kitchen smoke', 'it is noon', { cookingHours: undefined }],
    ['red clouds', 'the sun is low', { lowSunDeg: 0 }],
  ])('%s would be reported, but that %s', (name, _but, config, more = {}) => {
    const timeline = named(name);
    const changed = { ...timeline, ...more, config: { ...timeline.config, ...config } };
    expect(raisedBy(playScripted(changed))).not.toEqual([]);
  });
});
