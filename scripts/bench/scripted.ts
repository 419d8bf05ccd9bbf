import { usualFaults } from '../../src/simulator/scripted/perturb.ts';
import { scriptedTimelines } from '../../src/simulator/scripted/scripted-timelines.ts';
import type { ScriptedTimeline } from '../../src/simulator/scripted/timeline.ts';
import { playScripted } from '../../tests/support/scripted-play.ts';
import { type BenchOptions, type BenchReport, numberOption, round } from './bench.ts';
import { scriptedPage } from './scripted-page.ts';

/** What was made of one timeline over all seeds. */
export interface ScriptedResult {
  readonly timeline: ScriptedTimeline;
  /** Without any faults of the detector. */
  readonly unperturbed: boolean;
  /** Share of the seeds on which it was raised in its time; of a near miss: on which nothing was. */
  readonly right: number;
  readonly falseAlarms: number;
  readonly looks: number;
}

const trackers = ['byte', 'iou'] as const;

/** What a scene makes of its scripted timelines as seen by a detector with faults: recall, and false alarms a timeline. */
export async function scriptedBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const seeds = numberOption(options, 'seeds', 40);
  const byTracker = trackers.map((tracker) => ({
    tracker,
    results: scriptedTimelines.map((timeline) => resultOf(timeline, seeds, tracker)),
  }));
  for (const { tracker, results } of byTracker) {
    for (const { timeline, right, falseAlarms, unperturbed } of results) {
      const faultless = unperturbed ? '' : ', WRONG without faults';
      say(`${tracker} ${timeline.scene}: ${timeline.name}: right ${right}, false alarms ${falseAlarms}${faultless}`);
    }
  }
  const results = byTracker[0]?.results ?? [];
  return {
    parameters: { seeds, faults: usualFaults, timelines: results.length },
    metrics: figures(results),
    distributions: {
      timelines: byTracker.map(({ tracker, results: those }) => ({
        tracker,
        ...figures(those),
        each: those.map(({ timeline, ...rest }) => ({ scene: timeline.scene, name: timeline.name, ...rest })),
      })),
    },
    page: scriptedPage(byTracker, seeds),
  };
}

function resultOf(timeline: ScriptedTimeline, seeds: number, tracker: 'byte' | 'iou'): ScriptedResult {
  const faultless = playScripted(timeline, { tracker });
  const outcomes = Array.from({ length: seeds }, (_, index) =>
    playScripted(timeline, { tracker, faults: usualFaults, seed: index + 1 }),
  );
  const share = (count: number) => round(count / seeds);
  return {
    timeline,
    unperturbed: faultless.right && faultless.falseAlarms === 0,
    right: share(outcomes.filter(({ right }) => right).length),
    falseAlarms: share(outcomes.reduce((sum, outcome) => sum + outcome.falseAlarms, 0)),
    looks: share(outcomes.reduce((sum, outcome) => sum + outcome.looks, 0)),
  };
}

/** Of the worst timeline, and of all together. */
function figures(results: readonly ScriptedResult[]): Record<string, number> {
  const fires = results.filter(({ timeline }) => timeline.fires !== undefined);
  const mean = (values: readonly number[]) => round(values.reduce((sum, value) => sum + value, 0) / values.length);
  return {
    recall: mean(fires.map(({ right }) => right)),
    leastRecall: Math.min(...fires.map(({ right }) => right)),
    falseAlarmsPerTimeline: mean(results.map(({ falseAlarms }) => falseAlarms)),
    mostFalseAlarms: Math.max(...results.map(({ falseAlarms }) => falseAlarms)),
    unperturbedRight: mean(results.map(({ unperturbed }) => (unperturbed ? 1 : 0))),
  };
}
