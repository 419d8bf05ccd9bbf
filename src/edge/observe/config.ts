import { z } from 'zod';

/** Configuration of the observation log. */
export const observationsSchema = z.strictObject({
  path: z
    .string()
    .optional()
    .meta({ description: 'SQLite file of the observations and verdicts; default: observations.db beside the outbox.' }),
  days: z
    .number()
    .min(0.01)
    .max(400)
    .default(14)
    .meta({ unit: 'days', description: 'How long observations are kept, where `maxBytes` allows.' }),
  maxBytes: z.number().int().min(1_048_576).default(4_294_967_296).meta({
    unit: 'bytes',
    description: 'Disk space for all cameras together; the oldest go first. A busy street takes about 0.5 MB a day.',
  }),
});

/** Checked configuration of the observation log. */
export type ObservationsConfig = z.output<typeof observationsSchema>;
