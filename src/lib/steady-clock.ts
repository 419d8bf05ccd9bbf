import type { Clock } from './clock.ts';
import { leastStepMs } from './clock-sync.ts';

/** A clock that says a time before this software was made (2025-01-01) was never set. */
const plausibleFrom = 1_735_689_600_000;

/** How the steady time line and the wall clock are apart. */
export interface WallTime {
  /** Wall clock less steady time in ms; 0 unless the wall clock was set since the process started. */
  readonly stepMs: number;
  /** The wall clock's word for a steady time. */
  wall(at: number): number;
  /** The steady time of a wall clock's word. */
  steady(at: number): number;
}

/** Where there is one time line only. */
export const oneTimeLine: WallTime = { stepMs: 0, wall: (at) => at, steady: (at) => at };

/**
 * UTC that does not jump: the wall clock as it was when the process started, carried on by the monotonic clock, whose
 * rate NTP corrects as well. What lasts (a dwell, a blind interval, a cooldown) is measured on it, so that a wall clock
 * that is set neither ends nor fires anything; what leaves the process is told in wall time as it is then.
 * As long as nobody sets the wall clock both are the same to the millisecond.
 *
 * One exception: a box without a battery begins in 1970. Its first jump to a year that can be true is taken over whole;
 * the conditions of its first seconds begin anew.
 */
export class SteadyClock implements Clock, WallTime {
  /** One float64 for the process's threads: steady time less the machine's monotonic time, in ms. */
  readonly origin = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  readonly #clock: Clock;
  #anchor: number;
  #stepMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#anchor = clock.now() - clock.monotonic();
    this.#tellThreads();
  }

  now(): number {
    this.#look();
    return Math.round(this.#clock.monotonic() + this.#anchor);
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(ms: number, callback: () => void): () => void {
    return this.#clock.after(ms, callback);
  }

  get stepMs(): number {
    this.#look();
    return this.#stepMs;
  }

  wall(at: number): number {
    return at + this.stepMs;
  }

  steady(at: number): number {
    return at - this.stepMs;
  }

  /** Differences below a step are rounding and read delays: they must not make times flicker. */
  #look(): void {
    const wall = this.#clock.now();
    const apart = wall - this.#clock.monotonic() - this.#anchor;
    if (Math.abs(apart - this.#stepMs) < leastStepMs) return;
    const wasSet = this.#clock.monotonic() + this.#anchor >= plausibleFrom;
    if (wasSet || wall < plausibleFrom) {
      this.#stepMs = Math.round(apart);
      return;
    }
    this.#anchor += apart;
    this.#stepMs = 0;
    this.#tellThreads();
  }

  #tellThreads(): void {
    new Float64Array(this.origin)[0] = this.#anchor + this.#clock.monotonic() - machineMs();
  }
}

/** The same time line in another thread of the process: `performance.now()` begins anew in each. */
export function threadClock(clock: Clock, origin: SharedArrayBuffer | undefined): Clock {
  if (origin === undefined) return clock;
  const shared = new Float64Array(origin);
  return {
    now: () => Math.round(machineMs() + (shared[0] ?? 0)),
    monotonic: () => clock.monotonic(),
    after: (ms, callback) => clock.after(ms, callback),
  };
}

/** The machine's monotonic clock, the same for all threads. */
function machineMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
