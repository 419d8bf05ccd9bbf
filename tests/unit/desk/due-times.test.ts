import { expect, test } from 'vitest';
import { DueTimes } from '../../../src/desk/sla/due-times.ts';
import { signClockJob } from '../../../src/desk/store/jobs.ts';
import type { TicketId } from '../../../src/domain/ids.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ticket = 'ticket' as TicketId;
const limitMs = 60_000;

test.each([3_600_000, -3_600_000, 86_400_000, -86_400_000])('a wall clock set by %i ms changes no wait', (byMs) => {
  const clock = new FakeClock();
  const due = new DueTimes({ clock, longestMs: limitMs });
  const job = signClockJob(ticket, 'd1', clock.now() + limitMs);
  due.waitMs(job);
  clock.advance(30_000);
  clock.jump(byMs);
  expect(due.waitMs(job)).toBeGreaterThan(29_000);
  clock.advance(29_000);
  expect(due.overdue(0)).toEqual([]);
  clock.advance(2_000);
  expect(due.overdue(0)).toEqual([job]);
  due.forget(job.id);
  expect(due.overdue(0)).toEqual([]);
});

test('after a restart: what ran out meanwhile is due, and nothing waits longer than the limit', () => {
  const clock = new FakeClock();
  const due = new DueTimes({ clock, longestMs: limitMs });
  expect(due.waitMs(signClockJob(ticket, 'past', clock.now() - 5_000))).toBeLessThan(0);
  const far = signClockJob(ticket, 'set back meanwhile', clock.now() + 86_400_000);
  expect(due.waitMs(far)).toBeLessThanOrEqual(limitMs + 2);
});
