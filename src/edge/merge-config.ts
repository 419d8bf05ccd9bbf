import { z } from 'zod';
import { durationMs } from '../lib/config.ts';

/** Configuration of incidents that several cameras see. */
export const mergeSchema = z.strictObject({
  withinM: z.number().min(0).max(1_000).default(30).meta({
    unit: 'm',
    description:
      'Incidents of one scene on two calibrated cameras are one when their subjects are no further apart; 0: never.',
  }),
  withinMs: durationMs({ min: 0, max: 3_600_000, default: 120_000, help: 'And seen no further apart in time.' }),
});

/** Checked configuration of incidents that several cameras see. */
export type MergeConfig = z.output<typeof mergeSchema>;
