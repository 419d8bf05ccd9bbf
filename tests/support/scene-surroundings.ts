import { calendarSchema, SiteCalendar } from '../../src/edge/scene/rule/site-calendar.ts';
import type { CameraSurroundings } from '../../src/edge/scene/scene-module.ts';

/** An uncalibrated camera in Huzhou, with the calendar of its province. */
export function sceneSurroundings(more: Partial<CameraSurroundings> = {}): CameraSurroundings {
  return { calendar: new SiteCalendar(calendarSchema.parse({})), place: { lat: 30.87, lon: 120.43 }, ...more };
}
