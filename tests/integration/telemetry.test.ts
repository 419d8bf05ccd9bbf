import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collectSpan, crossingSpans, edgeSpans } from '../../src/contracts/alert-spans.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { Telemetry } from '../../src/lib/telemetry.ts';
import { parseTraceparent } from '../../src/lib/trace-context.ts';
import { AlertChain } from '../support/alerts.ts';
import { DeskUnderTest } from '../support/desk.ts';
import { deskStacks } from '../support/desk-stacks.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { until } from '../support/until.ts';

let receiver: OtlpReceiver;
const running: Telemetry[] = [];

beforeEach(async () => {
  receiver = await OtlpReceiver.create();
});

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  await receiver.stop();
});

function exporter(serviceName: string, url = receiver.url): Telemetry {
  const telemetry = new Telemetry({
    url,
    serviceName,
    instance: 'test',
    log: createLogger('test'),
    metrics: new Metrics(),
  });
  running.push(telemetry);
  return telemetry;
}

const at = 1_760_000_000_000;
const nanos = (ms: number) => `${ms}000000`;

describe('traces for a collector', () => {
  test('three processes’ spans meet in one trace, each with its real times, under the frame', async () => {
    const chain = new AlertChain();
    const alert: Alert = chain.event({ observedAt: at }).data;
    const batch = { number: 3, sha256: alert.sequence.hash };
    const record = { event: chain.event(), collectedAt: at + 50, batchedAt: at + 1_000, deliveredAt: at + 900, batch };
    const [edge, gateway, desk] = ['edge', 'collect', 'desk'].map((name) => exporter(name));
    edge?.record(edgeSpans(alert));
    gateway?.record([collectSpan(alert, at + 40, at + 50)]);
    desk?.record(
      crossingSpans({ ...record, event: { ...record.event, data: alert as typeof record.event.data } }, at + 950),
    );
    for (const each of running.splice(0)) await each.stop();

    const trace = parseTraceparent(alert.trace.traceparent);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([trace?.traceId]));
    expect(receiver.spans.map(({ service, name }) => `${service} ${name}`).sort()).toEqual([
      'collect gateway.collect',
      'desk desk.intake',
      'desk gateway.batch',
      'desk gateway.crossing',
      'edge edge.alert raised',
      'edge edge.decoded',
      'edge edge.detected',
    ]);
    const root = receiver.spans.find(({ name }) => name === 'edge.alert raised');
    expect(root).toMatchObject({
      spanId: trace?.spanId,
      startTimeUnixNano: nanos(at - 100),
      endTimeUnixNano: nanos(at - 40),
    });
    expect(root?.parentSpanId ?? '').toBe('');
    const others = receiver.spans.filter((span) => span !== root);
    expect(others.every(({ parentSpanId }) => parentSpanId === trace?.spanId)).toBe(true);
    expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(receiver.spans.length);
    const decoded = receiver.spans.find(({ name }) => name === 'edge.decoded');
    expect(decoded).toMatchObject({ startTimeUnixNano: nanos(at - 100), endTimeUnixNano: nanos(at - 80) });
    // The desk's clock is behind the gateway's: told, not hidden.
    const crossing = receiver.spans.find(({ name }) => name === 'gateway.crossing');
    expect(crossing?.endTimeUnixNano).toBe(nanos(at + 1_000));
    expect(crossing?.attributes).toContainEqual({ key: 'maplebridge.clock.negative_ms', value: { intValue: 100 } });
  });

  test('a desk exports what becomes of a ticket, without the names of persons', async () => {
    const stack = await deskStacks.at(-1)?.start();
    const desk = await DeskUnderTest.create(stack?.config ?? {});
    desk.spans = exporter('desk');
    try {
      await desk.start();
      const event = desk.chain.event({ observedAt: Date.now() });
      const [outcome] = await desk.accept(event);
      await desk.untilState(outcome?.ticketId ?? '', 'DISPATCHED');
      await desk.act(outcome?.ticketId ?? '', 'sign', { note: '收到' }, 'responder');
      const signed = await until(() => receiver.spans.find(({ name }) => name === 'ticket.signed'), {
        what: 'the span',
      });
      expect(signed.traceId).toBe(parseTraceparent(event.traceparent)?.traceId);
      expect(BigInt(signed.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(signed.startTimeUnixNano));
      expect(JSON.stringify(signed.attributes)).not.toContain('"maplebridge.actor"');
      const names = receiver.spans.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['ticket.received', 'ticket.triaged', 'dispatch.assigned']));
    } finally {
      await desk.remove();
      await stack?.remove();
    }
  });

  test('a collector that is away holds nobody up; a trace that is not sampled stays here', async () => {
    const alert: Alert = new AlertChain().event({ observedAt: at }).data;
    const { url } = receiver;
    await receiver.stop();
    const telemetry = exporter('edge', url);
    for (let count = 0; count < 5_000; count += 1) telemetry.record(edgeSpans(alert));
    await telemetry.stop();
    receiver = await OtlpReceiver.create();
    const unsampled = alert.trace.traceparent.replace(/-01$/, '-00');
    const other = exporter('edge');
    other.record(edgeSpans({ ...alert, trace: { ...alert.trace, traceparent: unsampled } }));
    await other.stop();
    expect(receiver.spans).toEqual([]);
  });
});
