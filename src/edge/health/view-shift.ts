import type { BlockMatch } from './block-match.ts';
import type { ReferenceVersion } from './reference-memory.ts';

/** Farthest shift that is looked for, as a share of width and height: past it too little is left in common. */
const farthest = 0.25;

/** Steps of a gradient that count: a few glaring edges must not decide alone. */
const mostGradient = 48;

/** Likeness at another place from which the view is taken to be there, and how much better that must be than here. */
const found = 0.65;
const better = 0.15;

/** A displacement, pixels. */
interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/** A picture shrunk by a whole factor, as the slopes of its brightness. */
class Slopes {
  readonly width: number;
  readonly height: number;
  readonly #factor: number;
  readonly #small: Int16Array;
  readonly #across: Int16Array;
  readonly #down: Int16Array;

  constructor(size: { readonly width: number; readonly height: number }, factor: number) {
    this.#factor = factor;
    this.width = Math.floor(size.width / factor);
    this.height = Math.floor(size.height / factor);
    this.#small = new Int16Array(this.width * this.height);
    this.#across = new Int16Array(this.width * this.height);
    this.#down = new Int16Array(this.width * this.height);
  }

  read(picture: Uint8Array): void {
    const factor = this.#factor;
    const wide = this.width * factor;
    for (let y = 0; y < this.height; y += 1) {
      for (let x = 0; x < this.width; x += 1) {
        let sum = 0;
        for (let row = 0; row < factor; row += 1) {
          const from = (y * factor + row) * wide + x * factor;
          for (let at = from; at < from + factor; at += 1) sum += picture[at] ?? 0;
        }
        this.#small[y * this.width + x] = sum / factor ** 2;
      }
    }
    for (let y = 1; y < this.height - 1; y += 1) {
      for (let x = 1; x < this.width - 1; x += 1) {
        const at = y * this.width + x;
        this.#across[at] = bounded((this.#small[at + 1] ?? 0) - (this.#small[at - 1] ?? 0));
        this.#down[at] = bounded((this.#small[at + this.width] ?? 0) - (this.#small[at - this.width] ?? 0));
      }
    }
  }

  /** How well the slopes agree with those of another picture that went by so many pixels, −1 to 1. */
  agree(other: Slopes, { dx, dy }: Shift): number {
    const width = this.width;
    let [product, mine, theirs] = [0, 0, 0];
    for (let y = Math.max(0, -dy); y < Math.min(this.height, this.height - dy); y += 1) {
      for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x += 1) {
        const at = y * width + x;
        const there = at + dy * width + dx;
        const [a, b] = [this.#across[there] ?? 0, this.#down[there] ?? 0];
        const [c, d] = [other.#across[at] ?? 0, other.#down[at] ?? 0];
        product += a * c + b * d;
        mine += a * a + b * b;
        theirs += c * c + d * d;
      }
    }
    return mine === 0 || theirs === 0 ? 0 : product / Math.sqrt(mine * theirs);
  }
}

/** Searches where a view went, from coarse to fine; about a millisecond, so only for pictures that look wrong. */
export class ViewShift {
  readonly #coarse: { readonly now: Slopes; readonly usual: Slopes };
  readonly #half: { readonly now: Slopes; readonly usual: Slopes };
  readonly #match: BlockMatch;

  /** `match`: a scratch. */
  constructor(size: { readonly width: number; readonly height: number }, match: BlockMatch) {
    const pair = (factor: number) => ({ now: new Slopes(size, factor), usual: new Slopes(size, factor) });
    this.#coarse = pair(4);
    this.#half = pair(2);
    this.#match = match;
  }

  /** Pixels by which the picture shows the reference elsewhere; undefined where it does not. `likeness`: unshifted. */
  find(luma: Uint8Array, version: ReferenceVersion, likeness: number): Shift | undefined {
    for (const { now, usual } of [this.#coarse, this.#half]) {
      now.read(luma);
      usual.read(version.picture);
    }
    const { width, height } = this.#coarse.now;
    const rough = this.#best(
      this.#coarse,
      { dx: 0, dy: 0 },
      Math.floor(width * farthest),
      Math.floor(height * farthest),
    );
    const near = this.#best(this.#half, doubled(rough), 2, 2);
    const { dx, dy } = doubled(near);
    let best: (Shift & { readonly likeness: number }) | undefined;
    for (let y = dy - 1; y <= dy + 1; y += 1) {
      for (let x = dx - 1; x <= dx + 1; x += 1) {
        this.#match.compare(luma, version, x, y);
        const there = this.#match.likeness ?? 0;
        if (best === undefined || there > best.likeness) best = { dx: x, dy: y, likeness: there };
      }
    }
    if (best === undefined || best.likeness < found || best.likeness < likeness + better) return undefined;
    return best;
  }

  #best(level: { readonly now: Slopes; readonly usual: Slopes }, from: Shift, across: number, down: number): Shift {
    let best = { ...from, agreement: Number.NEGATIVE_INFINITY };
    for (let dy = from.dy - down; dy <= from.dy + down; dy += 1) {
      for (let dx = from.dx - across; dx <= from.dx + across; dx += 1) {
        const agreement = level.now.agree(level.usual, { dx, dy });
        if (agreement > best.agreement) best = { dx, dy, agreement };
      }
    }
    return best;
  }
}

function doubled({ dx, dy }: Shift): Shift {
  return { dx: 2 * dx, dy: 2 * dy };
}

function bounded(slope: number): number {
  return Math.min(Math.max(slope, -mostGradient), mostGradient);
}
