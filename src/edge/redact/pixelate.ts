import type { Picture } from '../../domain/picture.ts';
import type { Region } from './region.ts';

/** Colours are rounded to this: what little differs from picture to picture of a clip must not add up to a sharper one. */
const colourStep = 16;

/**
 * Replaces a region by squares of one colour, each the mean of what was there. Nothing of what lay inside a square is
 * left, so there is nothing to undo; a head is about two squares wide, of which no face can be told.
 */
export function pixelate(picture: Picture, region: Region): void {
  const left = Math.max(0, Math.floor(region.left));
  const top = Math.max(0, Math.floor(region.top));
  const right = Math.min(picture.width, Math.ceil(region.left + region.width));
  const bottom = Math.min(picture.height, Math.ceil(region.top + region.height));
  const cell = Math.max(4, Math.ceil(region.cell));
  for (let y = top; y < bottom; y += cell) {
    for (let x = left; x < right; x += cell) {
      fillWithMean(picture, x, y, Math.min(right, x + cell), Math.min(bottom, y + cell));
    }
  }
}

function fillWithMean({ data, width }: Picture, left: number, top: number, right: number, bottom: number): void {
  const sums = [0, 0, 0];
  for (let y = top; y < bottom; y += 1) {
    const end = (y * width + right) * 3;
    for (let at = (y * width + left) * 3; at < end; at += 3) {
      sums[0] = (sums[0] as number) + (data[at] as number);
      sums[1] = (sums[1] as number) + (data[at + 1] as number);
      sums[2] = (sums[2] as number) + (data[at + 2] as number);
    }
  }
  const pixels = Math.max(1, (right - left) * (bottom - top));
  const colour = sums.map((sum) => Math.min(255, Math.round(sum / pixels / colourStep) * colourStep));
  for (let y = top; y < bottom; y += 1) {
    const end = (y * width + right) * 3;
    for (let at = (y * width + left) * 3; at < end; at += 3) {
      data[at] = colour[0] as number;
      data[at + 1] = colour[1] as number;
      data[at + 2] = colour[2] as number;
    }
  }
}
