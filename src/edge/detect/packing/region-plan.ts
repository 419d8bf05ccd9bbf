import type { Box } from '../../../domain/geometry.ts';
import { around, contains, overlaps, pixels, type Rect, type Size } from './rect.ts';
import { coverWithTiles } from './tiles.ts';

/** How regions of a picture become what the model is shown. Lengths are pixels of the picture. */
export interface RegionPlanOptions {
  /** Share of a region's longer side that is added on each side: an object is seen whole, and with what is around it. */
  readonly margin: number;
  /** Least that is added on each side. */
  readonly minMargin: number;
  /** A region is at least this long on both sides. */
  readonly minSize: number;
  /** Regions begin at multiples of this. */
  readonly align: number;
  /** From this share of the picture on, the whole picture is looked at. */
  readonly wholeShare: number;
}

/**
 * The rectangles of a picture that the model is shown: regions with a margin, joined where one rectangle is not dearer than
 * two or where what changed touches; the whole picture when no regions are given. Each fits into `input`.
 */
export function planRegions(
  picture: Size,
  regions: readonly Box[] | undefined,
  input: Size,
  options: RegionPlanOptions,
): Rect[] {
  const whole: Rect = { x: 0, y: 0, width: picture.width, height: picture.height };
  const wholeFits = picture.width <= input.width && picture.height <= input.height;
  const everything = () => (wholeFits ? [whole] : coverWithTiles(whole, input));
  if (regions === undefined) return everything();
  const joined = join(
    regions.flatMap((region) => grow(region, picture, input, options)),
    input,
  );
  const asked = joined.reduce((sum, { rect }) => sum + pixels(rect), 0);
  if (wholeFits && asked >= options.wholeShare * pixels(picture)) return everything();
  return joined.flatMap(({ rect }) => coverWithTiles(rect, input));
}

/**
 * Whether a picture that is larger than the input is also to be seen as one, scaled down: where most of it is looked at in parts,
 * what is larger than a part is seen in none.
 */
export function needsOverview(
  picture: Size,
  regions: readonly Box[] | undefined,
  input: Size,
  options: RegionPlanOptions,
): boolean {
  if (picture.width <= input.width && picture.height <= input.height) return false;
  const planned = planRegions(picture, regions, input, options);
  return planned.reduce((sum, rect) => sum + pixels(rect), 0) >= options.wholeShare * pixels(picture);
}

interface Grown {
  /** What was asked for. */
  readonly core: Rect;
  /** What will be shown. */
  readonly rect: Rect;
}

function grow(region: Box, picture: Size, input: Size, options: RegionPlanOptions): Grown[] {
  const [left, right] = span(region[0], region[2], picture.width);
  const [top, bottom] = span(region[1], region[3], picture.height);
  if (!(right > left && bottom > top)) return [];
  const core = { x: left, y: top, width: right - left, height: bottom - top };
  const margin = Math.max(options.minMargin, options.margin * Math.max(core.width, core.height));
  const [x, width] = widen(left, right, margin, picture.width, input.width, options);
  const [y, height] = widen(top, bottom, margin, picture.height, input.height, options);
  return [{ core, rect: { x, y, width, height } }];
}

/** Normalised to whole pixels, outwards, inside the picture. */
function span(from: number, to: number, length: number): [from: number, to: number] {
  // A tile border such as 0.1 · 3 may lie a rounding error beyond its pixel.
  const slack = 1e-6;
  return [Math.max(0, Math.floor(from * length + slack)), Math.min(length, Math.ceil(to * length - slack))];
}

/** Start and length of a side with its margin; no longer than the input where what was asked for is not. */
function widen(
  from: number,
  to: number,
  margin: number,
  picture: number,
  input: number,
  { minSize, align }: RegionPlanOptions,
): [start: number, length: number] {
  const asked = to - from;
  const longest = Math.min(picture, Math.max(asked, input));
  const length = Math.min(longest, Math.max(minSize, Math.ceil(asked + 2 * margin)));
  const centred = Math.round((from + to - length) / 2);
  const start = Math.max(0, Math.min(centred, picture - length, from));
  const snapped = Math.floor(start / align) * align;
  const end = Math.min(picture, Math.ceil((start + length) / align) * align);
  return end - snapped <= longest ? [snapped, end - snapped] : [start, length];
}

/** Joins rectangles until no pair is left that is better seen as one. */
function join(regions: readonly Grown[], input: Size): Grown[] {
  const rest = [...regions];
  for (let index = 0; index < rest.length; index += 1) {
    const one = rest[index];
    const at = one === undefined ? -1 : rest.findIndex((other, place) => place > index && isOne(one, other, input));
    const other = rest[at];
    if (one === undefined || other === undefined) continue;
    rest.splice(at, 1);
    rest[index] = { core: around(one.core, other.core), rect: around(one.rect, other.rect) };
    index = -1;
  }
  return rest;
}

function isOne(a: Grown, b: Grown, input: Size): boolean {
  if (contains(a.rect, b.rect) || contains(b.rect, a.rect)) return true;
  const both = around(a.rect, b.rect);
  if (both.width > input.width || both.height > input.height) return false;
  // What changed in one place may be one object; beyond that, one rectangle if it costs no more than two.
  return overlaps(a.core, b.core) || pixels(both) <= pixels(a.rect) + pixels(b.rect);
}
