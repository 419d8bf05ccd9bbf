import { describe, expect, test } from 'vitest';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { usualFaults } from '../../src/simulator/scripted/perturb.ts';
import { scriptedTimelines } from '../../src/simulator/scripted/scripted-timelines.ts';
import { playScripted } from '../support/scripted-play.ts';

/** `npm run bench -- scripted` plays forty. */
const seeds = Array.from({ length: 6 }, (_, index) => index + 1);

const raisedBy = (outcome: ReturnType<typeof playScripted>) =>
  outcome.events.filter(({ phase }) => phase === 'raised').map(({ second }) => second);

describe('scripted scenes', () => {
  test('every scene has one that fires and one that must not', () => {
    for (const { id } of sceneModules) {
      const own = scriptedTimelines.filter(({ scene }) => scene === id);
      expect(own.map(({ fires }) => fires !== undefined).sort(), id).toEqual([false, true]);
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
});
