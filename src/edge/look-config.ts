import { z } from 'zod';
import { durationMs } from '../lib/config.ts';

/** Configuration of how a camera's looks adapt to what goes on. */
export const looksSchema = z.strictObject({
  where: z.enum(['zones', 'picture']).default('zones').meta({
    description:
      'What counts: `zones` is the part of the picture in which an object can concern a zone, `picture` all of it, at the price of the detector’s time.',
  }),
  busyForMs: durationMs({
    min: 0,
    max: 600_000,
    default: 20_000,
    help: 'A camera stays busy for this long after the last activity that the gate saw.',
  }),
  fullPictureEveryMs: durationMs({
    min: 2_000,
    max: 3_600_000,
    default: 300_000,
    help: 'The whole picture goes through the detector at least this often, whatever the gate says.',
  }),
});

/** Checked configuration of a camera's looks. */
export type LooksConfig = z.output<typeof looksSchema>;
