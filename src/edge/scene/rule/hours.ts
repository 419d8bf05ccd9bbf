import { z } from 'zod';
import type { UtcMs } from '../../../domain/ids.ts';

/** Days as the site lives them: a working Saturday of a Chinese holiday swap is a `workday`. */
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'workday', 'holiday'] as const;

/** One of them. */
export type HoursDay = (typeof days)[number];

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day as HH:MM, 00:00 to 24:00');

/** Hours of the week, local time of the site; `to` before `from` reaches into the next day. */
export const hoursSchema = z
  .array(
    z.strictObject({
      days: z.array(z.enum(days)).min(1).optional().meta({
        description:
          'Days on which the hours begin; every day unless given. `workday` and `holiday` follow the calendar.',
      }),
      from: timeOfDay,
      to: timeOfDay,
    }),
  )
  .max(32);

/** Checked hours. */
export type Hours = z.output<typeof hoursSchema>;

/** What the site's clock says. */
export interface Calendar {
  /** Whether a moment lies in the hours. */
  isWithin(hours: Hours, at: UtcMs): boolean;
  /** Whether the sun is down there: below the horizon by civil twilight (6°). WGS-84 degrees. */
  isNight(at: UtcMs, place: { readonly lat: number; readonly lon: number }): boolean;
}
