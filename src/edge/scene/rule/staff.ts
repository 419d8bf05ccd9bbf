import { z } from 'zod';
import type { UtcMs } from '../../../domain/ids.ts';
import type { Track } from '../../../domain/track.ts';
import { type Calendar, type Hours, hoursSchema } from './hours.ts';
import type { ReasonTexts } from './rule-trace.ts';

/** Fields of scenes in whose places people work. */
export const staffFields = {
  staffHours: hoursSchema
    .min(1)
    .optional()
    .meta({ description: 'Hours in which staff are at work there: what they do is not reported. None unless given.' }),
  staffInUniform: z.boolean().default(false).meta({
    description: 'In those hours only people in uniform are staff; needs a model that tells uniforms.',
  }),
};

/** Words for the code `staff`. */
export const staffReasons = {
  staff: { en: 'staff at work: the hours of staff', zh: '工作人员作业时段' },
} as const satisfies ReasonTexts;

/** From this score on somebody wears a uniform. */
const uniformScore = 0.5;

/** Whether a model says that somebody wears a uniform. */
export function inUniform(track: Track): boolean {
  return (track.attributes?.uniform ?? 0) >= uniformScore;
}

/** Whether somebody, or a vehicle, counts as staff at work at that moment. */
export function isStaff(
  track: Track,
  at: UtcMs,
  config: { readonly staffHours?: Hours | undefined; readonly staffInUniform: boolean },
  calendar: Calendar,
): boolean {
  if (config.staffHours === undefined || !calendar.isWithin(config.staffHours, at)) return false;
  return !config.staffInUniform || track.class !== 'person' || inUniform(track);
}
