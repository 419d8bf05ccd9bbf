import type { Box } from '../../../domain/geometry.ts';
import { type InputShape, inputFor, MaxRects, type Spot } from './max-rects.ts';
import { pixels, type Rect, type Size } from './rect.ts';
import { planRegions, type RegionPlanOptions } from './region-plan.ts';

/** A picture's size and what of it is to be looked at. */
export interface Asked extends Size {
  /** Normalised; absent: all of it. */
  readonly regions?: readonly Box[];
}

/** One rectangle of one picture in one model input, pixel by pixel. */
export interface Placement {
  /** Index of the picture. */
  readonly picture: number;
  /** In pixels of the picture. */
  readonly source: Rect;
  /** Where its top-left corner lies in the input. */
  readonly x: number;
  readonly y: number;
}

/** What one model input shows, and its size. */
export interface Layout extends Size {
  readonly placements: readonly Placement[];
}

/** How pictures are packed. */
export interface PackOptions extends RegionPlanOptions {
  /** Pixels of padding between two rectangles. */
  readonly gap: number;
  /** Whether one input may show several pictures; without, each picture is shown alone and whole. */
  readonly shared: boolean;
  /** What one run of the graph costs whatever its size, as pixels of input; matters where inputs may be smaller. */
  readonly runCost: number;
}

interface Piece {
  readonly picture: number;
  readonly source: Rect;
}

interface Open {
  readonly room: MaxRects;
  readonly placements: Placement[];
}

/**
 * Lays the regions of all pictures out in model inputs at the least cost it finds: the largest first, each where the inputs grow
 * least, or in an input of its own where that is cheaper. Pictures share inputs of fixed size only. Nothing is scaled.
 * @throws Error when a picture that is not packed does not fit.
 */
export function packPictures(asked: readonly Asked[], input: InputShape, options: PackOptions): Layout[] {
  if (!options.shared) {
    const { width, height } = input;
    return asked.map((each, index) => ({ width, height, placements: [wholePicture(each, index)] }));
  }
  const pieces = asked.flatMap((each, picture) =>
    planRegions(each, each.regions, input, options).map((source): Piece => ({ picture, source })),
  );
  pieces.sort((a, b) => b.source.height - a.source.height || b.source.width - a.source.width);
  const open: Open[] = [];
  for (const piece of pieces) place(piece, open, input, options);
  return open.map(({ room, placements }) => ({ ...sizeOf(placements, asked, input, room), placements }));
}

/**
 * Who asks for all of a picture is given the model's full input with its padding, as the model's authors evaluate it, and gets their
 * boxes; that is seldom, and regions have no such reference.
 */
function sizeOf(placements: readonly Placement[], asked: readonly Asked[], input: InputShape, room: MaxRects): Size {
  const [only] = placements;
  const isWhole = only !== undefined && placements.length === 1 && asked[only.picture]?.regions === undefined;
  return isWhole ? { width: input.width, height: input.height } : room.size;
}

function place(piece: Piece, open: Open[], input: InputShape, options: PackOptions): void {
  let home: Open | undefined;
  let spot: Spot | undefined;
  for (const each of open) {
    // Where inputs may be small, neighbours from another camera save nothing and cost a little: 0.987 of the objects
    // found instead of all. So what is found in a picture does not depend on what else is looked at.
    if (input.step !== undefined && each.placements[0]?.picture !== piece.picture) continue;
    const found = each.room.find(piece.source);
    if (found !== undefined && (spot === undefined || found.growth < spot.growth)) [home, spot] = [each, found];
  }
  const alone = pixels(inputFor(piece.source, input)) + options.runCost;
  if (home === undefined || spot === undefined || spot.growth > alone) {
    home = { room: new MaxRects(input, options), placements: [] };
    spot = home.room.find(piece.source);
    open.push(home);
  }
  const { width, height } = piece.source;
  if (spot === undefined) throw new Error(`a region of ${width}×${height} has no place`);
  home.room.take(piece.source, spot);
  home.placements.push({ ...piece, x: spot.x, y: spot.y });
}

function wholePicture({ width, height }: Size, picture: number): Placement {
  return { picture, source: { x: 0, y: 0, width, height }, x: 0, y: 0 };
}
