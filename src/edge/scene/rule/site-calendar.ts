import { z } from 'zod';
import type { UtcMs } from '../../../domain/ids.ts';
import { sunElevation } from '../../../domain/sun.ts';
import { oneTimeLine, type WallTime } from '../../../lib/steady-clock.ts';
import type { Calendar, Hours, HoursDay } from './hours.ts';

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date as YYYY-MM-DD');

/** The site's days. */
export const calendarSchema = z.strictObject({
  timeZone: z
    .string()
    .default('Asia/Shanghai')
    .refine(isTimeZone, 'no such IANA time zone')
    .meta({ description: 'IANA time zone in which hours are given.' }),
  holidays: z.array(date).max(1000).default([]).meta({ description: 'Public holidays, YYYY-MM-DD.' }),
  workdays: z
    .array(date)
    .max(1000)
    .default([])
    .meta({ description: 'Saturdays and Sundays that are worked, as Chinese holiday swaps have them.' }),
});

/** Checked calendar. */
export type CalendarConfig = z.output<typeof calendarSchema>;

const minuteMs = 60_000;
const dayMinutes = 1440;
/** The sun's centre below this is night: the end of civil twilight, degrees. */
const civilTwilight = -6;
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

interface LocalTime {
  /** Minutes since midnight. */
  readonly minutes: number;
  readonly days: ReadonlySet<HoursDay>;
  /** Those of the day before, for hours that reach over midnight. */
  readonly daysBefore: ReadonlySet<HoursDay>;
}

/** Local time of a site. Answers are computed once a minute, however many scenes ask. */
export class SiteCalendar implements Calendar {
  readonly #time: WallTime;
  readonly #format: Intl.DateTimeFormat;
  readonly #holidays: ReadonlySet<string>;
  readonly #workdays: ReadonlySet<string>;
  #minute = Number.NaN;
  #local: LocalTime | undefined;

  /** `time`: wall time of the times that are asked about; default: they are wall time. */
  constructor({ timeZone, holidays, workdays }: CalendarConfig, time: WallTime = oneTimeLine) {
    this.#time = time;
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'short',
      hourCycle: 'h23',
    });
    this.#holidays = new Set(holidays);
    this.#workdays = new Set(workdays);
  }

  isWithin(hours: Hours, at: UtcMs): boolean {
    const { minutes, days, daysBefore } = this.#at(this.#time.wall(at));
    return hours.some((each) => {
      const from = minutesOf(each.from);
      const to = minutesOf(each.to);
      const begins = (on: ReadonlySet<HoursDay>) => each.days === undefined || each.days.some((day) => on.has(day));
      if (from < to) return begins(days) && minutes >= from && minutes < to;
      return (begins(days) && minutes >= from) || (begins(daysBefore) && minutes < to);
    });
  }

  isNight(at: UtcMs, place: { readonly lat: number; readonly lon: number }): boolean {
    return sunElevation(this.#time.wall(at), place) < civilTwilight;
  }

  #at(at: UtcMs): LocalTime {
    const minute = Math.floor(at / minuteMs);
    if (this.#local === undefined || minute !== this.#minute) {
      this.#minute = minute;
      const [today = '', time = ''] = this.#format.format(at).split(', ');
      const before = new Date(Date.parse(today) - dayMinutes * minuteMs).toISOString().slice(0, 10);
      this.#local = { minutes: minutesOf(time), days: this.#daysOf(today), daysBefore: this.#daysOf(before) };
    }
    return this.#local;
  }

  #daysOf(day: string): ReadonlySet<HoursDay> {
    const weekday = weekdays[new Date(day).getUTCDay()] ?? 'sun';
    const weekend = weekday === 'sat' || weekday === 'sun';
    const works = this.#workdays.has(day) || (!weekend && !this.#holidays.has(day));
    return new Set([weekday, works ? 'workday' : 'holiday']);
  }
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
