import type { Counter, Gauge, Histogram, Metrics } from '../../lib/metrics.ts';

/** What a decoder pool tells Prometheus. */
export interface PoolMetrics {
  readonly keyframes: Counter<'result'>;
  readonly seconds: Histogram;
  readonly stages: Histogram<'stage'>;
  readonly waiting: Gauge;
  readonly deaths: Counter;
}

/** Registers the metrics of a decoder pool. */
export function poolMetrics(metrics: Metrics): PoolMetrics {
  return {
    keyframes: metrics.counter('maplebridge_decode_keyframes_total', 'Keyframes by result.', ['result']),
    seconds: metrics.latency('maplebridge_decode_seconds', 'Time in the decoder thread, scaling included.'),
    stages: metrics.latency('maplebridge_decode_stage_seconds', 'Time in the decoder thread by stage.', ['stage']),
    waiting: metrics.gauge('maplebridge_decode_queue', 'Keyframes waiting for a decoder.'),
    deaths: metrics.counter('maplebridge_decode_worker_deaths_total', 'Decoder threads that died.'),
  };
}
