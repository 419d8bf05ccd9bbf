import type { UtcMs } from '../../domain/ids.ts';
import type { GateConfig } from './config.ts';
import type { GateMemory } from './gate-memory.ts';
import { unit, unitsPerGrey } from './levels.ts';

/** A new pixel's usual deviation: that of a quiet camera. */
const firstSpread = 3 * unit;
const leastSpread = 2 * unit;
const mostSpread = 100 * unit;

/** Bits below a level. */
const levelShift = 6;

/** Share of looks on which a pixel deviates by no more than its usual deviation. */
const usualShare = 0.8;

/** Factors in whole numbers, which is faster than in fractions: the largest product is 100 levels times two. */
const fixedBits = 14;
const half = 1 << (fixedBits - 1);
const fixed = (factor: number) => Math.round(factor * (1 << fixedBits));

/** Age at which a candidate becomes background. */
const grown = 255;

/** One look, pixel by pixel. */
export interface LookAtPixels {
  /** What the camera shows, units. */
  readonly picture: Int16Array;
  /** Its difference from the background, light of the whole picture taken out. */
  readonly residual: Int16Array;
  /** The same, local light taken out too. */
  readonly detail: Int16Array;
  /** 1 where the detail is too large. */
  readonly changed: Uint8Array;
}

/**
 * The per-pixel model of one camera at a time: which pixels changed, and what is learnt of it. Learning goes by the
 * time since the last picture, so that looks may come at any interval.
 */
export class Background {
  readonly #config: GateConfig;
  readonly #width: number;
  readonly #pixels: number;
  /** Smallest deviation that counts, by the background's level: in the dark a few greys are many levels. */
  readonly #least: Int32Array;

  constructor(config: GateConfig) {
    this.#config = config;
    this.#width = config.width;
    this.#pixels = config.width * config.height;
    this.#least = Int32Array.from(unitsPerGrey, (units) => Math.max(config.minDelta * unit, config.minGrey * units));
  }

  /** Takes a picture as all there is to know. */
  restart(memory: GateMemory, picture: Int16Array): void {
    memory.background.set(picture);
    memory.candidate.set(picture);
    memory.spread.fill(firstSpread);
    memory.age.fill(0);
    memory.unrest.fill(0);
  }

  /** Marks in `changed` (0 or 1) what deviates too far; returns how many pixels do. `noise`: of this picture, units. */
  compare(memory: GateMemory, detail: Int16Array, noise: number, changed: Uint8Array): number {
    const { spreadFactor, edgeTolerance } = this.#config;
    const { background, spread } = memory;
    const most = this.#config.maxDelta * unit;
    const bounds = this.#least;
    const width = this.#width;
    let count = 0;
    for (let at = 0; at < this.#pixels; at += 1) {
      const deviation = Math.abs(detail[at] ?? 0);
      const level = background[at] ?? 0;
      const least = bounds[level < 0 ? 0 : level >> levelShift] ?? 0;
      let flag = 0;
      if (deviation > least) {
        const usual = Math.max(spread[at] ?? 0, noise) * spreadFactor;
        const across = Math.abs((background[at + 1] ?? 0) - (background[at - 1] ?? 0));
        const down = Math.abs((background[at + width] ?? 0) - (background[at - width] ?? 0));
        const bound = Math.max(least, Math.min(usual, most)) + edgeTolerance * Math.max(across, down);
        if (deviation > bound) flag = 1;
      }
      changed[at] = flag;
      count += flag;
    }
    return count;
  }

  /** Learns from a picture: light at once, small differences soon, what changed only when it has stayed. */
  learn(memory: GateMemory, look: LookAtPixels, from: UtcMs, to: UtcMs): void {
    const { picture, residual, detail, changed } = look;
    const { background, spread, age } = memory;
    const most = Math.round(this.#config.minDelta * unit);
    const elapsedMs = to - from;
    const follow = fixed(1 - Math.exp(-elapsedMs / this.#config.steadyMs));
    // Ticks of one clock, so that steps shorter than a tick add up too.
    const ticks = (at: UtcMs) => Math.floor((at * grown) / this.#config.absorbMs);
    const aging = ticks(to) - ticks(from);
    const step = 1 - Math.exp(-elapsedMs / this.#config.spreadMs);
    const up = fixed(1 + usualShare * step);
    const down = fixed(1 - (1 - usualShare) * step);
    for (let at = 0; at < this.#pixels; at += 1) {
      const rest = residual[at] ?? 0;
      if (changed[at] === 0) {
        const small = Math.min(Math.max(rest, -most), most);
        background[at] = (picture[at] ?? 0) - rest + ((follow * small + half) >> fixedBits);
        if (age[at] !== 0) age[at] = (age[at] ?? 0) >> 1;
      } else if (this.#stands(memory, at, picture[at] ?? 0, rest, aging)) {
        continue;
      }
      const usual = spread[at] ?? 0;
      const moved = (usual * (Math.abs(detail[at] ?? 0) > usual ? up : down)) >> fixedBits;
      spread[at] = Math.min(Math.max(moved, leastSpread), mostSpread);
    }
  }

  /** Learns from a changed pixel; whether it shows what it showed on the look before: a thing that stands there. */
  #stands(memory: GateMemory, at: number, level: number, rest: number, aging: number): boolean {
    const { background, candidate, age } = memory;
    const same = this.#config.minDelta * unit;
    const expected = level - rest;
    // The candidate saw the same change of light as the background did.
    const stood = (candidate[at] ?? 0) + expected - (background[at] ?? 0);
    background[at] = expected;
    // What was background on the look before only flickers: its unrest is to be learnt.
    if (age[at] === 0 || Math.abs(level - stood) >= same) {
      candidate[at] = level;
      age[at] = 1;
      return false;
    }
    const reached = (age[at] ?? 0) + aging;
    candidate[at] = (stood + level) / 2;
    age[at] = reached >= grown ? 0 : reached;
    if (reached >= grown) background[at] = level;
    return true;
  }
}
