import type { Clock } from './clock.ts';
import { askClockSources, type SourceWord } from './clock-sources.ts';
import { type ClockState, type ClockWord, clockStates } from './clock-state.ts';
import { messageOf } from './errors.ts';
import type { Service } from './lifecycle.ts';
import type { Logger } from './log.ts';
import type { Counter, Gauge, Metrics } from './metrics.ts';

/** A jump of the wall clock. */
export interface ClockStep {
  /** Wall clock after it, UTC ms. */
  readonly at: number;
  /** Positive: forward. */
  readonly byMs: number;
}

/** What is known of the clock. */
export interface ClockReport {
  readonly state: ClockState;
  /** Who says so: `chrony`, `ntpd`, `ptp`, `kernel`, `timesyncd`; `step`: it jumped a short while ago. */
  readonly source: string | undefined;
  readonly offsetMs: number | undefined;
  /** Age of the sources' word in ms. */
  readonly checkedAgoMs: number | undefined;
  readonly lastStep: ClockStep | undefined;
}

/** NTP's usual poll interval: more often nothing new is known (RFC 5905 §7.2: 64 s is the default minimum). */
const askEveryMs = 64_000;
const tickMs = 1_000;
/** Below this a difference of the two clocks may be a late timer or rounding; NTP itself slews what is below 128 ms. */
export const leastStepMs = 100;
/** How long a clock that jumped is not believed, whatever its daemon says: a second correction often follows the first. */
const doubtMs = 300_000;

/**
 * Whether this machine's clock follows a reference: asks those who keep it about once a minute, in the background, and
 * finds jumps itself, as the wall clock and the monotonic clock are slewed together and differ only where the wall clock
 * is set. A machine that slept shows as a jump forward, as it should.
 */
export class ClockSync implements Service, ClockWord {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ask: () => Promise<SourceWord | undefined>;
  readonly #steps: Counter<'direction'>;
  readonly #lastStepMs: Gauge;
  readonly #state: Gauge<'state'>;
  readonly #listeners = new Set<(step: ClockStep) => void>();
  #difference: number;
  #word: { readonly word: SourceWord | undefined; readonly at: number } | undefined;
  #asking = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #step: (ClockStep & { readonly seenAt: number }) | undefined;
  #cancel: (() => void) | undefined;

  /** `ask`: default `askClockSources`. */
  constructor(options: { clock: Clock; log: Logger; metrics: Metrics; ask?: () => Promise<SourceWord | undefined> }) {
    const { clock, log, metrics } = options;
    this.#clock = clock;
    this.#log = log;
    this.#ask = options.ask ?? askClockSources;
    this.#difference = clock.now() - clock.monotonic();
    this.#steps = metrics.counter('maplebridge_clock_steps_total', 'Jumps of the wall clock', ['direction']);
    this.#lastStepMs = metrics.gauge('maplebridge_clock_last_step_ms', 'The last jump of the wall clock in ms');
    this.#state = metrics.gauge('maplebridge_clock_state', '1 at the state the clock is in', ['state']);
  }

  /** Resolves at once: the first answer of the sources comes a moment later. */
  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#cancel ??= this.#tick();
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** State at this moment; a jump counts at once. */
  get state(): ClockState {
    return this.report.state;
  }

  get report(): ClockReport {
    this.#look();
    const now = this.#clock.monotonic();
    const step = this.#step;
    const word = this.#word?.word;
    const doubted = step !== undefined && now - step.seenAt < doubtMs;
    return {
      state: doubted ? 'unsynchronised' : (word?.state ?? 'unknown'),
      source: doubted ? 'step' : word?.source,
      offsetMs: word?.offsetMs,
      checkedAgoMs: this.#word && now - this.#word.at,
      lastStep: step && { at: step.at, byMs: step.byMs },
    };
  }

  /** One line for health where the clock is not to be trusted. That nobody knows is not a problem by itself. */
  get problem(): string | undefined {
    const { state, source, lastStep } = this.report;
    if (state !== 'unsynchronised') return undefined;
    return source === 'step' && lastStep !== undefined
      ? `the clock jumped by ${lastStep.byMs} ms: times before and after do not compare`
      : `the clock follows no reference (${source}): times of this machine may be wrong`;
  }

  /** Called with every jump; the returned function ends it. */
  onStep(listener: (step: ClockStep) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tick(): () => void {
    this.#look();
    if (!this.#asking && this.#clock.monotonic() - this.#askedAt >= askEveryMs) this.#renew();
    const { state } = this.report;
    for (const each of clockStates) this.#state.set({ state: each }, each === state ? 1 : 0);
    return this.#clock.after(tickMs, () => {
      if (this.#cancel !== undefined) this.#cancel = this.#tick();
    });
  }

  /** Compares the clocks; asked often, costs two reads. */
  #look(): void {
    const difference = this.#clock.now() - this.#clock.monotonic();
    const byMs = Math.round(difference - this.#difference);
    this.#difference = difference;
    if (Math.abs(byMs) < leastStepMs) return;
    const step = { at: this.#clock.now(), byMs };
    this.#step = { ...step, seenAt: this.#clock.monotonic() };
    this.#steps.inc({ direction: byMs > 0 ? 'forward' : 'back' });
    this.#lastStepMs.set(byMs);
    this.#log.warn({ byMs }, 'the wall clock jumped');
    for (const listener of this.#listeners) listener(step);
  }

  #renew(): void {
    this.#asking = true;
    this.#askedAt = this.#clock.monotonic();
    const before = this.#word?.word?.state ?? 'unknown';
    this.#ask()
      .then((word) => {
        this.#word = { word, at: this.#clock.monotonic() };
        const state = word?.state ?? 'unknown';
        if (state !== before) this.#log.info({ state, source: word?.source }, 'clock synchronisation');
      })
      .catch((error: unknown) => this.#log.debug({ reason: messageOf(error) }, 'clock state not known'))
      .finally(() => {
        this.#asking = false;
      });
  }
}
