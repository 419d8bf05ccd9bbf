import type { UtcMs } from '../../domain/ids.ts';
import type { MessageKey } from '../i18n/en.ts';
import type { Language } from '../i18n/translate.ts';

/** `clock` 14:03:27 · `precise` 14:03:27.512 · `full` date, time and zone. */
export type TimeStyle = 'clock' | 'precise' | 'full';

/** Formatters of a language; the zone is the reader's unless given. */
export function timeFormats(language: Language, timeZone?: string): Readonly<Record<TimeStyle, Intl.DateTimeFormat>> {
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const zone = timeZone === undefined ? {} : { timeZone };
  const locale = language === 'en' ? 'en-GB' : language;
  return {
    clock: new Intl.DateTimeFormat(locale, { ...time, ...zone }),
    precise: new Intl.DateTimeFormat(locale, { ...time, fractionalSecondDigits: 3, ...zone }),
    full: new Intl.DateTimeFormat(locale, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      ...time,
      timeZoneName: 'short',
      ...zone,
    }),
  };
}

/** How long ago something was, as a text key and its number; a time ahead counts as now. */
export function ageOf(at: UtcMs, now: UtcMs): { readonly key: MessageKey; readonly n: number } {
  const seconds = Math.floor(Math.max(0, now - at) / 1000);
  if (seconds < 5) return { key: 'time.now', n: 0 };
  if (seconds < 60) return { key: 'time.seconds', n: seconds };
  if (seconds < 3_600) return { key: 'time.minutes', n: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { key: 'time.hours', n: Math.floor(seconds / 3_600) };
  return { key: 'time.days', n: Math.floor(seconds / 86_400) };
}

/** A length of time for people: `38 ms`, `4.2 s`, `3:07`, `1:02:05`; negative ones keep their sign. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 1_000) return `${sign}${Math.round(size)} ms`;
  if (size < 60_000) return `${sign}${(size / 1000).toFixed(size < 10_000 ? 2 : 1)} s`;
  return sign + formatClock(Math.round(size / 1000));
}

/** Whole seconds as `0:42`, `12:05` or `1:02:05`. */
export function formatClock(totalSeconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(totalSeconds / 3_600);
  const minutes = Math.floor(totalSeconds / 60) % 60;
  const seconds = two(totalSeconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}
