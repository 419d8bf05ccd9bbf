import { contains, overlaps, pixels, type Rect, type Size } from './rect.ts';

/** The largest input of a model; with `step` an input may be smaller, its sides in multiples of that. */
export interface InputShape extends Size {
  readonly step?: number;
}

/** A free place for a rectangle. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  /** Pixels by which the input has to grow for it; 0 where its size is fixed. */
  readonly growth: number;
}

/** The input that holds so much: all of it where its size is fixed. */
export function inputFor(extent: Size, { width, height, step }: InputShape): Size {
  if (step === undefined) return { width, height };
  const stepped = (length: number) => Math.max(1, Math.ceil(length / step)) * step;
  return { width: stepped(extent.width), height: stepped(extent.height) };
}

/**
 * Free room of one model input, as the largest free rectangles, which overlap one another. A new rectangle goes where the
 * input grows least by it, then where it leaves the narrowest strip beside it.
 * Source: J. Jylänki, "A Thousand Ways to Pack the Bin", 2010, §2.5 (MaxRects, best short side fit).
 */
export class MaxRects {
  readonly #shape: InputShape;
  readonly #gap: number;
  readonly #align: number;
  #free: Rect[];
  #extent: Size = { width: 0, height: 0 };

  /** `gap` pixels stay free between two rectangles; corners lie on multiples of `align`. */
  constructor(shape: InputShape, options: { gap: number; align: number }) {
    this.#shape = shape;
    this.#gap = options.gap;
    this.#align = options.align;
    // Every rectangle takes its gap to the right and below with it; at the far borders it may hang out.
    const room = (length: number) => Math.floor((length + options.gap) / options.align) * options.align;
    this.#free = [{ x: 0, y: 0, width: room(shape.width), height: room(shape.height) }];
  }

  /** Size of the input that holds all that was taken. */
  get size(): Size {
    return inputFor(this.#extent, this.#shape);
  }

  /** The best place for a rectangle; undefined when there is none. */
  find(size: Size): Spot | undefined {
    const { width, height } = this.#withGap(size);
    let best: Spot | undefined;
    let bestStrip = 0;
    for (const free of this.#free) {
      if (free.width < width || free.height < height) continue;
      const growth = this.#growth(free, size);
      const strip = Math.min(free.width - width, free.height - height);
      if (best === undefined || growth < best.growth || (growth === best.growth && strip < bestStrip)) {
        best = { x: free.x, y: free.y, growth };
        bestStrip = strip;
      }
    }
    return best ?? this.#wholeInput(size);
  }

  /** Takes a place that was found. */
  take(size: Size, { x, y }: Spot): void {
    const used = { x, y, ...this.#withGap(size) };
    const parts = this.#free.flatMap((free) => (overlaps(free, used) ? remains(free, used) : [free]));
    this.#free = parts.filter(
      (part, index) =>
        !parts.some((other, at) => at !== index && contains(other, part) && (!contains(part, other) || at < index)),
    );
    this.#extent = this.#extentWith({ x, y }, size);
  }

  #withGap({ width, height }: Size): Size {
    const taken = (length: number) => Math.ceil((length + this.#gap) / this.#align) * this.#align;
    return { width: taken(width), height: taken(height) };
  }

  #extentWith({ x, y }: { x: number; y: number }, { width, height }: Size): Size {
    return { width: Math.max(this.#extent.width, x + width), height: Math.max(this.#extent.height, y + height) };
  }

  #growth(at: { x: number; y: number }, size: Size): number {
    if (this.#shape.step === undefined) return 0;
    const before = this.#isEmpty() ? 0 : pixels(this.size);
    return pixels(inputFor(this.#extentWith(at, size), this.#shape)) - before;
  }

  #isEmpty(): boolean {
    return this.#extent.width === 0;
  }

  /** A rectangle as large as the input fits where there is nothing yet, whatever gap and alignment ask. */
  #wholeInput(size: Size): Spot | undefined {
    const fits = size.width <= this.#shape.width && size.height <= this.#shape.height;
    return this.#isEmpty() && fits ? { x: 0, y: 0, growth: this.#growth({ x: 0, y: 0 }, size) } : undefined;
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
