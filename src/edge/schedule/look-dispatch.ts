import type { AccessUnit } from '../../domain/access-unit.ts';
import type { LookOutcome, LookPriority } from '../../domain/look.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { CameraLooks, PictureInHand } from './camera-looks.ts';
import { LookHeap } from './look-heap.ts';

/**
 * Takes one look. `decoded` says that the decoder is free again. Not to reject. `signal` aborts when the look is given
 * up: what comes of it later counts for nothing and must not touch the camera's state, of which another look may have
 * hold.
 */
export type PerformLook = (
  unit: AccessUnit,
  priority: LookPriority,
  decoded: () => void,
  signal: AbortSignal,
) => Promise<LookOutcome>;

/** A look that has ended, or was given up. */
export interface EndedLook {
  readonly looks: CameraLooks;
  readonly picture: PictureInHand;
  readonly outcome: LookOutcome;
  readonly endedMs: number;
}

interface Flight {
  readonly looks: CameraLooks;
  readonly picture: PictureInHand;
  readonly startedMs: number;
  readonly giveUp: AbortController;
  decoded: boolean;
  over: boolean;
  done: Promise<void>;
}

/** A part of the places past the decoder is for severity 1 alone, so that it never waits behind the others there. */
const reservedShare = 0.25;

/** Hands waiting pictures to their cameras in order of urgency, as many at once as there is room for. */
export class LookDispatch {
  readonly #perform: PerformLook;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #slots: number;
  readonly #maxUndecided: number;
  readonly #onEnd: (ended: EndedLook) => void;
  readonly #heap = new LookHeap<CameraLooks>();
  readonly #flights = new Set<Flight>();
  #decoding = 0;
  #dispatching = false;
  #closed = false;

  constructor(options: {
    slots: number;
    maxUndecided: number;
    perform: PerformLook;
    clock: Clock;
    log: Logger;
    onEnd: (ended: EndedLook) => void;
  }) {
    this.#slots = options.slots;
    this.#maxUndecided = options.maxUndecided;
    this.#perform = options.perform;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onEnd = options.onEnd;
  }

  /** Cameras whose picture waits. */
  get waiting(): number {
    return this.#heap.size;
  }

  /** Looks at a decoder. */
  get decoding(): number {
    return this.#decoding;
  }

  /** Looks past it and not decided. */
  get undecided(): number {
    return this.#flights.size - this.#decoding;
  }

  /** Its picture waits from now on, unless a look of it is under way: then it follows that. */
  add(looks: CameraLooks): void {
    if (this.#closed || looks.looking || looks.waiting === undefined) return;
    this.#heap.add(looks);
    this.dispatch();
  }

  /** Its urgency changed. */
  moved(looks: CameraLooks): void {
    this.#heap.moved(looks);
  }

  /** Its picture waits no longer. */
  remove(looks: CameraLooks): void {
    looks.waiting = undefined;
    this.#heap.remove(looks);
  }

  /** Begins as many looks as there is room for. */
  dispatch(): void {
    // A look may end at once, and its camera offer the next one.
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      for (let looks = this.#heap.first; looks !== undefined && this.#roomFor(looks); looks = this.#heap.first) {
        this.#heap.remove(looks);
        const picture = looks.waiting;
        looks.waiting = undefined;
        if (picture !== undefined) this.#begin(looks, picture);
      }
    } finally {
      this.#dispatching = false;
    }
  }

  /** Gives up looks that have been at work for `limitMs`; each frees its place. */
  giveUpAfter(limitMs: number): void {
    const now = this.#clock.monotonic();
    for (const flight of this.#flights) {
      if (now - flight.startedMs < limitMs) continue;
      this.#log.error({ camera: flight.looks.camera, decoded: flight.decoded }, 'a look does not end; given up');
      flight.giveUp.abort();
      this.#end(flight, nothing(flight.picture, 'failed'));
    }
  }

  /** Takes no more; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let looks = this.#heap.first; looks !== undefined; looks = this.#heap.first) this.remove(looks);
    await Promise.all([...this.#flights].map(({ done }) => done));
  }

  #roomFor({ severity }: CameraLooks): boolean {
    if (this.#closed || this.#decoding >= this.#slots) return false;
    const places = severity === 1 ? this.#maxUndecided : Math.ceil(this.#maxUndecided * (1 - reservedShare));
    return this.undecided < places;
  }

  #begin(looks: CameraLooks, picture: PictureInHand): void {
    const startedMs = this.#clock.monotonic();
    const flight: Flight = {
      ...{ looks, picture, startedMs, giveUp: new AbortController() },
      ...{ decoded: false, over: false, done: Promise.resolve() },
    };
    looks.looking = true;
    this.#decoding += 1;
    this.#flights.add(flight);
    flight.done = this.#run(flight);
  }

  async #run(flight: Flight): Promise<void> {
    const { looks, picture, giveUp } = flight;
    const priority = { severity: looks.severity, deadlineMs: picture.deadlineMs };
    let outcome: LookOutcome;
    try {
      outcome = await this.#perform(picture.unit, priority, () => this.#decoded(flight), giveUp.signal);
    } catch (error) {
      this.#log.error({ err: error, camera: looks.camera }, `a look failed unexpectedly: ${messageOf(error)}`);
      outcome = nothing(picture, 'failed');
    }
    this.#end(flight, outcome);
  }

  #decoded(flight: Flight): void {
    if (flight.decoded || flight.over) return;
    flight.decoded = true;
    this.#decoding -= 1;
    this.dispatch();
  }

  #end(flight: Flight, outcome: LookOutcome): void {
    if (flight.over) return;
    flight.over = true;
    if (!flight.decoded) this.#decoding -= 1;
    this.#flights.delete(flight);
    const { looks, picture } = flight;
    looks.looking = false;
    try {
      this.#onEnd({ looks, picture, outcome, endedMs: this.#clock.monotonic() });
    } catch (error) {
      this.#log.error({ err: error, camera: looks.camera }, `a look was not accounted for: ${messageOf(error)}`);
    }
    if (looks.waiting !== undefined) this.add(looks);
    this.dispatch();
  }
}

function nothing({ unit }: PictureInHand, result: 'failed'): LookOutcome {
  return { result, at: unit.receivedAt, decodeMs: 0, detectMs: 0 };
}
