import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

/** Configuration of the scheduler of looks. */
export const scheduleSchema = z
  .strictObject({
    decideWithinMs: durationMs({
      min: 100,
      max: 60_000,
      default: 2_000,
      help: 'A picture is to be decided within its look interval of its arrival, and within this.',
    }),
    toleranceMs: durationMs({
      min: 0,
      max: 10_000,
      default: 500,
      help:
        'How much further apart than the look interval two pictures may lie that are looked at, at most half of the ' +
        'interval: sockets are read every 200 ms, and cameras are not exact.',
    }),
    maxStretch: z
      .number()
      .min(1)
      .max(60)
      .default(6)
      .meta({ description: 'Under overload a look interval grows up to this many times before cameras are shed.' }),
    targetUtilisation: z
      .number()
      .min(0.1)
      .max(1)
      .default(0.9)
      .meta({ description: 'Share of the decoder and detector threads’ time that looks may plan with.' }),
    maxUndecided: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(32)
      .meta({ description: 'Looks that may be decoded and not decided at once, each with its picture in memory.' }),
    lookTimeoutMs: durationMs({
      min: 100,
      max: 300_000,
      default: 15_000,
      help: 'A look that has not ended by then is given up and counted as failed.',
    }),
  })
  .meta({ description: 'Which pictures are looked at first, and what is shed when there are too many.' });

/** Checked form of `scheduleSchema`. */
export type ScheduleConfig = z.output<typeof scheduleSchema>;
