import { unit } from './levels.ts';

/** Pixels across and down one block whose structure is compared. */
export const structureSize = 8;

/** Variance above which a block has a structure at all. */
const textured = (4 * unit) ** 2;

/** Correlation below which two blocks show different things. */
const alike = 0.5;

/** Correlation above which they show the same. */
const same = 0.9;

/** Fewest structured blocks that can be judged. */
const fewest = 6;

/**
 * Share of the picture's structured blocks that no longer correlate with the background's, 0–1. Correlation does not
 * see brightness or contrast. 0 where neither picture has structure to speak of.
 */
export function differingStructure(picture: Int16Array, background: Int16Array, width: number): number {
  const rows = Math.floor(picture.length / width / structureSize);
  const columns = Math.floor(width / structureSize);
  let structured = 0;
  let differing = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const correlation = correlate(picture, background, width, (row * width + column) * structureSize);
      if (correlation === undefined) continue;
      structured += 1;
      if (correlation < alike) differing += 1;
    }
  }
  return structured < fewest ? 0 : differing / structured;
}

/**
 * Whether the block at `start` (its first pixel) shows the same structure as the background, in another light perhaps.
 * False where there is too little structure to tell.
 */
export function sameStructure(picture: Int16Array, background: Int16Array, width: number, start: number): boolean {
  return (correlate(picture, background, width, start) ?? 0) > same;
}

/** Correlation of one block, −1 to 1; undefined where neither side has structure, 0 where only one has. */
function correlate(picture: Int16Array, background: Int16Array, width: number, start: number): number | undefined {
  let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
  for (let y = 0; y < structureSize; y += 1) {
    for (let at = start + y * width; at < start + y * width + structureSize; at += 1) {
      const a = picture[at] ?? 0;
      const b = background[at] ?? 0;
      sumA += a;
      sumB += b;
      squareA += a * a;
      squareB += b * b;
      product += a * b;
    }
  }
  const count = structureSize * structureSize;
  const varianceA = squareA / count - (sumA / count) ** 2;
  const varianceB = squareB / count - (sumB / count) ** 2;
  if (varianceA < textured && varianceB < textured) return undefined;
  if (varianceA < textured / 4 || varianceB < textured / 4) return 0;
  return (product / count - (sumA / count) * (sumB / count)) / Math.sqrt(varianceA * varianceB);
}
