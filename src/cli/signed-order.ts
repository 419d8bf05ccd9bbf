import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { AppError, messageOf } from '../lib/errors.ts';

/** How long a running service is waited for; it looks every second or two. */
const waitMs = 20_000;
const lookMs = 200;

/** Puts text where a running service looks for it, whole or not at all. @throws AppError MB_USAGE naming the folder. */
export function placeFile(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    const temporary = join(dirname(path), `.tmp-${randomBytes(8).toString('hex')}`);
    writeFileSync(temporary, text, { mode: 0o640 });
    renameSync(temporary, path);
  } catch (error) {
    throw new AppError('MB_USAGE', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** The answer a service writes into a file, or undefined when none comes in time. */
export async function awaitAnswer(path: string, signal: AbortSignal): Promise<unknown> {
  const deadline = systemClock.monotonic() + waitMs;
  while (!existsSync(path)) {
    if (signal.aborted || systemClock.monotonic() > deadline) return undefined;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  const answer: unknown = JSON.parse(readFileSync(path, 'utf8'));
  rmSync(path, { force: true });
  return answer;
}

/** Reads a file that an operator names. @throws AppError MB_USAGE. */
export function readNamed(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('MB_USAGE', messageOf(error), { cause: error });
  }
}
