import { createLogger, type Logger } from '../../src/lib/log.ts';

/** A logger of every level whose lines are kept, for tests of what is said. */
export function logOf(name = 'test'): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const logger = createLogger(name, { write: (line: string) => void lines.push(line) });
  logger.level = 'trace';
  return { logger, lines };
}
