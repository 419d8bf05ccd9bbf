import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { AppError, messageOf } from '../lib/errors.ts';
import type { Command } from './command.ts';

/** Parses a command's arguments; throws MB_USAGE with the usage line for anything not known. */
export function parseCommandArguments<const O extends ParseArgsOptionsConfig>(
  command: Pick<Command, 'usage'>,
  args: readonly string[],
  options: O,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new AppError('MB_USAGE', `${messageOf(error)}\nusage: maplebridge ${command.usage}`, { cause: error });
  }
}

/** A value the command cannot do without. */
export function required(value: string | undefined, name: string, command: Pick<Command, 'usage'>): string {
  if (value === undefined || value === '') {
    throw new AppError('MB_USAGE', `${name} is missing\nusage: maplebridge ${command.usage}`);
  }
  return value;
}
