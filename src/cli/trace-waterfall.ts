import type { TicketTrace, TraceStep } from '../contracts/desk-api.ts';

/** One hop of the way: from the step before to this one. */
export interface TraceHop {
  readonly stage: string;
  /** Whose clock says when. */
  readonly machine: string;
  readonly at: number;
  /** Since the step before it on the way; negative where two clocks disagree; undefined for the first. */
  readonly ms: number | undefined;
  /** What the time went by with: somebody's or something's work, or waiting for it. */
  readonly kind: 'work' | 'wait';
  /** Two machines' clocks are compared: the states of both. */
  readonly clocks: string | undefined;
  /** Alert it belongs to; undefined: the ticket's own. */
  readonly alertId: string | undefined;
}

/** Stages in which something waits: for the network, for company in a batch, for the border, for a person, for the camera. */
const waits =
  /^(frame|edge\.received|edge\.clip|gateway\.|ticket\.(received|dispatched|signed|departed|arrived|handled|feedback|closed|self)|dispatch\.|sign\.)/;
/** The way of an alert, whatever the clocks say. */
const way = ['frame', 'edge.', 'gateway.collected', 'gateway.batched', 'gateway.delivered'];
const barWidth = 32;

/** The hops of a ticket's chain: each alert's in the order of its way, then the desk's in the order of its log. */
export function traceHops(trace: TicketTrace): TraceHop[] {
  const states = new Map(trace.alerts.map((alert) => [alert.alertId as string, alert.clock.state]));
  const nodes = new Map(trace.alerts.map((alert) => [alert.alertId as string, alert.sequence.node]));
  const alertOf = ({ stage, facts }: TraceStep) =>
    rankOf(stage) < way.length && typeof facts['alertId'] === 'string' ? facts['alertId'] : undefined;
  const groups = new Map<string | undefined, TraceStep[]>();
  for (const step of trace.steps) {
    const id = alertOf(step);
    groups.set(id, [...(groups.get(id) ?? []), step]);
  }
  const desk = groups.get(undefined) ?? [];
  groups.delete(undefined);
  const hops: TraceHop[] = [];
  for (const [alertId, steps] of groups) {
    const ordered = steps.toSorted((a, b) => rankOf(a.stage) - rankOf(b.stage));
    hops.push(...hopsOf(ordered, { alertId, node: nodes.get(alertId ?? ''), clock: states.get(alertId ?? '') }));
  }
  const first = hops.findLast(({ stage, alertId }) => stage === 'gateway.delivered' && alertId === hops[0]?.alertId);
  hops.push(...hopsOf(desk, { alertId: undefined, node: undefined, clock: undefined }, first));
  return hops;
}

function hopsOf(
  steps: readonly TraceStep[],
  { alertId, node, clock }: { alertId: string | undefined; node: string | undefined; clock: string | undefined },
  before?: TraceHop,
): TraceHop[] {
  let last = before;
  return steps.map(({ stage, at }) => {
    const machine = machineOf(stage, node);
    const ms = last === undefined ? undefined : at - last.at;
    const crosses = last !== undefined && last.machine !== machine;
    const clocks = crosses ? `${last?.machine} ${machineClock(last?.machine, node, clock)} → ${machine}` : undefined;
    last = { stage, machine, at, ms, kind: waits.test(stage) ? 'wait' : 'work', clocks, alertId };
    return last;
  });
}

function machineClock(machine: string | undefined, node: string | undefined, clock: string | undefined): string {
  return machine === (node ?? 'edge') ? `(${clock ?? 'unknown'})` : '';
}

function machineOf(stage: string, node: string | undefined): string {
  if (stage === 'frame' || stage.startsWith('edge.')) return node ?? 'edge';
  return stage === 'gateway.collected' || stage === 'gateway.batched' ? 'gateway' : 'desk';
}

function rankOf(stage: string): number {
  const rank = way.findIndex((each) => stage === each || (each.endsWith('.') && stage.startsWith(each)));
  return rank < 0 ? way.length : rank;
}

