import type { UnitKind } from './depacketizer.ts';
import type { SizeHints, UnitInterest, UnitPace } from './ingest-pool.ts';

/** What tells from the sizes of pictures that something began. */
export interface OnsetHint {
  /** Takes every whole picture in, in order; true when one shows an onset. */
  observe(keyframe: boolean, bytes: number): boolean;
}

/** Weight of the newest interval in the mean of a camera's own. */
const weight = 0.25;
/** One interval counts for no more than so many usual ones: pictures were lost, or the camera was away. */
const longestIntervals = 3;
/** How much later than asked for a keyframe may come: cameras and the reading of sockets are not exact. */
const mostSlackMs = 250;

/**
 * Which of one camera's pictures are handed on. At a pace of `everyMs` a keyframe is, when the next one would come later
 * than that after the last one handed on, going by the camera's own interval; so of a keyframe every 2 s and a pace of
 * 10 s it is every fifth. Times are monotonic milliseconds.
 */
export class PicturePace {
  readonly #makeHint: (() => OnsetHint) | undefined;
  #interest: UnitInterest;
  #everyMs = 0;
  #hints: SizeHints = 'none';
  #hint: OnsetHint | undefined;
  #intervalMs: number | undefined;
  #lastMs: number | undefined;
  #handedOnMs: number | undefined;
  #atOnce = false;
  #hinted = false;

  constructor(options: { interest: UnitInterest; pace?: UnitPace | undefined; hint?: () => OnsetHint }) {
    this.#interest = options.interest;
    this.#makeHint = options.hint;
    this.#everyMs = options.pace?.everyMs ?? 0;
    this.#setHints(options.pace?.hints ?? 'none');
  }

  /** Between two keyframes of the camera, where that is known. */
  get intervalMs(): number | undefined {
    return this.#intervalMs;
  }

  /** Changes what is handed on. A pace that is no slower than the one before hands the very next keyframe on. */
  set(interest: UnitInterest, { everyMs = 0, hints = 'none' }: UnitPace = {}): void {
    if (this.#interest === 'none' || everyMs <= this.#everyMs) this.#atOnce = true;
    this.#interest = interest;
    this.#everyMs = everyMs;
    this.#setHints(hints);
  }

  /** Whether a picture that comes now is to be handed on. */
  wants(kind: UnitKind, nowMs: number): boolean {
    if (this.#interest === 'all') return true;
    if (this.#interest === 'none' || kind === 'inter' || this.#everyMs === Number.POSITIVE_INFINITY) return false;
    if (this.#atOnce || this.#handedOnMs === undefined || this.#intervalMs === undefined) return true;
    const slackMs = Math.min(mostSlackMs, this.#everyMs / 8);
    return nowMs + this.#intervalMs - this.#handedOnMs > this.#everyMs + slackMs;
  }

  /** A picture came whole: says whether it is to be handed on, and if so whether an onset was seen since the last. */
  take(kind: UnitKind, bytes: number, nowMs: number): { handOn: boolean; sizeHint: boolean } {
    const handOn = this.wants(kind, nowMs);
    this.#learn(kind, bytes, nowMs);
    const sizeHint = this.#hinted;
    if (handOn && kind === 'keyframe') {
      this.#handedOnMs = nowMs;
      this.#atOnce = false;
      this.#hinted = false;
    }
    return { handOn, sizeHint: kind === 'keyframe' && sizeHint };
  }

  /** A picture came whole that was not copied. */
  pass(kind: UnitKind, bytes: number, nowMs: number): void {
    this.#learn(kind, bytes, nowMs);
  }

  #learn(kind: UnitKind, bytes: number, nowMs: number): void {
    if (this.#hint?.observe(kind === 'keyframe', bytes) === true) {
      this.#hinted = true;
      if (this.#hints === 'early') this.#atOnce = true;
    }
    if (kind !== 'keyframe') return;
    if (this.#lastMs !== undefined) {
      const gapMs = nowMs - this.#lastMs;
      const known = this.#intervalMs;
      this.#intervalMs =
        known === undefined ? gapMs : known + (Math.min(gapMs, known * longestIntervals) - known) * weight;
    }
    this.#lastMs = nowMs;
  }

  #setHints(hints: SizeHints): void {
    this.#hints = hints;
    if (hints !== 'none') {
      this.#hint ??= this.#makeHint?.();
      return;
    }
    this.#hint = undefined;
    this.#hinted = false;
  }
}
