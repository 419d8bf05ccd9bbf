import type { Metrics } from '../../lib/metrics.ts';
import type { StageTimes } from './stage-times.ts';

/** What a model tells Prometheus. */
export type DetectMetrics = ReturnType<typeof detectMetrics>;

/** Metrics of one model. */
export function detectMetrics(metrics: Metrics, model: string) {
  const looks = metrics.counter('maplebridge_detect_looks_total', 'Looks by model and result.', ['model', 'result']);
  const jobs = metrics.counter('maplebridge_detect_jobs_total', 'Groups of looks handed to a model.', ['model']);
  const stages = metrics.latency(
    'maplebridge_detect_stage_seconds',
    'Time a look waited for its model (queue), and a group took in each stage (fill, inference, post).',
    ['model', 'provider', 'stage'],
  );
  const waiting = metrics.gauge('maplebridge_detect_waiting', 'Looks waiting for a model.', ['model']);
  const ready = metrics.gauge('maplebridge_detect_ready', '1 while the model runs, on this provider.', [
    'model',
    'provider',
  ]);
  const deaths = metrics.counter('maplebridge_detect_thread_deaths_total', 'Detector threads that died or hung.', [
    'model',
  ]);
  return {
    looks: (result: 'ok' | 'failed' | 'overloaded' | 'unavailable', count = 1) => looks.inc({ model, result }, count),
    job: (provider: string, queuedMs: readonly number[], times: StageTimes) => {
      jobs.inc({ model });
      for (const ms of queuedMs) stages.observe({ model, provider, stage: 'queue' }, ms / 1000);
      for (const [stage, ms] of Object.entries(times)) stages.observe({ model, provider, stage }, ms / 1000);
    },
    waiting: (count: number) => waiting.set({ model }, count),
    ready: (provider: string, is: boolean) => ready.set({ model, provider }, is ? 1 : 0),
    death: () => deaths.inc({ model }),
  };
}
