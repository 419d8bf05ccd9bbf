import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sleep, systemClock } from '../lib/clock.ts';
import { demoSecret } from '../lib/default-credentials.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { parseCommandArguments, wholeNumber } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { DemoAutopilot } from './demo-autopilot.ts';
import { type DemoReport, demoReport, isWhole } from './demo-report.ts';
import { DemoStack } from './demo-stack.ts';
import { summaryOf } from './demo-summary.ts';
import { demoFootageDir } from './demo-takes.ts';
import { DemoWatch } from './demo-watch.ts';
import { DeskClient } from './desk-client.ts';
import { formatTrace } from './trace.ts';

/**
 * Clips of a minute at most fire in their first or second round and are over within it; what has not come after four will
 * not come, and whoever waits wants to be told.
 */
const untilLimitMs = 220_000;

/** How often the desk's list and the cameras are looked at, and every how many such looks the node is asked how it is. */
const lookEveryMs = 500;
const looksAHealth = 10;

/** `maplebridge demo`: the whole way in one process on embedded parts. */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'runs everything in one process on embedded parts and plays the 14 scenes and a near miss of each',
  usage: 'demo [--until closed] [--json <report.json>] [--port 8080] [--dir .maplebridge/demo] [--footage <folder>]',
  async run(context) {
    const { values } = parseCommandArguments(demoCommand, context.args, {
      until: { type: 'string' },
      json: { type: 'string' },
      port: { type: 'string', default: '8080' },
      dir: { type: 'string', default: '.maplebridge/demo' },
      footage: { type: 'string', default: demoFootageDir },
    });
    if (values.until !== undefined && values.until !== 'closed') {
      throw new AppError('MB_USAGE', `--until knows "closed" only\nusage: maplebridge ${demoCommand.usage}`);
    }
    // Threads have loggers of their own, which go by the environment. What troubles the node is told in words.
    process.env['MAPLEBRIDGE_LOG'] ??= 'error';
    context.log.level = process.env['MAPLEBRIDGE_LOG'];
    const deskPort = wholeNumber('port', values.port, 0, 65_535);
    const around = { ...context, demo: true, clock: systemClock };
    const stack = new DemoStack({ ...around, dir: values.dir, footageDir: values.footage, deskPort });
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
  const near = stack.takes.filter((take) => take.near).length;
  print(`  console  ${stack.deskAddress}`);
  print(`  sign in  token ${demoSecret}-dispatcher (also …-responder, …-auditor)`);
  print(`  cameras  ${stack.takes.length - near} on which something happens, ${near} on which it only seems to`);
  print('');
}

/** Tells what happens and leaves the work to whoever sits at the console. */
async function stayUp(stack: DemoStack, context: CommandContext): Promise<number> {
  context.print('Open the console and work the tickets; Ctrl-C ends the demo.');
  await watchDesk(stack, context, context.signal, { work: false });
  return 0;
}

/** Plays the responders too, until every scene's ticket is closed and every near miss has been seen. */
async function untilClosed(
  stack: DemoStack,
  { json: file, dir }: { json?: string | undefined; dir: string },
  context: CommandContext,
): Promise<number> {
  const { print } = context;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(untilLimitMs)]);
  const watch = await watchDesk(stack, context, signal, { work: true });
  const report = await collectReport(stack, watch.stillPlaying);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  const [first] = watch.tickets;
  if (first !== undefined) {
    const path = resolve(dir, 'trace.txt');
    writeFileSync(path, `${formatTrace(await clientOf(stack, 'auditor').trace(first.id))}\n`);
    print(`\ntrace of the first ticket, from RTP timestamp to closure: ${path}`);
  }
  for (const line of summaryOf(report)) print(line);
  const good = isWhole(report);
  if (!good) print(context.signal.aborted ? 'ended before all was over' : 'the demo did not reach its end');
  return good ? 0 : 1;
}

/** Looks at the desk and the cameras until all is done or the signal aborts. */
async function watchDesk(
  stack: DemoStack,
  { print }: CommandContext,
  signal: AbortSignal,
  { work }: { work: boolean },
): Promise<DemoWatch> {
  const began = systemClock.monotonic();
  const tell = (line: string) => print(`${elapsed(systemClock.monotonic() - began)}  ${line}`);
  const watch = new DemoWatch({ takes: stack.takes, lengthMs: (take) => stack.lengthMs(take), tell });
  const client = clientOf(stack, 'responder');
  const pilot = new DemoAutopilot(client);
  const tellHealth = healthTeller(stack, tell);
  let troubled = false;
  for (let look = 1; !signal.aborted && !(work && watch.done); look += 1) {
    watch.cameras(stack.edge?.cameras ?? new Map(), systemClock.monotonic());
    try {
      watch.look(await client.tickets());
      if (work) await pilot.work(watch.tickets);
      troubled = false;
    } catch (error) {
      // Somebody at the console may have taken the step first, and the desk may be ending: the next look tells.
      if (!troubled && !signal.aborted) tell(`desk    ${messageOf(error)}`);
      troubled = true;
    }
    if (look % looksAHealth === 0) tellHealth();
    await sleep(systemClock, lookEveryMs, signal);
  }
  return watch;
}

/** Says what troubles the node whenever that changes. */
function healthTeller(stack: DemoStack, tell: (line: string) => void): () => void {
  let before = '';
  return () => {
    const now = stack.edge?.health().problems.join('; ') ?? '';
    if (now !== before) tell(`node    ${now === '' ? 'all is well again' : now}`);
    before = now;
  };
}

async function collectReport(stack: DemoStack, unseen: number): Promise<DemoReport> {
  const auditor = clientOf(stack, 'auditor');
  const tickets = await auditor.tickets();
  const cases = await Promise.all(
    tickets.map(async ({ id }) => ({ ticket: await auditor.ticket(id), trace: await auditor.trace(id) })),
  );
  const audit = await auditor.verifyAudit();
  return demoReport({ cases, raised: stack.raised(), audit, takes: stack.takes, unseen });
}

function clientOf(stack: DemoStack, role: 'responder' | 'auditor'): DeskClient {
  return new DeskClient({ address: stack.deskAddress, token: `${demoSecret}-${role}` });
}

/** Minutes and seconds. */
function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
}
