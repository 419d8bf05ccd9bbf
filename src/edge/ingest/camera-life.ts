import type { BlindReason, CameraState } from '../../domain/camera.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { Backoff } from '../../lib/backoff.ts';
import { CircuitBreaker } from '../../lib/circuit-breaker.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ConnectGate, ConnectTurn } from './connect-gate.ts';
import type { BreakerConfig } from './life-config.ts';

/** How long one camera waits for what. */
export interface LifeTiming {
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly unauthorizedRetryMs: number;
  /** A stream that lasted this long was a success. */
  readonly stalledAfterMs: number;
}

/** What a life needs. */
export interface CameraLifeOptions {
  readonly timing: LifeTiming;
  readonly breaker: BreakerConfig;
  /** Shared by the cameras of an event loop; without one a camera connects at once. */
  readonly gate?: ConnectGate | undefined;
  readonly clock: Clock;
  /** 0–1. */
  readonly random: () => number;
  /** Begin one try; it ends in `streaming` or `ended`. */
  readonly onConnect: () => void;
  readonly onState: (state: CameraState) => void;
}

/**
 * The life of a camera as a state machine, without sockets:
 *
 *     idle → queued → connecting → streaming
 *              ↑          ↓            ↓
 *              └─────── waiting ←──────┘        any → stopped
 *
 * Every wait has its reason. Waits grow with jitter; after many failures in a row the breaker makes them longer still.
 * Only a stream that lasted counts as a success, so that a camera which dies at once is not asked every second.
 */
export class CameraLife {
  readonly #options: CameraLifeOptions;
  readonly #backoff: Backoff;
  readonly #breaker: CircuitBreaker;
  #state: CameraState = { kind: 'idle' };
  #turn: ConnectTurn | undefined;
  #cancelRetry: (() => void) | undefined;
  #cancelSuccess: (() => void) | undefined;

  constructor(options: CameraLifeOptions) {
    this.#options = options;
    const { retryMinMs: minMs, retryMaxMs: maxMs } = options.timing;
    const { random } = options;
    const { breakerFailures: failures, breakerPauseMs: pauseMs, breakerPauseMaxMs: pauseMaxMs } = options.breaker;
    this.#backoff = new Backoff({ minMs, maxMs, random });
    this.#breaker = new CircuitBreaker({ failures, pauseMs, pauseMaxMs, random });
  }

  get state(): CameraState {
    return this.#state;
  }

  /** Begins; once. */
  begin(): void {
    if (this.#state.kind === 'idle') this.#enter();
  }

  /** The first picture of a try came. */
  streaming(since: UtcMs): void {
    if (this.#state.kind !== 'connecting') return;
    this.#release();
    this.#cancelSuccess = this.#options.clock.after(this.#options.timing.stalledAfterMs, () => {
      this.#backoff.reset();
      this.#breaker.succeeded();
    });
    this.#set({ kind: 'streaming', since });
  }

  /** The try or the stream is over. */
  ended(reason: BlindReason, detail: string): void {
    if (this.#state.kind !== 'connecting' && this.#state.kind !== 'streaming') return;
    this.#release();
    this.#cancelSuccess?.();
    const delayMs = Math.max(this.#delay(reason), this.#breaker.failed());
    this.#cancelRetry = this.#options.clock.after(delayMs, () => this.#enter());
    this.#set({
      kind: 'waiting',
      reason,
      detail,
      retryAt: this.#options.clock.now() + delayMs,
      attempt: this.#backoff.attempt,
      ...(this.#breaker.state === 'open' && { breakerOpen: true }),
    });
  }

  /** Ends it, whatever it is at; idempotent. */
  stop(): void {
    if (this.#state.kind === 'stopped') return;
    this.#cancelRetry?.();
    this.#cancelSuccess?.();
    this.#release();
    this.#set({ kind: 'stopped' });
  }

  /** Asks for a turn, and tries when it comes. */
  #enter(): void {
    const attempt = this.#backoff.attempt + 1;
    const { gate } = this.#options;
    if (gate === undefined) {
      this.#connect(attempt);
      return;
    }
    let entered = false;
    const turn = gate.enter(() => {
      if (entered) this.#connect(attempt);
    });
    entered = true;
    this.#turn = turn;
    if (turn.granted) this.#connect(attempt);
    else this.#set({ kind: 'queued', attempt });
  }

  #connect(attempt: number): void {
    this.#breaker.trying();
    this.#set({ kind: 'connecting', attempt });
    // A listener may have stopped it.
    if (this.#state.kind === 'connecting') this.#options.onConnect();
  }

  #delay(reason: BlindReason): number {
    const delayMs = this.#backoff.next();
    if (reason !== 'unauthorized') return delayMs;
    return Math.max(delayMs, Math.round(this.#options.timing.unauthorizedRetryMs * (1 + this.#options.random() / 2)));
  }

  #release(): void {
    this.#turn?.release();
    this.#turn = undefined;
  }

  #set(state: CameraState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
