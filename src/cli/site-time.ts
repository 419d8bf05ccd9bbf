import { AppError } from '../lib/errors.ts';

/** A moment in the site's time zone: `2026-11-22 15:04:05`. */
export function siteTime(at: number, timeZone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts as Record<string, string>;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/**
 * A moment given as text: `2026-11-22 15:04:05` is of the site's time zone, `2026-11-22T07:04:05Z` says its own.
 * @throws AppError MB_USAGE
 */
export function parseSiteTime(option: string, text: string, timeZone: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(
    text.trim(),
  );
  const [, date = '', time = '00:00', zone] = match ?? [];
  const at = Date.parse(`${date}T${time}${zone ?? 'Z'}`);
  if (match === null || Number.isNaN(at)) {
    throw new AppError(
      'MB_USAGE',
      `--${option} "${text}" is not a time like "2026-11-22 15:04:05" or "2026-11-22T07:04:05Z"`,
    );
  }
  if (zone !== undefined) return at;
  // Twice, so that it is right on the day the clocks change.
  const offset = (moment: number) =>
    Date.parse(`${siteTime(moment, timeZone).replace(' ', 'T')}Z`) - Math.floor(moment / 1000) * 1000;
  return at - offset(at - offset(at));
}
