import type { Box } from '../../domain/geometry.ts';
import type { Picture } from '../../domain/picture.ts';
import type { Redaction, RedactionMethod } from '../../domain/redaction.ts';
import { pixelate } from './pixelate.ts';
import type { Region } from './region.ts';
import { geometryVersion, type PlannedRegions } from './regions-of.ts';

/** What was done to a picture. */
export type PictureNote = Omit<Redaction, 'model'>;

/** Covers the planned regions of a picture, in its own memory. */
export function redactPicture(
  picture: Picture,
  { regions, kept, keptPlates }: PlannedRegions,
  method: RedactionMethod,
): PictureNote {
  const [first, ...others] = regions;
  const coversAll = first?.what === 'rest';
  const originals = coversAll ? (kept ?? []).map((box) => cutOut(picture, box)) : [];
  if (first !== undefined) pixelate(picture, first);
  for (const original of originals) putBack(picture, original);
  for (const region of others) pixelate(picture, region);
  return noteOf({ regions, kept, keptPlates }, method);
}

/** What is to be said of a picture whose regions these are. */
export function noteOf({ regions, keptPlates }: PlannedRegions, method: RedactionMethod): PictureNote {
  const coversAll = regions.some(({ what }) => what === 'rest');
  const has = (what: Region['what']) => coversAll || regions.some((region) => region.what === what);
  return {
    faces: has('face') ? 'blurred' : 'none-found',
    plates: keptPlates > 0 ? 'kept' : has('plate') ? 'blurred' : 'none-found',
    regions: regions.length,
    method: `${method}-${geometryVersion}`,
  };
}

interface CutOut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly rows: readonly Uint8Array[];
}

function cutOut({ data, width, height }: Picture, box: Box): CutOut {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
  const [left, right] = [clamp(box[0] * width, width), clamp(box[2] * width, width)];
  const [top, bottom] = [clamp(box[1] * height, height), clamp(box[3] * height, height)];
  const rows = Array.from({ length: Math.max(0, bottom - top) }, (_, row) =>
    data.slice(((top + row) * width + left) * 3, ((top + row) * width + Math.max(left, right)) * 3),
  );
  return { left, top, width: right - left, rows };
}

function putBack({ data, width }: Picture, { left, top, rows }: CutOut): void {
  for (const [row, bytes] of rows.entries()) data.set(bytes, ((top + row) * width + left) * 3);
}
