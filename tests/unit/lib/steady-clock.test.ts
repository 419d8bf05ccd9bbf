import { describe, expect, test } from 'vitest';
import { SteadyClock, threadClock } from '../../../src/lib/steady-clock.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const epoch = 1_760_000_000_000;

describe('the steady clock', () => {
  test('is the wall clock as long as nobody sets it', () => {
    const clock = new FakeClock(epoch);
    const steady = new SteadyClock(clock);
    clock.advance(86_400_000);
    expect([steady.now(), steady.stepMs]).toEqual([clock.now(), 0]);
    expect(steady.wall(steady.now())).toBe(clock.now());
  });

  test('rounding and read delays do not show', () => {
    const clock = new FakeClock(epoch);
    const steady = new SteadyClock(clock);
    clock.jump(99);
    expect([steady.now(), steady.stepMs]).toEqual([epoch, 0]);
  });

  test.each([3_600_000, -3_600_000, 86_400_000, -86_400_000, 150])('goes on through a jump of %i ms', (byMs) => {
    const clock = new FakeClock(epoch);
    const steady = new SteadyClock(clock);
    clock.advance(1_000);
    clock.jump(byMs);
    clock.advance(1_000);
    expect(steady.now()).toBe(epoch + 2_000);
    expect(steady.wall(epoch + 1_000)).toBe(epoch + 1_000 + byMs);
    expect(steady.steady(clock.now())).toBe(steady.now());
    clock.jump(-byMs);
    expect([steady.now(), steady.stepMs]).toEqual([clock.now(), 0]);
  });

  test('a clock that was never set is taken over whole, once', () => {
    const clock = new FakeClock(20_000);
    const steady = new SteadyClock(clock);
    expect(steady.now()).toBe(20_000);
    clock.jump(epoch);
    expect([steady.now(), steady.stepMs]).toEqual([epoch + 20_000, 0]);
    clock.jump(3_600_000);
    expect([steady.now(), steady.stepMs]).toEqual([epoch + 20_000, 3_600_000]);
  });

  test('other threads count on the same line', () => {
    const clock = new FakeClock(epoch);
    const steady = new SteadyClock(clock);
    const other = threadClock(new FakeClock(5), steady.origin);
    clock.jump(3_600_000);
    // A real machine's monotonic clock runs underneath: no more than this test takes.
    expect(Math.abs(other.now() - steady.now())).toBeLessThan(60_000);
    expect(threadClock(clock, undefined)).toBe(clock);
  });
});
