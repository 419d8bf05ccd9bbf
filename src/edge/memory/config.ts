import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

/** What a node remembers of its cameras over a restart. */
export const memorySchema = z.strictObject({
  path: z
    .string()
    .optional()
    .meta({ description: 'SQLite file of what cameras remember; default: memory.db beside the outbox.' }),
  saveEveryMs: durationMs({
    min: 500,
    max: 60_000,
    default: 5_000,
    help: 'How often tracks and conditions under way are written; a node that dies forgets as much of them.',
  }),
  maxAgeMs: durationMs({
    min: 60_000,
    max: 604_800_000,
    default: 86_400_000,
    help: 'What is older when the node starts is not taken up again.',
  }),
});

/** Checked configuration. */
export type MemoryConfig = z.output<typeof memorySchema>;
