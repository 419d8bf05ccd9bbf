import type { Command } from './cli/command.ts';
import { helpText } from './cli/help.ts';
import { AppError } from './lib/errors.ts';
import { createLogger } from './lib/log.ts';
import { Metrics } from './lib/metrics.ts';

/** Every command, in the order the help lists them; each is loaded only when it is called. */
const commands: readonly { name: string; load: () => Promise<Command> }[] = [
  { name: 'demo', load: async () => (await import('./cli/demo.ts')).demoCommand },
  { name: 'edge', load: async () => (await import('./cli/edge.ts')).edgeCommand },
  { name: 'collect', load: async () => (await import('./cli/collect.ts')).collectCommand },
  { name: 'desk', load: async () => (await import('./cli/desk.ts')).deskCommand },
  { name: 'cameras', load: async () => (await import('./cli/cameras.ts')).camerasCommand },
  { name: 'simulate', load: async () => (await import('./cli/simulate.ts')).simulateCommand },
  { name: 'reconcile', load: async () => (await import('./cli/reconcile.ts')).reconcileCommand },
  { name: 'transfer', load: async () => (await import('./cli/transfer.ts')).transferCommand },
  { name: 'trace', load: async () => (await import('./cli/trace.ts')).traceCommand },
  { name: 'quarantine', load: async () => (await import('./cli/quarantine.ts')).quarantineCommand },
  { name: 'audit', load: async () => (await import('./cli/audit.ts')).auditCommand },
  { name: 'what-if', load: async () => (await import('./cli/what-if.ts')).whatIfCommand },
  { name: 'review', load: async () => (await import('./cli/review.ts')).reviewCommand },
  { name: 'explain', load: async () => (await import('./cli/explain.ts')).explainCommand },
  { name: 'models', load: async () => (await import('./cli/models.ts')).modelsCommand },
  { name: 'keys', load: async () => (await import('./cli/keys.ts')).keysCommand },
  { name: 'config', load: async () => (await import('./cli/config.ts')).configCommand },
];

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const entry = commands.find((each) => each.name === name);
  if (entry === undefined) {
    print(await helpText(commands));
    if (name === undefined || name === 'help' || name === '--help') return 0;
    process.stderr.write(`maplebridge: unknown command "${name}"\n`);
    return 2;
  }
  const command = await entry.load();
  if (args.includes('--help')) {
    print(`${command.summary}\nusage: maplebridge ${command.usage}`);
    return 0;
  }
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());
  return command.run({ args, log: createLogger(entry.name), metrics: new Metrics(), signal: stopping.signal, print });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof AppError) {
    process.stderr.write(`maplebridge: ${error.code}: ${error.message}\n  ${error.help}\n`);
    process.exitCode = error.code === 'MB_USAGE' ? 2 : 1;
  } else {
    process.stderr.write(`maplebridge: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}
// Native threads (decoder, ONNX, PGlite) may keep handles open after everything was stopped and flushed.
process.exit();