/** The chain as a waterfall: one line a hop with its latency, whether it was work or waiting, and where in the whole it lies. */
export function traceWaterfall(trace: TicketTrace): string {
  const hops = traceHops(trace);
  const lines = [`ticket ${trace.number} (${trace.ticketId})`, `traceparent ${trace.traceparent}`];
  const groups = [...new Set(hops.map(({ alertId }) => alertId))];
  for (const group of groups)
    lines.push(
      '',
      ...groupLines(
        trace,
        hops.filter(({ alertId }) => alertId === group),
        group,
      ),
    );
  lines.push('', ...totals(hops));
  for (const problem of trace.problems) lines.push('', `! ${problem}`);
  return lines.join('\n');
}

function groupLines(trace: TicketTrace, hops: readonly TraceHop[], alertId: string | undefined): string[] {
  const alert = trace.alerts.find((each) => each.alertId === alertId);
  const title =
    alertId === undefined
      ? 'desk'
      : `alert ${alertId} (${alert?.phase ?? '?'}), clock of ${alert?.sequence.node ?? 'its node'}: ${alert?.clock.state ?? 'unknown'}`;
  const times = hops.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const widest = Math.max(...hops.map(({ stage }) => stage.length), 5);
  return [title, ...hops.map((hop) => `  ${line(hop, widest, from, to)}`)];
}

function line(hop: TraceHop, widest: number, from: number, to: number): string {
  const { stage, machine, at, ms, kind, clocks } = hop;
  const negative = ms !== undefined && ms < 0;
  const marks = [
    ...(negative ? ['! negative: the clocks disagree'] : []),
    ...(clocks === undefined ? [] : [`two clocks: ${clocks}`]),
  ];
  return [
    new Date(at).toISOString().slice(0, 23),
    stage.padEnd(widest),
    machine.padEnd(8).slice(0, 16),
    (ms === undefined ? '' : `${ms > 0 ? '+' : ''}${durationText(ms)}`).padStart(10),
    ms === undefined ? '    ' : kind,
    bar(ms ?? 0, at, from, to),
    marks.join('; '),
  ]
    .join('  ')
    .trimEnd();
}

/** From the step before to this one, on the scale of its group. */
function bar(ms: number, at: number, from: number, to: number): string {
  const scale = to > from ? barWidth / (to - from) : 0;
  const end = Math.min(barWidth, Math.round((at - from) * scale));
  const begin = Math.max(0, Math.min(end, Math.round((at - Math.max(0, ms) - from) * scale)));
  return `|${' '.repeat(begin)}${end > begin ? '━'.repeat(end - begin) : '╸'}`.padEnd(barWidth + 2);
}

function totals(hops: readonly TraceHop[]): string[] {
  const timed = hops.filter((hop): hop is TraceHop & { ms: number } => hop.ms !== undefined && hop.ms >= 0);
  const sum = (kind: TraceHop['kind']) =>
    timed.filter((hop) => hop.kind === kind).reduce((total, { ms }) => total + ms, 0);
  const negative = hops.filter(({ ms }) => (ms ?? 0) < 0).length;
  const times = hops.map(({ at }) => at);
  const whole = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  const firstAlert = hops[0]?.alertId;
  const delivered = hops.find(({ stage, alertId }) => stage === 'gateway.delivered' && alertId === firstAlert);
  const first = hops[0];
  return [
    `total ${durationText(whole)} · work ${durationText(sum('work'))} · waiting ${durationText(sum('wait'))}`,
    ...(delivered && first ? [`frame to desk ${durationText(delivered.at - first.at)}`] : []),
    ...(negative > 0 ? [`${negative} negative: between clocks that disagree; they are in no sum`] : []),
  ];
}

function durationText(ms: number): string {
  const size = Math.abs(ms);
  const rounded = (value: number) => (Math.round(value * 10) / 10).toString();
  if (size < 1_000) return `${Math.round(ms)} ms`;
  if (size < 120_000) return `${rounded(ms / 1_000)} s`;
  return size < 7_200_000 ? `${rounded(ms / 60_000)} min` : `${rounded(ms / 3_600_000)} h`;
}
