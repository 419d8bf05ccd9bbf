import type { Counter, Gauge, Metrics } from '../../../lib/metrics.ts';
import { type CanaryPhase, canaryPhases } from './canary-phase.ts';
import type { Comparison } from './comparison.ts';
import { evidenceOf, type Tally } from './tally.ts';

/** Why a sampled look was not compared. */
export type DropReason = keyof Tally['dropped'];

/** What a canary tells Prometheus. */
export class CanaryMetrics {
  readonly #phase: Gauge<'phase'>;
  readonly #pictures: Counter<'result'>;
  readonly #detections: Counter<'class' | 'result'>;
  readonly #shares: Gauge<'what'>;
  readonly #latencyRatio: Gauge;

  constructor(metrics: Metrics) {
    this.#phase = metrics.gauge('maplebridge_canary_phase', '1 for the phase the canary is in', ['phase']);
    this.#pictures = metrics.counter('maplebridge_canary_pictures_total', 'Sampled pictures by what became of them', [
      'result',
    ]);
    const detections = 'Confident detections of compared pictures by class: agreed, lost (old model only), added';
    this.#detections = metrics.counter('maplebridge_canary_detections_total', detections, ['class', 'result']);
    this.#shares = metrics.gauge('maplebridge_canary_share', 'Share of detections lost and added, 0 to 1', ['what']);
    this.#latencyRatio = metrics.gauge('maplebridge_canary_latency_ratio', 'Time a picture, new model by old');
  }

  phase(phase: CanaryPhase): void {
    for (const each of canaryPhases) this.#phase.set({ phase: each }, each === phase ? 1 : 0);
  }

  picture(result: 'compared' | 'failed' | DropReason): void {
    this.#pictures.inc({ result });
  }

  comparison({ agreed, lost, added }: Comparison): void {
    for (const pair of agreed) this.#detections.inc({ class: pair.old.class, result: 'agreed' });
    for (const each of lost) this.#detections.inc({ class: each.class, result: 'lost' });
    for (const each of added) this.#detections.inc({ class: each.class, result: 'added' });
    this.picture('compared');
  }

  totals(tally: Tally): void {
    const { lostShare, addedShare, latencyRatio } = evidenceOf(tally);
    this.#shares.set({ what: 'lost' }, lostShare);
    this.#shares.set({ what: 'added' }, addedShare);
    if (latencyRatio !== undefined) this.#latencyRatio.set(latencyRatio);
  }
}
