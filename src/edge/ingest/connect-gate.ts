import type { Clock } from '../../lib/clock.ts';

/** A turn at the gate, asked for. */
export interface ConnectTurn {
  /** Whether the turn has come. */
  readonly granted: boolean;
  /** Gives the turn back, waiting or under way; idempotent. To be called when the try succeeded or failed. */
  release(): void;
}

interface Waiting {
  grant: (() => void) | undefined;
  /** Once granted: gives the turn back, whoever is first, the camera or the time. */
  end: () => void;
}

/**
 * How long a turn counts as under way at most. Connecting and the four requests take less; what may take longer, an
 * address where nobody answers or the wait for the first keyframe (a few seconds on many cameras), costs the network
 * nothing and must not keep the cameras behind it waiting.
 */
const longestTurnMs = 1_000;

/**
 * The one place where cameras wait for their turn to connect, so that a thousand of them that start or come back
 * together neither flood the network nor the event loop. First come, first served: a camera that fails and asks
 * again goes to the end, so no camera keeps another from its turn.
 */
export class ConnectGate {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #atOnce: number;
  readonly #queue: Waiting[] = [];
  /** First of `#queue` that is not served; the served are cut off now and then. */
  #head = 0;
  #waiting = 0;
  #underWay = 0;
  #granted = 0;
  #nextAt: number;
  #cancelTimer: (() => void) | undefined;

  constructor(options: {
    clock: Clock;
    /** Tries begun in a second, at most, evenly spaced. */
    perSecond: number;
    /** Tries under way at once, at most. */
    atOnce: number;
  }) {
    this.#clock = options.clock;
    this.#everyMs = 1000 / options.perSecond;
    this.#atOnce = options.atOnce;
    this.#nextAt = options.clock.monotonic();
  }

  /** Cameras that wait, tries under way, and turns given so far. */
  get counts(): { readonly waiting: number; readonly underWay: number; readonly granted: number } {
    return { waiting: this.#waiting, underWay: this.#underWay, granted: this.#granted };
  }

  /** Asks for a turn; `grant` is called when it comes, at once where nobody waits and the pace allows it. */
  enter(grant: () => void): ConnectTurn {
    const waiting: Waiting = { grant, end: () => undefined };
    this.#queue.push(waiting);
    this.#waiting += 1;
    let released = false;
    this.#serve();
    return {
      get granted() {
        return waiting.grant === undefined;
      },
      release: () => {
        if (released) return;
        released = true;
        if (waiting.grant === undefined) waiting.end();
        else {
          waiting.grant = undefined;
          this.#waiting -= 1;
        }
      },
    };
  }

  #serve(): void {
    while (this.#waiting > 0 && this.#underWay < this.#atOnce) {
      const now = this.#clock.monotonic();
      if (now < this.#nextAt) {
        this.#wake(this.#nextAt - now);
        return;
      }
      // A timer that comes late gives the turns it missed, up to one: pace, not catching up.
      this.#nextAt = Math.max(now - this.#everyMs, this.#nextAt) + this.#everyMs;
      this.#takeNext()?.();
    }
  }

  #wake(ms: number): void {
    this.#cancelTimer ??= this.#clock.after(ms, () => {
      this.#cancelTimer = undefined;
      this.#serve();
    });
  }

  /** The longest waiting one's grant; it may ask again or release at once. */
  #takeNext(): (() => void) | undefined {
    for (;;) {
      const next = this.#queue[this.#head];
      if (next === undefined) return undefined;
      this.#head += 1;
      const { grant } = next;
      if (grant === undefined) continue;
      next.grant = undefined;
      next.end = this.#begin();
      this.#waiting -= 1;
      this.#granted += 1;
      this.#cutServed();
      return grant;
    }
  }

  /** A turn is under way; the returned function ends it, once. */
  #begin(): () => void {
    this.#underWay += 1;
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      cancel();
      this.#underWay -= 1;
      this.#serve();
    };
    const cancel = this.#clock.after(longestTurnMs, end);
    return end;
  }

  #cutServed(): void {
    if (this.#head < 1024 && this.#head < this.#queue.length) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }
}
