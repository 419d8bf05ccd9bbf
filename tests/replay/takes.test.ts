import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { demoSettings } from '../../scripts/footage/demo-settings.ts';
import type { TakeTruth } from '../../scripts/footage/truth.ts';
import { usualFaults } from '../../src/simulator/scripted/perturb.ts';
import { loadStage, stageTruth } from '../support/stage-truth.ts';
import { faultsOf, missingFiles } from '../support/take-judge.ts';
import { playTake, readTruth, type TakeOutcome } from '../support/take-play.ts';

/** Layouts of each place that are played; another seed is another street. */
const seeds = [1, 2, 3];
/** The clips’ own truth. */
const clips = fileURLToPath(new URL('../../edge-config/demo/footage/', import.meta.url));

const { sitePlans, tellTake } = await loadStage();
const plans = sitePlans.map((plan) => [plan.scene, plan] as const);

function judge(truth: TakeTruth, outcome: TakeOutcome): void {
  expect(faultsOf(truth, outcome), `seed ${truth.seed}: ${outcome.story.join(' ')}`).toEqual([]);
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

const takes = plans.flatMap(([scene]) => (['fires', 'near'] as const).map((kind) => [scene, kind] as const));
const truths = takes.flatMap(([scene, kind]) => {
  const truth = readTruth(join(clips, `${scene}.${kind}.json`));
  return truth === undefined ? [] : [[`${scene} ${kind}`, truth] as const];
});

describe.skipIf(!existsSync(clips))('clips, by the truth beside them', () => {
  test('all are there, each with its truth', () => {
    expect(takes).toHaveLength(28);
    expect(missingFiles(clips, takes)).toEqual([]);
  });

  test.each(truths)('%s', (_name, truth) => judge(truth, playTake(truth)));

  const firing = truths.filter(([, { take }]) => take === 'fires');
  test.each(firing)('%s, joined in the middle', (_name, truth) => {
    const lengthS = truth.pictures.length / truth.fps;
    const { raised, story } = playTake(truth, { fromS: Math.round(lengthS / 2), times: 3 });
    expect(raised, story.join(' ')).not.toEqual([]);
  });

  // Faults are chance: one draw of five may go wrong, as one evening in the field may.
  test.each(truths)('%s, seen by a detector with faults', (_name, truth) => {
    const outcomes = [1, 2, 3, 4, 5].map((seed) => playTake(truth, { faults: usualFaults, seed }));
    const told = outcomes.map(({ story }) => story.join(' ')).join(' | ');
    const right = outcomes.filter(({ raised }) => raised.length > 0 === (truth.take === 'fires'));
    expect(right.length, told).toBeGreaterThanOrEqual(4);
  });
});
