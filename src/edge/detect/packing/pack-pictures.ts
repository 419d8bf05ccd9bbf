import type { Box } from '../../../domain/geometry.ts';
import { MaxRects } from './max-rects.ts';
import type { Rect, Size } from './rect.ts';
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

/** What one model input shows. */
export type Layout = readonly Placement[];

/** How pictures are packed. */
export interface PackOptions extends RegionPlanOptions {
  /** Pixels of padding between two rectangles. */
  readonly gap: number;
  /** Whether one input may show several pictures; without, each picture is shown alone and whole. */
  readonly shared: boolean;
}

/**
 * Lays the regions of all pictures out in as few model inputs as it can: the largest first, each into the first input that
 * has room. Nothing is scaled. @throws Error when a picture that is not packed does not fit.
 */
export function packPictures(asked: readonly Asked[], input: Size, options: PackOptions): Layout[] {
  if (!options.shared) return asked.map((each, index) => [wholePicture(each, index)]);
  const pieces = asked.flatMap((each, picture) =>
    planRegions(each, each.regions, input, options).map((source) => ({ picture, source })),
  );
  pieces.sort((a, b) => b.source.height - a.source.height || b.source.width - a.source.width);
  const open: { room: MaxRects; layout: Placement[] }[] = [];
  for (const piece of pieces) {
    let spot: { x: number; y: number } | undefined;
    let home = open.find(({ room }) => {
      spot = room.place(piece.source);
      return spot !== undefined;
    });
    if (home === undefined) {
      home = { room: new MaxRects(input, options), layout: [] };
      spot = home.room.place(piece.source);
      open.push(home);
    }
    if (spot === undefined) throw new Error(`a region of ${piece.source.width}×${piece.source.height} has no place`);
    home.layout.push({ ...piece, ...spot });
  }
  return open.map(({ layout }) => layout);
}

function wholePicture({ width, height }: Size, picture: number): Placement {
  return { picture, source: { x: 0, y: 0, width, height }, x: 0, y: 0 };
}
