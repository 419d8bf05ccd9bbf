import type { UtcMs } from '../../domain/ids.ts';
import type { Look, SceneRule } from './scene-module.ts';

/**
 * For so long a rule is shown an empty street once its hours have ended. Longer than any stay, share or spot of the
 * scenes' defaults is kept, and far shorter than what was always there is remembered.
 */
const windDownMs = 3_600_000;
/** Of a longer gap only the end is gone through: hours end once a day. */
const dayMs = 86_400_000;

/** As JSON. */
export interface SavedWindDown {
  readonly leftMs: number;
  readonly lastLookAt?: UtcMs | undefined;
}

/**
 * Lets what is under way run out when the hours of a scene end, so that nothing goes on with yesterday's dwell. A rule
 * that saw nothing within its hours is left alone: it must not learn an empty street.
 */
export class RuleWindDown {
  readonly #rule: Pick<SceneRule, 'evaluate' | 'pending'>;
  readonly #streamGapMs: number;
  #leftMs = 0;
  #lastLookAt: UtcMs | undefined;

  constructor(rule: Pick<SceneRule, 'evaluate' | 'pending'>, streamGapMs: number) {
    this.#rule = rule;
    this.#streamGapMs = streamGapMs;
  }

  /** The rule has something to forget: it knows of what was before a restart. */
  begin(): void {
    this.#leftMs = windDownMs;
  }

  /** Before a look within the hours. Where no look told of their end, for the node was off, it is made up for. */
  within(look: Look, inHours: (at: UtcMs) => boolean): void {
    const from = this.#lastLookAt;
    this.#lastLookAt = look.at;
    if (from !== undefined && look.at - from > this.#streamGapMs) {
      for (let at = Math.max(from, look.at - dayMs); at < look.at && this.#leftMs > 0; at += this.#streamGapMs) {
        if (!inHours(at)) this.#pass({ ...look, at }, this.#streamGapMs);
      }
    }
    this.#leftMs = windDownMs;
  }

  /** A look outside the hours. */
  pass(look: Look): void {
    const elapsed = look.at - (this.#lastLookAt ?? look.at);
    this.#lastLookAt = look.at;
    this.#pass(look, elapsed);
  }

  save(): SavedWindDown {
    return { leftMs: this.#leftMs, ...(this.#lastLookAt !== undefined && { lastLookAt: this.#lastLookAt }) };
  }

  restore({ leftMs, lastLookAt }: SavedWindDown): void {
    this.#leftMs = leftMs;
    this.#lastLookAt = lastLookAt;
  }

  #pass(look: Look, elapsed: number): void {
    if (this.#leftMs <= 0) return;
    this.#rule.evaluate({ ...look, tracks: [] });
    if (elapsed <= 0 || elapsed > this.#streamGapMs) return;
    this.#leftMs = Math.max(this.#leftMs - elapsed, this.#rule.pending().length > 0 ? 1 : 0);
  }
}
