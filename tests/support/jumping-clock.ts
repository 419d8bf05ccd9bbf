import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** The machine's clock, whose wall time can be set as NTP or a person would set it. */
export class JumpingClock implements Clock {
  #byMs = 0;

  now(): number {
    return systemClock.now() + this.#byMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  after(ms: number, callback: () => void): () => void {
    return systemClock.after(ms, callback);
  }

  jump(ms: number): void {
    this.#byMs += ms;
  }
}
