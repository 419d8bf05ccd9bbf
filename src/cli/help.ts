import { softwareVersion } from '../lib/version.ts';
import type { Command } from './command.ts';

/** The CLI's help: one line a command. */
export async function helpText(commands: readonly { load: () => Promise<Command> }[]): Promise<string> {
  const loaded = await Promise.all(commands.map((each) => each.load()));
  const rows = loaded.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return [
    `maplebridge ${softwareVersion}`,
    'usage: maplebridge <command> [options]; `<command> --help` says more',
    '',
    ...rows,
  ].join('\n');
}
