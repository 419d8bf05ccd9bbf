import { describe, expect, it } from 'vitest';
import { ageOf, formatClock, formatDuration, timeFormats } from '../../../src/console/time/format.ts';
import { signClock } from '../../../src/console/time/sign-clock.ts';

const dueAt = 1_760_000_060_000;
const at = (remainingMs: number) => signClock({ signDueAt: dueAt, signOverdue: false }, dueAt - remainingMs);

describe('the sign clock', () => {
  it.each([
    [60_000, 'running', '1:00'],
    [59_001, 'running', '1:00'],
    [15_001, 'running', '0:16'],
    [15_000, 'urgent', '0:15'],
    [1, 'urgent', '0:01'],
    [0, 'overdue', '0:00'],
    [-999, 'overdue', '0:00'],
    [-1_000, 'overdue', '0:01'],
    [-3_725_000, 'overdue', '1:02:05'],
  ])('%i ms before its end: %s %s', (remainingMs, kind, text) => {
    expect(at(remainingMs)).toEqual({ kind, text });
  });

  it('stops once signed, and remembers when that was late', () => {
    expect(signClock({ signDueAt: undefined, signOverdue: false }, dueAt)).toEqual({ kind: 'none' });
    expect(signClock({ signDueAt: undefined, signOverdue: true }, dueAt)).toEqual({ kind: 'signed-late' });
  });
});

describe('times', () => {
  it.each([
    [0, 'time.now', 0],
    [4_999, 'time.now', 0],
    [59_999, 'time.seconds', 59],
    [60_000, 'time.minutes', 1],
    [3_600_000, 'time.hours', 1],
    [172_800_000, 'time.days', 2],
    [-5_000, 'time.now', 0],
  ])('%i ms ago is %s %i', (ago, key, n) => {
    expect(ageOf(dueAt - ago, dueAt)).toEqual({ key, n });
  });

  it.each([
    [0, '0 ms'],
    [38.4, '38 ms'],
    [4_210, '4.21 s'],
    [10_055, '10.1 s'],
    [187_000, '3:07'],
    [-230, '−230 ms'],
  ])('%d ms long is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('pads minutes only under an hour', () => {
    expect(formatClock(5)).toBe('0:05');
    expect(formatClock(3_605)).toBe('1:00:05');
  });

  it("are shown in the reader's zone", () => {
    expect(timeFormats('en', 'Asia/Shanghai').precise.format(1_760_000_000_123)).toBe('16:53:20.123');
    expect(timeFormats('zh-CN', 'UTC').clock.format(1_760_000_000_123)).toBe('08:53:20');
    expect(timeFormats('en', 'Asia/Shanghai').full.format(1_760_000_000_123)).toContain('9 Oct 2025');
  });
});
