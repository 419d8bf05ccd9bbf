import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

/** When a camera that keeps failing is given a rest. */
const breakerFields = {
  breakerFailures: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(12)
    .meta({ description: 'Failures in a row after which a camera is tried seldom, until one try succeeds.' }),
  breakerPauseMs: durationMs({
    min: 10,
    max: 3_600_000,
    default: 60_000,
    help: 'First rest of a camera that is tried seldom; each further one is twice as long.',
  }),
  breakerPauseMaxMs: durationMs({ min: 10, max: 86_400_000, default: 300_000, help: 'Longest rest.' }),
};

/** What is kept of one camera’s recent past. */
export const keepSchema = z
  .strictObject({
    maxBytes: z
      .number()
      .int()
      .min(0)
      .max(268_435_456)
      .default(0)
      .meta({ unit: 'bytes', description: 'Memory for recent pictures of a camera; 0 keeps none.' }),
    maxMs: durationMs({ min: 1_000, max: 120_000, default: 12_000, help: 'How far back they reach at least.' }),
  })
  .meta({ description: 'Recent pictures kept in memory, for evidence clips.' });

/** How an edge node reads from all its cameras. */
export const lifeSchema = z
  .strictObject({
    connectPerSecond: z
      .number()
      .min(0.1)
      .max(10_000)
      .default(100)
      .meta({ description: 'Tries to connect begun in a second, over all cameras of the node.' }),
    connectAtOnce: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(256)
      .meta({ description: 'Tries to connect under way at once.' }),
    ...breakerFields,
    keep: keepSchema.prefault({}),
  })
  .meta({ description: 'How cameras are connected to, and what is kept of them.' });

/** Checked form of `lifeSchema`. */
export type LifeConfig = z.output<typeof lifeSchema>;

/** Its part about cameras that keep failing. */
export type BreakerConfig = Pick<LifeConfig, 'breakerFailures' | 'breakerPauseMs' | 'breakerPauseMaxMs'>;

/** What holds where nothing is configured. */
export const lifeDefaults: LifeConfig = lifeSchema.parse({});
