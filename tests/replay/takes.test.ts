import { describe, expect, test } from 'vitest';
import { demoSettings } from '../../scripts/footage/demo-settings.ts';
import type { TakeTruth } from '../../scripts/footage/truth.ts';
import { usualFaults } from '../../src/simulator/scripted/perturb.ts';
import { loadStage, stageTruth } from '../support/stage-truth.ts';
import { playTake, readTruth, type TakeOutcome } from '../support/take-play.ts';

/** Layouts of each place that are played; another seed is another street. */
const seeds = [1, 2, 3];
/** The clips’ own truth. */
const clips = new URL('../../edge-config/demo/footage/', import.meta.url);

const { sitePlans, tellTake } = await loadStage();
const plans = sitePlans.map((plan) => [plan.scene, plan] as const);

/** Seconds after what goes on has ended by which its incident is over: it is absent for a while, and looks are apart. */
const clearedWithinS = 14;
/** A look takes in the picture that begins a little before it. */
const pictureS = 0.5;

function judge(truth: TakeTruth, outcome: TakeOutcome): void {
  const told = `seed ${truth.seed}: ${outcome.story.join(' ')}`;
  const [interval] = truth.intervals;
  if (truth.take === 'near') {
    expect(outcome.raised, told).toEqual([]);
    return;
  }
  expect(interval, 'nothing goes on in a take that fires').toBeDefined();
  const { fromS = 0, toS = 0 } = interval ?? {};
  const lengthS = truth.pictures.length / truth.fps;
  const [raised = Number.NaN] = outcome.raised;
  expect(raised, told).toBeGreaterThanOrEqual(fromS - pictureS);
  expect(raised, told).toBeLessThanOrEqual(toS);
  const [cleared = Number.NaN] = outcome.cleared;
  expect(cleared, told).toBeGreaterThan(raised);
  expect(cleared, told).toBeLessThanOrEqual(Math.min(toS + clearedWithinS, lengthS + fromS));
}

describe('takes, seen by a faultless detector', () => {
  describe.each(plans)('%s', (scene, plan) => {
    test.each(['fires', 'near'] as const)('%s', (kind) => {
      for (const seed of seeds) {
        const truth = stageTruth(tellTake(plan, { scene, take: kind, seed }), { plan, kind, seed });
        judge(truth, playTake(truth));
      }
    });

    // The demo is played at any hour, and some scenes go by it.
    test.each(['fires', 'near'] as const)('%s, late in the evening', (kind) => {
      const [seed = 1] = seeds;
      const truth = stageTruth(tellTake(plan, { scene, take: kind, seed }), { plan, kind, seed });
      judge(truth, playTake(truth, { startsAt: '2026-05-06T23:30:00+08:00' }));
    });

    test('every zone the demo watches is in the picture', () => {
      for (const seed of seeds) {
        const told = tellTake(plan, { scene, take: 'fires', seed });
        const { zones } = stageTruth(told, { plan, kind: 'fires', seed, fps: 0 });
        for (const id of demoSettings[scene]?.zonesOf ?? []) {
          const zone = zones.find((each) => each.id === id);
          expect(zone, `seed ${seed}: no zone ${id}`).toBeDefined();
          expect(zone?.points.length, `seed ${seed}: ${id}`).toBeGreaterThanOrEqual(zone?.kind === 'line' ? 2 : 3);
        }
      }
    });
  });
});

const truths = plans.flatMap(([scene]) =>
  (['fires', 'near'] as const).flatMap((kind) => {
    const truth = readTruth(new URL(`${scene}.${kind}.json`, clips).pathname);
    return truth === undefined ? [] : [[`${scene} ${kind}`, truth] as const];
  }),
);

describe.skipIf(truths.length === 0)('clips, by the truth beside them', () => {
  test.each(truths)('%s', (_name, truth) => judge(truth, playTake(truth)));

  const firing = truths.filter(([, { take }]) => take === 'fires');
  test.each(firing)('%s, joined in the middle', (_name, truth) => {
    const lengthS = truth.pictures.length / truth.fps;
    const { raised, story } = playTake(truth, { fromS: Math.round(lengthS / 2), times: 3 });
    expect(raised, story.join(' ')).not.toEqual([]);
  });

  test.each(truths)('%s, seen by a detector with faults', (_name, truth) => {
    const outcomes = [1, 2, 3].map((seed) => playTake(truth, { faults: usualFaults, seed }));
    const told = outcomes.map(({ story }) => story.join(' ')).join(' | ');
    const fired = outcomes.map(({ raised }) => raised.length > 0);
    expect(new Set(fired), told).toEqual(new Set([truth.take === 'fires']));
  });
});
