import type { Counter, Gauge, Histogram, Metrics } from '../../lib/metrics.ts';
import type { LookResult } from './decode-result.ts';
import type { StageMs } from './worker-messages.ts';

/** What a decoder pool tells Prometheus. */
export class PoolMetrics {
  readonly keyframes: Counter<'result'>;
  readonly waiting: Gauge;
  readonly deaths: Counter;
  readonly streams: Gauge;
  readonly streamUnits: Counter<'result'>;
  readonly streamPictures: Counter<'result'>;
  readonly #seconds: Histogram;
  readonly #stages: Histogram<'stage'>;

  constructor(metrics: Metrics) {
    this.keyframes = metrics.counter('maplebridge_decode_keyframes_total', 'Keyframes by result.', ['result']);
    this.waiting = metrics.gauge('maplebridge_decode_queue', 'Keyframes waiting for a decoder.');
    this.deaths = metrics.counter('maplebridge_decode_worker_deaths_total', 'Decoder threads that died.');
    this.streams = metrics.gauge('maplebridge_decode_streams', 'Cameras decoded continuously.');
    this.streamUnits = metrics.counter(
      'maplebridge_decode_stream_units_total',
      'Units of continuously decoded cameras by what became of them.',
      ['result'],
    );
    this.streamPictures = metrics.counter(
      'maplebridge_decode_stream_pictures_total',
      'Pictures asked of continuously decoded cameras by result.',
      ['result'],
    );
    this.#seconds = metrics.latency('maplebridge_decode_seconds', 'Time in the decoder thread, scaling included.');
    this.#stages = metrics.latency('maplebridge_decode_stage_seconds', 'Time in the decoder thread by stage.', [
      'stage',
    ]);
  }

  /** Notes what a look cost the thread. */
  observe(result: LookResult, stages: StageMs | undefined): void {
    if (result.ok) this.#seconds.observe(result.decodeMs / 1000);
    if (stages === undefined) return;
    this.#stages.observe({ stage: 'decode' }, stages.decode / 1000);
    this.#stages.observe({ stage: 'inspect' }, stages.inspect / 1000);
    this.#stages.observe({ stage: 'scale' }, stages.scale / 1000);
  }
}
