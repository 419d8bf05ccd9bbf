import { existsSync, readFileSync } from 'node:fs';
import type { TicketTrace } from '../contracts/desk-api.ts';
import type { TicketId } from '../domain/ids.ts';
import { demoSecret } from '../lib/default-credentials.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';
import { DeskClient } from './desk-client.ts';

/** Where a running demo says its address, so that `trace` finds it without being told. */
export const demoAddressFile = '.maplebridge/demo/desk-address';

/** `maplebridge trace <ticketId>`: the chain from RTP timestamp to closed ticket. */
export const traceCommand: Command = {
  name: 'trace',
  summary: "prints a ticket's chain from RTP timestamp to closure with every time, hash and version",
  usage:
    'trace <ticketId> [--desk <url>] [--token-file <file>] [--json]   (the token may also be in MAPLEBRIDGE_TOKEN)',
  async run({ args, print }) {
    const { values, positionals } = parseCommandArguments(traceCommand, args, {
      desk: { type: 'string' },
      'token-file': { type: 'string' },
      json: { type: 'boolean' },
    });
    const id = required(positionals[0], 'the ticket id', traceCommand);
    const demo = existsSync(demoAddressFile) ? readFileSync(demoAddressFile, 'utf8').trim() : undefined;
    const desk = required(values.desk ?? process.env['MAPLEBRIDGE_DESK'] ?? demo, '--desk', traceCommand);
    if (!URL.canParse(desk)) throw new AppError('MB_USAGE', `--desk: "${desk}" is not the address of a desk`);
    const file = values['token-file'];
    const token = file === undefined ? process.env['MAPLEBRIDGE_TOKEN'] : tokenIn(file);
    const client = new DeskClient({ address: desk, token: token ?? (desk === demo ? `${demoSecret}-auditor` : '') });
    const trace = await client.trace(id as TicketId);
    print(values.json === true ? JSON.stringify(trace, null, 2) : formatTrace(trace));
    return 0;
  },
};

function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new AppError('MB_USAGE', `--token-file: ${messageOf(error)}`, { cause: error });
  }
}

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
