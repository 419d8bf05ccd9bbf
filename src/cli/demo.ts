import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TicketDetail, TimelineEntry } from '../contracts/desk-api.ts';
import { systemClock } from '../lib/clock.ts';
import { demoSecret } from '../lib/default-credentials.ts';
import { AppError } from '../lib/errors.ts';
import { parseCommandArguments, wholeNumber } from './arguments.ts';
import { aborted, type Command, type CommandContext } from './command.ts';
import { DemoAutopilot } from './demo-autopilot.ts';
import { findSharedMaterial } from './demo-files.ts';
import { type DemoReport, demoReport } from './demo-report.ts';
import { DemoStack } from './demo-stack.ts';
import { DeskClient } from './desk-client.ts';
import { formatTrace } from './trace.ts';

/** The footage closes its case after about a minute and a half; a machine ten times slower still gets there. */
const untilLimitMs = 600_000;

/** Only traffic passes this one: whatever it raises is a false alarm. */
const nearMissCameras: ReadonlySet<string> = new Set(['33050200001320000002']);

/** `maplebridge demo`: the whole way in one process on embedded parts. */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'runs everything in one process on embedded parts and plays two cameras',
  usage: 'demo [--until closed] [--json <report.json>] [--port 8080] [--dir .maplebridge/demo]',
  async run(context) {
    const { values } = parseCommandArguments(demoCommand, context.args, {
      until: { type: 'string' },
      json: { type: 'string' },
      port: { type: 'string', default: '8080' },
      dir: { type: 'string', default: '.maplebridge/demo' },
    });
    if (values.until !== undefined && values.until !== 'closed') {
      throw new AppError('MB_USAGE', `--until knows "closed" only\nusage: maplebridge ${demoCommand.usage}`);
    }
    context.log.level = process.env['MAPLEBRIDGE_LOG'] ?? 'warn';
    const deskPort = wholeNumber('port', values.port, 0, 65_535);
    const material = findSharedMaterial();
    const options = { ...context, demo: true, clock: systemClock, dir: values.dir, material };
    const stack = new DemoStack({ ...options, deskPort });
    context.print('maplebridge demo: starting cameras, edge node, broker, gateway and desk …');
    await stack.start();
    try {
      announce(stack, values.dir, context.print);
      if (values.until === undefined) return await stayUp(stack, context);
      return await untilClosed(stack, values, context);
    } finally {
      await stack.stop();
    }
  },
};

function announce(stack: DemoStack, dir: string, print: (line: string) => void): void {
  writeFileSync(resolve(dir, 'desk-address'), stack.deskAddress);
  print(`  console  ${stack.deskAddress}`);
  print(`  sign in  token ${demoSecret}-dispatcher (also …-responder, …-auditor)`);
  print('  cameras  Maple Road, kerb (a car will stand in the lane) · Maple Road, crossing (traffic only)');
  print('');
}

/** Tells what happens and leaves the work to whoever sits at the console. */
async function stayUp(stack: DemoStack, { print, signal, log }: CommandContext): Promise<number> {
  print('Open the console and work the ticket; Ctrl-C ends the demo.');
  const client = new DeskClient({ address: stack.deskAddress, token: `${demoSecret}-auditor` });
  const pilot = new DemoAutopilot({ client, clock: systemClock, tell: teller(print) });
  const watch = async () => {
    const id = await pilot.firstTicket(signal);
    if (id !== undefined) await pilot.follow(id, false, signal);
  };
  void watch().catch((error: unknown) => log.warn({ err: error }, 'no longer following the ticket'));
  await aborted(signal);
  return 0;
}

async function untilClosed(
  stack: DemoStack,
  { json: file, dir }: { json?: string | undefined; dir: string },
  context: CommandContext,
): Promise<number> {
  const { print } = context;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(untilLimitMs)]);
  const responder = new DeskClient({ address: stack.deskAddress, token: `${demoSecret}-responder` });
  const pilot = new DemoAutopilot({ client: responder, clock: systemClock, tell: teller(print) });
  const id = await pilot.firstTicket(signal);
  if (id !== undefined) await pilot.follow(id, true, signal);
  const report = await collectReport(stack);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  print('');
  print(
    `alerts ${report.alerts} · tickets ${report.tickets} · closed ${report.closed} · audit verified: ${report.auditVerified}`,
  );
  if (id !== undefined) {
    const path = resolve(dir, 'trace.txt');
    writeFileSync(path, `${formatTrace(await responder.trace(id))}\n`);
    print(`trace of the ticket, from RTP timestamp to closure: ${path}`);
  }
  const good = report.closed > 0 && report.auditVerified && report.nearMissesFired === 0;
  if (!good) print(context.signal.aborted ? 'ended before a ticket was closed' : 'the demo did not reach its end');
  return good ? 0 : 1;
}

async function collectReport(stack: DemoStack): Promise<DemoReport> {
  const auditor = new DeskClient({ address: stack.deskAddress, token: `${demoSecret}-auditor` });
  const tickets = await auditor.tickets();
  const cases = await Promise.all(
    tickets.map(async ({ id }) => ({ ticket: await auditor.ticket(id), trace: await auditor.trace(id) })),
  );
  return demoReport(cases, await auditor.verifyAudit(), nearMissCameras);
}

/** One line an event of the ticket's timeline. */
function teller(print: (line: string) => void): (entry: TimelineEntry, ticket: TicketDetail) => void {
  return (entry, ticket) => {
    const time = new Date(entry.at).toISOString().slice(11, 23);
    const what = entry.to === undefined ? entry.kind : `${entry.from ?? ''} → ${entry.to}`;
    const note = entry.note === undefined ? '' : `  “${entry.note}”`;
    print(`${time}  #${ticket.number} ${ticket.scene} · ${what} · ${entry.actor}${note}`);
  };
}
