import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';

/** What every command gets. */
export interface CommandContext {
  readonly args: readonly string[];
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Aborted by SIGTERM or SIGINT: drain and return. */
  readonly signal: AbortSignal;
  /** Writes a line for the reader. */
  readonly print: (line: string) => void;
}

/** One command of the CLI. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  /** Resolves with the exit code; rejects with an AppError that says what to do. */
  run(context: CommandContext): Promise<number>;
}

/** Resolves once the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
