import { cpus } from 'node:os';
import { table } from '../bench/benchmarks-page.ts';
import type { CampaignReport } from './report.ts';

/** The report as a page of the documentation. */
export function campaignPage({ seed, minutes, faults, figures, violations }: CampaignReport, args: string): string {
  const figure = (name: string) => (figures[name] ?? 0).toLocaleString('en');
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `# The fault campaign

Written by \`npm run chaos -- ${args}\` (${date} UTC, ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}).

\`npm run chaos\` sets up a district on one machine: edge nodes (real outbox, key, evidence and publisher, with scripted
alerts), Mosquitto, \`maplebridge collect\`, a one-way crossing, \`maplebridge desk\`, Postgres and Redis, each in a process
of its own, and lets things go wrong at random, several at a time. Every alert a node has promised (it is in its outbox)
is written into a ledger outside. In the end everything is healed, and the ledger is compared with the desk: each alert
has had exactly one effect on one ticket, in the order of its incident, with its evidence; every node's chain and the
desk's audit log verify; no integrity incident is there that was not provoked, and each that was provoked is.
What was injected, what it found and what it cannot show: [decision 0025](decisions/0025-fault-campaign.md).

## Result (seed ${seed}, ${minutes} minutes of faults)

${table([
  ['what', 'number'],
  ['alerts promised', figure('promised')],
  ['**lost**', figure('lost')],
  ['**doubled**', figure('doubled')],
  ['**out of order**', figure('outOfOrder')],
  [
    'anything else wrong',
    String(violations.length - (figures['lost'] ?? 0) - (figures['doubled'] ?? 0) - (figures['outOfOrder'] ?? 0)),
  ],
  ['tickets', figure('tickets')],
  ['evidence files at the desk, hash verified', figure('evidenceFiles')],
  ['evidence files given up by a node whose disk was full, and said so', figure('evidenceShed')],
  ['offered to a node that was killed before it promised: arrived once', figure('inDoubtArrived')],
  ['the same, never arrived', figure('inDoubtGone')],
  [`audit records, chain ${figures['auditVerified'] === 1 ? 'verified' : 'NOT VERIFIED'}`, figure('auditRecords')],
  ['integrity incidents that had to be there, and are', figure('incidentsProvoked')],
  ['batches the operator sent again', figure('resent')],
  ['MQTT messages said twice', figure('mqttDuplicates')],
  ['restarts of our processes', figure('restarts')],
  ['of these, not by the campaign', figure('selfEnded')],
  ['promise to desk, p50 / p99, s', `${figures['latencyP50']} / ${figures['latencyP99']}`],
])}

## Faults

*Recovered*: from the end of the fault until the desk had everything that its nodes had promised by then, seconds; other
faults went on meanwhile.

${table([['fault', 'times', 'recovered p50', 'p99'], ...faults.map((row) => [row.kind, row.times, row.recoveredP50, row.recoveredP99])])}
`;
}
