import type { Clock } from '../lib/clock.ts';

/** How often health goes out when nothing changes, and how soon after something did. */
const everyMs = 10_000;
const soonMs = 500;

/** Tells health regularly, and soon after it changed. */
export class HealthRhythm {
  readonly #tell: () => void;
  readonly #clock: Clock;
  #cancelNext: (() => void) | undefined;
  #cancelSoon: (() => void) | undefined;

  /** `tell` must not throw. */
  constructor(options: { tell: () => void; clock: Clock }) {
    this.#tell = options.tell;
    this.#clock = options.clock;
  }

  start(): void {
    this.#tell();
    this.#cancelNext = this.#clock.after(everyMs, () => this.start());
  }

  /** Something changed: a thousand cameras that come back at once are one message. */
  soon(): void {
    this.#cancelSoon ??= this.#clock.after(soonMs, () => {
      this.#cancelSoon = undefined;
      this.#tell();
    });
  }

  stop(): void {
    this.#cancelNext?.();
    this.#cancelSoon?.();
  }
}
