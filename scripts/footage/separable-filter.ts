/** Of a symmetrical five-tap filter: outer, inner, middle; 2·outer + 2·inner + middle = 1. */
export type FiveTaps = readonly [outer: number, inner: number, middle: number];

/** Filters RGB bytes in place along rows, then along columns; the picture's edge repeats outwards. */
export function filterSeparable(rgb: Uint8Array, width: number, height: number, taps: FiveTaps): void {
  const stride = width * 3;
  const padded = new Uint8Array(stride + 12);
  for (let row = 0; row < height; row += 1) filterRow(rgb.subarray(row * stride, (row + 1) * stride), padded, taps);
  filterColumns(rgb, stride, height, taps);
}

/** `padded`: room for the row and two pixels on either side. */
function filterRow(row: Uint8Array, padded: Uint8Array, [outer, inner, middle]: FiveTaps): void {
  const end = row.length;
  padded.set(row, 6);
  for (const start of [0, 3]) {
    padded.set(row.subarray(0, 3), start);
    padded.set(row.subarray(end - 3), end + 6 + start);
  }
  for (let at = 0; at < end; at += 1) {
    const value =
      middle * (padded[at + 6] ?? 0) +
      inner * ((padded[at + 3] ?? 0) + (padded[at + 9] ?? 0)) +
      outer * ((padded[at] ?? 0) + (padded[at + 12] ?? 0));
    row[at] = value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
  }
}

/** Whole rows at a time: walking down single columns would miss the cache at every step. */
function filterColumns(rgb: Uint8Array, stride: number, height: number, [outer, inner, middle]: FiveTaps): void {
  const source = rgb.slice();
  const rowAt = (row: number) => Math.min(height - 1, Math.max(0, row)) * stride;
  for (let row = 0; row < height; row += 1) {
    const [above2, above, at, below, below2] = [
      rowAt(row - 2),
      rowAt(row - 1),
      rowAt(row),
      rowAt(row + 1),
      rowAt(row + 2),
    ];
    for (let column = 0; column < stride; column += 1) {
      const value =
        middle * (source[at + column] ?? 0) +
        inner * ((source[above + column] ?? 0) + (source[below + column] ?? 0)) +
        outer * ((source[above2 + column] ?? 0) + (source[below2 + column] ?? 0));
      rgb[at + column] = value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
    }
  }
}
