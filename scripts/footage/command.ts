import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { AppError, messageOf } from '../../src/lib/errors.ts';
import { type LightKind, lights, type TakeKind } from './truth.ts';

/** One thing `npm run footage` can do. */
export interface FootageCommand {
  readonly summary: string;
  /** What follows `npm run footage -- `. */
  readonly usage: string;
  /** @throws AppError MB_USAGE for options that cannot be meant. */
  run(args: readonly string[], print: (line: string) => void): Promise<void>;
}

/** The named options' values. @throws AppError MB_USAGE for options there are not. */
export function options<Config extends ParseArgsOptionsConfig>(args: readonly string[], config: Config) {
  try {
    return parseArgs({ args: [...args], options: config, strict: true }).values;
  } catch (error) {
    throw new AppError('MB_USAGE', messageOf(error), { cause: error });
  }
}

/** The option as a whole number of at least `least`. @throws AppError MB_USAGE naming the option. */
export function wholeOption(name: string, value: string, least = 0): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isInteger(number) || number < least)
    throw new AppError('MB_USAGE', `--${name} ${value}: a whole number of at least ${least} is needed`);
  return number;
}

/** @throws AppError MB_USAGE for anything but the two takes. */
export function takeOption(value: string): TakeKind {
  if (value === 'fires' || value === 'near') return value;
  throw new AppError('MB_USAGE', `--take ${value}: a take is "fires" or "near"`);
}

/** @throws AppError MB_USAGE for a light there is not. */
export function lightOption(value: string): LightKind {
  const light = lights.find((each) => each === value);
  if (light === undefined) throw new AppError('MB_USAGE', `--light ${value}: there are ${lights.join(', ')}`);
  return light;
}
