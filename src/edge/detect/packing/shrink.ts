import type { Picture } from '../../../domain/picture.ts';
import type { Size } from './rect.ts';

/** A picture at its aspect, small enough for a model's input: each pixel is the mean of those it stands for. */
export function shrink(picture: Picture, input: Size): Picture {
  const scale = Math.min(1, input.width / picture.width, input.height / picture.height);
  const width = Math.max(1, Math.floor(picture.width * scale));
  const height = Math.max(1, Math.floor(picture.height * scale));
  const rows = bounds(picture.height, height);
  const columns = bounds(picture.width, width);
  const sums = new Float64Array(width * 3);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const [top, bottom] = [rows[2 * y] as number, rows[2 * y + 1] as number];
    sums.fill(0);
    for (let row = top; row < bottom; row += 1) addRow(picture, row, columns, sums);
    for (let at = 0; at < sums.length; at += 1) {
      const x = Math.floor(at / 3);
      const count = (bottom - top) * ((columns[2 * x + 1] as number) - (columns[2 * x] as number));
      data[y * sums.length + at] = Math.round((sums[at] as number) / count);
    }
  }
  return { ...picture, width, height, data };
}

/** First and one past the last source pixel of every pixel, one after the other. */
function bounds(from: number, to: number): Int32Array {
  const all = new Int32Array(2 * to);
  for (let at = 0; at < to; at += 1) {
    all[2 * at] = Math.floor((at * from) / to);
    all[2 * at + 1] = Math.ceil(((at + 1) * from) / to);
  }
  return all;
}

function addRow({ data, width }: Picture, row: number, columns: Int32Array, sums: Float64Array): void {
  for (let at = 0, x = 0; at < sums.length; at += 3, x += 2) {
    const end = (row * width + (columns[x + 1] as number)) * 3;
    for (let from = (row * width + (columns[x] as number)) * 3; from < end; from += 3) {
      sums[at] = (sums[at] as number) + (data[from] as number);
      sums[at + 1] = (sums[at + 1] as number) + (data[from + 1] as number);
      sums[at + 2] = (sums[at + 2] as number) + (data[from + 2] as number);
    }
  }
}
