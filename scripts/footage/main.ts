import { AppError } from '../../src/lib/errors.ts';
import type { FootageCommand } from './command.ts';

/** Every command, in the order the help lists them; each is loaded only when it is called. */
const commands: readonly { name: string; load: () => Promise<FootageCommand> }[] = [
  { name: 'preview', load: async () => (await import('./preview.ts')).previewCommand },
  { name: 'clips', load: async () => (await import('./clips.ts')).clipsCommand },
  { name: 'verify', load: async () => (await import('./verify.ts')).verifyCommand },
  { name: 'config', load: async () => (await import('./demo-config.ts')).configCommand },
  { name: 'try', load: async () => (await import('./try.ts')).tryCommand },
  { name: 'dataset', load: async () => (await import('./dataset.ts')).datasetCommand },
];

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const entry = commands.find((each) => each.name === name);
  if (entry === undefined) {
    for (const { load } of commands) {
      const { summary, usage } = await load();
      print(`npm run footage -- ${usage}\n  ${summary}`);
    }
    if (name === undefined || name === 'help' || name === '--help') return 0;
    throw new AppError(
      'MB_USAGE',
      `unknown command "${name}"; there are ${commands.map((each) => each.name).join(', ')}`,
    );
  }
  const command = await entry.load();
  if (args.includes('--help')) print(`${command.summary}\nusage: npm run footage -- ${command.usage}`);
  else await command.run(args, print);
  return 0;
}

// Whatever is drawn so far stays; the browsers go with the process.
for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 })) {
  process.once(signal, () => process.exit(128 + number));
}

try {
  process.exitCode = await main();
} catch (error) {
  const told = error instanceof AppError ? `${error.code}: ${error.message}` : String((error as Error).stack ?? error);
  process.stderr.write(`footage: ${told}\n`);
  process.exitCode = error instanceof AppError && error.code === 'MB_USAGE' ? 2 : 1;
}
// What a killed browser leaves open must not keep the command from ending.
process.exit();
