import type { UtcMs } from '../../../domain/ids.ts';
import type { Calendar, Hours } from './hours.ts';

/** Whether what a scene watches for is permitted at a moment; never where no hours are given. */
export function exemptHours(hours: Hours | undefined, calendar: Calendar): (at: UtcMs) => boolean {
  return hours === undefined ? () => false : (at) => calendar.isWithin(hours, at);
}
