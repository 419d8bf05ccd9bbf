import { z } from 'zod';
import type { Box } from '../../../domain/geometry.ts';
import type { PictureSpec } from '../../../domain/picture.ts';
import type { Rect, Size } from './rect.ts';

/**
 * Tiles for small, far objects: the picture is decoded larger than the model's input and seen in parts, and once more as a
 * whole. 2×1 takes three times as long as the picture alone and finds twice as many of the small objects
 * (docs/benchmarks.md, packing).
 */
export const tileSchema = z.strictObject({
  columns: z.number().int().min(1).max(6).default(2).meta({ description: 'Tiles side by side.' }),
  rows: z.number().int().min(1).max(4).default(1).meta({ description: 'Tiles one above the other.' }),
  overlap: z.number().min(0).max(0.5).default(0.2).meta({
    description:
      'Share of a tile that it has in common with its neighbour: what is no larger is seen whole in one of them.',
  }),
});

/** Checked configuration of tiles. */
export type TileConfig = z.output<typeof tileSchema>;

/** The tiles as regions of a detection request: normalised, row by row. */
export function tileRegions({ columns, rows, overlap }: TileConfig): Box[] {
  const [width, height] = [1 / tilesAcross(columns, overlap), 1 / tilesAcross(rows, overlap)];
  const start = (index: number, count: number, length: number) =>
    count === 1 ? 0 : (index * (1 - length)) / (count - 1);
  return Array.from({ length: columns * rows }, (_, index): Box => {
    const x = start(index % columns, columns, width);
    const y = start(Math.floor(index / columns), rows, height);
    return [x, y, Math.min(1, x + width), Math.min(1, y + height)];
  });
}

/** The picture to ask the decoder for, so that every tile just fits into the model's input. */
export function tilePictureSpec({ columns, rows, overlap }: TileConfig, input: PictureSpec): PictureSpec {
  return {
    ...input,
    width: Math.floor(input.width * tilesAcross(columns, overlap)),
    height: Math.floor(input.height * tilesAcross(rows, overlap)),
  };
}

/** Length of a row of tiles, in tiles. */
function tilesAcross(count: number, overlap: number): number {
  return count - (count - 1) * overlap;
}

/** Share of the input by which tiles that cover a large region overlap. */
const coverOverlap = 0.2;

/** A rectangle itself where it fits into the input; else equal tiles over it. */
export function coverWithTiles(rect: Rect, input: Size): Rect[] {
  const across = spans(rect.x, rect.width, input.width);
  return spans(rect.y, rect.height, input.height).flatMap(([y, height]) =>
    across.map(([x, width]): Rect => ({ x, y, width, height })),
  );
}

function spans(from: number, length: number, longest: number): (readonly [start: number, length: number])[] {
  if (length <= longest) return [[from, length]];
  const count = Math.ceil((length / longest - coverOverlap) / (1 - coverOverlap));
  return Array.from({ length: count }, (_, index) => {
    const start = from + Math.round((index * (length - longest)) / (count - 1));
    return [start, longest] as const;
  });
}
