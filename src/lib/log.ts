import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Keys whose values never reach a log, at any of the first three levels. */
const secretKeys = ['password', 'token', 'secret', 'privateKey', 'authorization', 'cookie'];

/**
 * The process's logger; services take a child of it by constructor.
 * Level from `MAPLEBRIDGE_LOG` (default `info`). Writes to standard error unless a destination is given,
 * so that standard output stays free for what a command prints.
 */
export function createLogger(name: string, destination?: DestinationStream): Logger {
  return pino(
    {
      name,
      level: process.env['MAPLEBRIDGE_LOG'] ?? 'info',
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '•••' },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

/** A URL fit for logs and messages: user name and password replaced. */
export function redactUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//•••@');
}
