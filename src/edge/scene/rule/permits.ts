import { z } from 'zod';
import type { UtcMs, ZoneId } from '../../../domain/ids.ts';
import { type Calendar, hoursSchema } from './hours.ts';

const moment = z.iso.datetime({ offset: true }).optional();

/** Transport permits. Plates are not read: one holds for every truck at its gates in its hours, whoever's it is. */
export const permitsSchema = z
  .array(
    z.strictObject({
      company: z.string().min(1).max(200).meta({ description: 'Who holds the permit; named where it is applied.' }),
      gates: z.array(z.string()).min(1).optional().meta({ description: 'Ids of the gate lines; all unless given.' }),
      hours: hoursSchema.min(1).optional().meta({ description: 'Permitted hours; any unless given.' }),
      from: moment.meta({ description: 'Valid from this moment on, ISO 8601 with offset.' }),
      to: moment.meta({ description: 'Valid until this moment, ISO 8601 with offset.' }),
    }),
  )
  .max(200);

/** Checked permits. */
export type Permits = z.output<typeof permitsSchema>;

/** The first permit that holds at a gate at a moment. */
export function permitFor(permits: Permits, gate: ZoneId, at: UtcMs, calendar: Calendar): Permits[number] | undefined {
  return permits.find(
    ({ gates, hours, from, to }) =>
      (gates === undefined || gates.includes(gate)) &&
      (from === undefined || at >= Date.parse(from)) &&
      (to === undefined || at < Date.parse(to)) &&
      (hours === undefined || calendar.isWithin(hours, at)),
  );
}
