import { quantile, round, spread } from './bench.ts';
import { table } from './benchmarks-page.ts';
import type { GatewayFindings, GatewayPhase } from './gateway.ts';
import { raisedPercent } from './gateway-node.ts';
import { peerBatch } from './gateway-peer.ts';
import { mosquittoSettings, postgresSettings } from './gateway-site.ts';

/** The bench's section of the page. */
export function gatewayPage(found: GatewayFindings, metrics: Readonly<Record<string, number>>): string {
  const { full, half, single, batched, nodes, meanBytes, loadBefore } = found;
  const each = (values: readonly number[]) => values.map((value) => Math.round(value)).join(', ');
  const settings = Object.entries(postgresSettings).map(([name, value]) => `${name} ${value}`);
  return `
${nodes} nodes, each on a connection of its own with a window of 64 alerts freed by the gateway's word alone, publish alerts that
were chained and signed before (${Math.round(meanBytes)} bytes each; ${raisedPercent} % raise an incident and so make a ticket, the rest tell more of
one or end it; a raised one names two pictures, whose bytes do not travel here). Mosquitto (password and topic rules for
every node, ${mosquittoSettings.join(', ')}) → \`maplebridge collect\` → file drop, one folder for both ends →
\`maplebridge desk\` → Postgres (fsync and synchronous_commit on, ${settings.join(', ')}): processes of their own,
standard settings but for \`signLimitMs\`, all on this machine. Both signatures of every alert are checked, at both ends.

| | |
| --- | --- |
| alerts a second, as fast as windows allow: rounds | ${each(full.map((phase) => phase.perSecond))} |
| lost / doubled, of all published | ${metrics['lost']} / ${metrics['doubled']} |
| tickets made | ${found.tickets} |
| half of that load, alerts a second | ${Math.round(half.perSecond)} |
| publish → row committed and seen by another connection, p50 / p99 / max | ${[0.5, 0.99, 1].map((share) => Math.round(quantile(half.latenciesMs, share))).join(' / ')} ms |
| plain INSERT loop, one row a commit: rows a second | ${each(single.map((run) => run.perSecond))} |
| INSERT of ${peerBatch} rows a commit | ${each(batched.map((run) => run.perSecond))} |
| gateway ÷ INSERT loop | ${metrics['ratioVsInsert']} |

CPU (user and system) of every process for one alert, in ms; two cores hold 2,000 a second as long as the sum stays below 1:

${table(cpuRows(full, half, found))}

A new ticket is then dispatched, in groups of up to 100 by a queue of its own: ${metrics['dispatchCpuMs']} ms of CPU a ticket (desk and
Postgres) for what was left when the last alert was in, at ${each(full.map((phase) => phase.undispatched / phase.dispatchS))} a second.
${spreadText(half)}
The machine's load average was ${loadBefore} when the bench began: what else runs on it takes its part of both cores, so that
alerts a second are a lower bound here and latencies an upper one. What sharing the cores adds to CPU an alert was not
measured; the slower alerts come, the fewer share what a batch, a commit and a poll cost: see half load.

Method: ${full.length} rounds of gateway and peer in changing order on one database, after a warm-up; alerts a second count
from the first publish to the last commit. A latency begins when the alert was due and ends when a connection that asks every
5 ms sees the batch's position, which is committed with its rows. At the end ids are compared: every published alert has its
row, one effect in the audit log, and every incident one ticket.`;
}

type Row = readonly (string | number)[];

function cpuRows(full: readonly GatewayPhase[], half: GatewayPhase, found: GatewayFindings): readonly Row[] {
  const names = ['mosquitto', 'collect', 'desk', 'postgres', 'nodes'] as const;
  const row = (what: string, ms: readonly number[]): Row => [
    what,
    ...ms.map((value) => round(value)),
    round(ms.reduce((sum, value) => sum + value, 0)),
  ];
  const peer = (runs: GatewayFindings['single']) =>
    round(
      quantile(
        runs.map((run) => run.cpuMsPerRow),
        0.5,
      ),
    );
  return [
    ['', ...names, 'sum'],
    row(
      'full load',
      names.map((name) =>
        quantile(
          full.map((phase) => phase.cpuMs[name]),
          0.5,
        ),
      ),
    ),
    row(
      'half load',
      names.map((name) => half.cpuMs[name]),
    ),
    ['INSERT loop, client and server', '', '', '', '', '', peer(found.single)],
    [`INSERT of ${peerBatch} rows`, '', '', '', '', '', peer(found.batched)],
  ];
}

function spreadText({ latenciesMs, hops }: GatewayPhase): string {
  const { n, min, p25, median, p75, max } = spread(latenciesMs);
  const between = Object.entries(hops).map(([hop, ms]) => `${hop} ${Math.round(ms.p50Ms)} / ${Math.round(ms.p99Ms)}`);
  return `Latencies at half load (${n}): min ${min}, p25 ${p25}, median ${median}, p75 ${p75}, max ${max} ms; from place to place,
p50 / p99 in ms: ${between.join(', ')}.`;
}
