import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

/** How cameras are spread over threads. */
export const ingestSchema = z
  .strictObject({
    shards: z
      .number()
      .int()
      .min(0)
      .max(64)
      .default(1)
      .meta({ description: 'Threads that read cameras; 0: the main thread does.' }),
    readEveryMs: durationMs({
      min: 0,
      max: 1_000,
      default: 200,
      help:
        'How often a thread reads its sockets: several pictures at one go cost less than each by itself, and come ' +
        'later by as much. 0: at once.',
    }),
    mailboxUnits: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(1_024)
      .meta({ description: 'Access units a thread holds for a slow consumer before it drops the oldest.' }),
    mailboxBytes: z
      .number()
      .int()
      .min(65_536)
      .max(2 ** 31)
      .default(32 * 1024 * 1024)
      .meta({ description: 'The same limit in bytes.' }),
  })
  .meta({ description: 'How cameras are spread over threads.' });

/** Checked form of `ingestSchema`. */
export type IngestConfig = z.output<typeof ingestSchema>;
