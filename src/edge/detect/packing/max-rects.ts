import { contains, overlaps, type Rect, type Size } from './rect.ts';

/**
 * Free room of one model input, as the largest free rectangles, which overlap one another. A new rectangle goes where it
 * leaves the narrowest strip beside it.
 * Source: J. Jylänki, "A Thousand Ways to Pack the Bin", 2010, §2.5 (MaxRects, best short side fit).
 */
export class MaxRects {
  readonly #size: Size;
  readonly #gap: number;
  readonly #align: number;
  #free: Rect[];
  #empty = true;

  /** `gap` pixels stay free between two rectangles; corners lie on multiples of `align`. */
  constructor(size: Size, options: { gap: number; align: number }) {
    this.#size = size;
    this.#gap = options.gap;
    this.#align = options.align;
    // Every rectangle takes its gap to the right and below with it; at the far borders it may hang out.
    const room = (length: number) => Math.floor((length + options.gap) / options.align) * options.align;
    this.#free = [{ x: 0, y: 0, width: room(size.width), height: room(size.height) }];
  }

  /** Takes room for a rectangle and says where; undefined when there is none. */
  place(size: Size): { x: number; y: number } | undefined {
    const taken = (length: number) => Math.ceil((length + this.#gap) / this.#align) * this.#align;
    const width = taken(size.width);
    const height = taken(size.height);
    const spot = this.#bestSpot(width, height) ?? this.#wholeInput(size);
    if (spot === undefined) return undefined;
    this.#empty = false;
    this.#take({ ...spot, width, height });
    return spot;
  }

  #bestSpot(width: number, height: number): { x: number; y: number } | undefined {
    let best: Rect | undefined;
    let bestStrip = Number.POSITIVE_INFINITY;
    for (const free of this.#free) {
      if (free.width < width || free.height < height) continue;
      const strip = Math.min(free.width - width, free.height - height);
      if (strip < bestStrip || (strip === bestStrip && best !== undefined && free.y < best.y)) {
        best = free;
        bestStrip = strip;
      }
    }
    return best && { x: best.x, y: best.y };
  }

  /** A rectangle as large as the input fits where there is nothing yet, whatever gap and alignment ask. */
  #wholeInput(size: Size): { x: number; y: number } | undefined {
    const fits = size.width <= this.#size.width && size.height <= this.#size.height;
    return this.#empty && fits ? { x: 0, y: 0 } : undefined;
  }

  #take(used: Rect): void {
    const parts = this.#free.flatMap((free) => (overlaps(free, used) ? remains(free, used) : [free]));
    this.#free = parts.filter(
      (part, index) =>
        !parts.some((other, at) => at !== index && contains(other, part) && (!contains(part, other) || at < index)),
    );
  }
}

/** What is left of a free rectangle on the four sides of a used one. */
function remains(free: Rect, used: Rect): Rect[] {
  const right = used.x + used.width;
  const bottom = used.y + used.height;
  const sides: Rect[] = [
    { ...free, width: used.x - free.x },
    { ...free, x: right, width: free.x + free.width - right },
    { ...free, height: used.y - free.y },
    { ...free, y: bottom, height: free.y + free.height - bottom },
  ];
  return sides.filter((side) => side.width > 0 && side.height > 0);
}
