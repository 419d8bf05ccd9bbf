import type { TicketTrace } from '../contracts/desk-api.ts';
import type { TicketId } from '../domain/ids.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';
import { deskClient, deskOptions } from './desk-access.ts';
import { traceWaterfall } from './trace-waterfall.ts';

/** `maplebridge trace <ticketId>`: the chain from RTP timestamp to closed ticket. */
export const traceCommand: Command = {
  name: 'trace',
  summary:
    "prints a ticket's chain from frame to closure: latencies hop by hop; with --facts every time, hash and version",
  usage:
    'trace <ticketId> [--desk <url>] [--token-file <file>] [--facts] [--json]   (the token may also be in MAPLEBRIDGE_TOKEN)',
  async run({ args, print }) {
    const { values, positionals } = parseCommandArguments(traceCommand, args, {
      ...deskOptions,
      json: { type: 'boolean' },
      facts: { type: 'boolean' },
    });
    const id = required(positionals[0], 'the ticket id', traceCommand);
    const client = deskClient(values, traceCommand);
    const trace = await client.trace(id as TicketId);
    if (values.json === true) print(JSON.stringify(trace, null, 2));
    else print(values.facts === true ? `${traceWaterfall(trace)}\n\n${formatTrace(trace)}` : traceWaterfall(trace));
    return 0;
  },
};

/** One line a step: time, milliseconds since the step before, stage, facts. */
export function formatTrace(trace: TicketTrace): string {
  const lines = [`ticket ${trace.number} (${trace.ticketId})`, `traceparent ${trace.traceparent}`, ''];
  let before: number | undefined;
  for (const { stage, at, facts } of trace.steps) {
    const since = before === undefined ? '' : `+${at - before} ms`;
    before = at;
    lines.push(`${new Date(at).toISOString()} ${since.padStart(12)}  ${stage}`);
    for (const [name, value] of Object.entries(facts)) lines.push(`${' '.repeat(39)}${name}: ${value}`);
  }
  for (const problem of trace.problems) lines.push('', `! ${problem}`);
  return lines.join('\n');
}
