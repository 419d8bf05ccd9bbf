import type { Metrics } from '../lib/metrics.ts';

/** The pipeline's own counters, shared by all cameras of a node. */
export interface PipelineMetrics extends ReturnType<typeof pipelineMetrics> {}

/** Registers them. */
export function pipelineMetrics(metrics: Metrics) {
  return {
    accessUnits: metrics.counter('maplebridge_access_units_total', 'Access units received.'),
    looks: metrics.counter('maplebridge_looks_total', 'Looks taken, by result.', ['result']),
    gate: metrics.counter(
      'maplebridge_gate_looks_total',
      'Looks by what the activity gate said: first, changed and transformed are active, still and relit are not.',
      ['reason'],
    ),
    detected: metrics.counter(
      'maplebridge_detected_looks_total',
      'Looks that went through the detector: the whole picture, or regions.',
      ['what'],
    ),
    lookSeconds: metrics.latency('maplebridge_look_seconds', 'From last packet of the keyframe to the decision.'),
    alerts: metrics.counter('maplebridge_alerts_total', 'Alerts written, by scene and phase.', ['scene', 'phase']),
  };
}
