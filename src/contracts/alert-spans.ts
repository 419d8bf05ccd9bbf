import type { Alert } from '../domain/alert.ts';
import { type HopSpan, rootHop } from '../lib/span-sink.ts';
import type { IntakeRecord } from './ticket-intake.ts';

/** What every span of an alert says. */
function about(alert: Alert) {
  return {
    'maplebridge.alert.id': alert.alertId,
    'maplebridge.incident.id': alert.incidentId,
    'maplebridge.alert.phase': alert.phase,
    'maplebridge.scene': alert.scene,
    'maplebridge.node': alert.sequence.node,
    'maplebridge.sequence': alert.sequence.n,
    'maplebridge.clock.state': alert.clock.state,
  };
}

/** The hop that an alert's own span is; the raised one is the root of its trace. */
export function alertHop(alert: Alert): string {
  return alert.phase === 'raised' ? rootHop : `alert ${alert.alertId}`;
}

/** The stages an alert passed on its node, under one span for all of them. */
export function edgeSpans(alert: Alert): HopSpan[] {
  const { traceparent, hops } = alert.trace;
  const attributes = about(alert);
  const [first, last] = [hops[0]?.at ?? alert.observedAt, hops.at(-1)?.at ?? alert.observedAt];
  const hop = alertHop(alert);
  const whole = { traceparent, name: `edge.alert ${alert.phase}`, hop, startMs: first, endMs: last, attributes };
  const stages = hops.slice(1).map(({ stage, at }, index) => ({
    ...{ traceparent, name: `edge.${stage}`, hop: `${alert.alertId} edge.${stage}`, parent: hop, attributes },
    ...{ startMs: hops[index]?.at ?? first, endMs: at },
  }));
  return [{ ...whole, parent: hop === rootHop ? undefined : rootHop }, ...stages];
}

/** From the message to the journal's commit. */
export function collectSpan(alert: Alert, startMs: number, endMs: number): HopSpan {
  const { traceparent } = alert.trace;
  const hop = `${alert.alertId} gateway.collect`;
  return {
    traceparent,
    name: 'gateway.collect',
    hop,
    parent: alertHop(alert),
    startMs,
    endMs,
    attributes: about(alert),
  };
}

/** From the journal over the border into the desk; begin and end of the crossing are two machines' words. */
export function crossingSpans(
  { event, collectedAt, batchedAt, deliveredAt, batch }: IntakeRecord,
  takenAt: number,
): HopSpan[] {
  const alert: Alert = event.data;
  const { traceparent } = alert.trace;
  const attributes = { ...about(alert), 'maplebridge.batch': batch.number };
  const span = (name: string, startMs: number, endMs: number): HopSpan => {
    return { traceparent, name, hop: `${alert.alertId} ${name}`, parent: alertHop(alert), startMs, endMs, attributes };
  };
  return [
    span('gateway.batch', collectedAt, batchedAt),
    span('gateway.crossing', batchedAt, deliveredAt),
    span('desk.intake', deliveredAt, takenAt),
  ];
}
