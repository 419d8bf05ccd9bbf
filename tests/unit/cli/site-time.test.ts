import { describe, expect, test } from 'vitest';
import { durationText } from '../../../src/cli/duration-text.ts';
import { parseSiteTime, siteTime } from '../../../src/cli/site-time.ts';

describe('times of the site', () => {
  test.each([
    ['2026-11-22 15:04:05', 'Asia/Shanghai', '2026-11-22T07:04:05Z'],
    ['2026-11-22T15:04', 'Asia/Shanghai', '2026-11-22T07:04:00Z'],
    ['2026-11-22', 'Asia/Shanghai', '2026-11-21T16:00:00Z'],
    ['2026-11-22T07:04:05Z', 'Asia/Shanghai', '2026-11-22T07:04:05Z'],
    ['2026-11-22 07:04:05+02:00', 'Asia/Shanghai', '2026-11-22T05:04:05Z'],
    // Just before and after the clocks go forward.
    ['2026-03-29 01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59Z'],
    ['2026-03-29 03:00:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
  ])('%s in %s is %s', (text, zone, utc) => {
    const at = parseSiteTime('at', text, zone);
    expect(new Date(at).toISOString()).toBe(new Date(utc).toISOString());
    if (!/[Z+]/.test(text)) expect(siteTime(at, zone).startsWith(text.replace('T', ' '))).toBe(true);
  });

  test.each(['noon', '2026-13-01', '22.11.2026', ''])('%j is no time', (text) => {
    expect(() => parseSiteTime('at', text, 'Asia/Shanghai')).toThrow(/--at .* is not a time/);
  });
});

describe('durationText', () => {
  test.each([
    [999, '999 ms', '999 毫秒'],
    [9_500, '9.5 s', '9.5 秒'],
    [60_000, '1 min', '1 分'],
    [320_000, '5 min 20 s', '5 分 20 秒'],
    [3_600_000 * 3, '3 h', '3 小时'],
    [86_400_000 * 2 + 3_600_000, '2 d 1 h', '2 天 1 小时'],
    [-2_000, '−2 s', '−2 秒'],
  ])('%d', (ms, en, zh) => {
    expect([durationText(ms), durationText(ms, 'zh')]).toEqual([en, zh]);
  });
});
