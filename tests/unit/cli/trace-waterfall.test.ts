import { expect, test } from 'vitest';
import { traceHops, traceWaterfall } from '../../../src/cli/trace-waterfall.ts';
import type { TicketTrace, TraceStep } from '../../../src/contracts/desk-api.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { TicketId } from '../../../src/domain/ids.ts';
import { AlertChain } from '../../support/alerts.ts';

const at = 1_760_000_000_000;

/** A ticket whose gateway's clock is `gatewayMs` and whose desk's clock `deskMs` from the node's. */
function traceOf(gatewayMs: number, deskMs: number): TicketTrace {
  const alert: Alert = new AlertChain().event({ observedAt: at }).data;
  const about = { alertId: alert.alertId };
  const step = (stage: string, time: number, facts: TraceStep['facts'] = about): TraceStep => ({
    stage,
    at: time,
    facts,
  });
  const steps = [
    step('frame', at - 120),
    step('edge.received', at - 100),
    step('edge.decided', at),
    step('edge.outbox', at + 20),
    step('gateway.collected', at + 50 + gatewayMs),
    step('gateway.batched', at + 1_050 + gatewayMs),
    step('gateway.delivered', at + 1_200 + deskMs),
    step('ticket.received', at + 1_210 + deskMs, {}),
    step('ticket.dispatched', at + 1_300 + deskMs, {}),
    step('ticket.signed', at + 61_300 + deskMs, {}),
  ];
  const sorted = steps.toSorted((a, b) => a.at - b.at);
  return {
    ...{ ticketId: 't' as TicketId, number: 7, traceparent: alert.trace.traceparent },
    ...{ steps: sorted, alerts: [alert], problems: [] },
  };
}

const found = (trace: TicketTrace) => traceHops(trace).map(({ stage, ms }) => [stage, ms]);

test('each hop is measured from the one before on its way', () => {
  expect(found(traceOf(0, 0))).toEqual([
    ['frame', undefined],
    ['edge.received', 20],
    ['edge.decided', 100],
    ['edge.outbox', 20],
    ['gateway.collected', 30],
    ['gateway.batched', 1_000],
    ['gateway.delivered', 150],
    ['ticket.received', 10],
    ['ticket.dispatched', 90],
    ['ticket.signed', 60_000],
  ]);
});

test('clocks that disagree are shown, and do not change the order of the way', () => {
  const trace = traceOf(-500, 0);
  expect(found(trace)).toContainEqual(['gateway.collected', -470]);
  expect(found(trace).map(([stage]) => stage)).toEqual(found(traceOf(0, 0)).map(([stage]) => stage));
  const text = traceWaterfall(trace);
  expect(text).toMatch(
    /gateway\.collected .* -470 ms .*! negative: the clocks disagree; two clocks: node-1 \(synchronised\) → gateway/,
  );
  expect(text).toContain('1 negative: between clocks that disagree; they are in no sum');
});

test('waiting is told from work, and the whole is summed up', () => {
  const text = traceWaterfall(traceOf(0, 0));
  expect(text).toContain('clock of node-1: synchronised');
  expect(text).toMatch(/edge\.decided .*\+100 ms {2}work/);
  expect(text).toMatch(/ticket\.signed .*\+60 s {2}wait/);
  expect(text).toContain('total 61.4 s · work 120 ms · waiting 61.3 s');
  expect(text).toContain('frame to desk 1.3 s');
  expect(text.split('\n').every((line) => line.length <= 200)).toBe(true);
});

test('a ticket without alerts shows what the desk did', () => {
  const trace = { ...traceOf(0, 0), alerts: [], problems: ['alert x: what is stored is not an alert'] };
  const desk = { ...trace, steps: trace.steps.filter(({ stage }) => stage.startsWith('ticket.')) };
  expect(found(desk)[0]).toEqual(['ticket.received', undefined]);
  expect(traceWaterfall(desk)).toContain('! alert x');
});
