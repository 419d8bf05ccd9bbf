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

/** A number given as text. @throws AppError MB_USAGE naming the option and its range. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new AppError('MB_USAGE', `--${name} must be a whole number from ${min} to ${max}, not "${text}"`);
}
