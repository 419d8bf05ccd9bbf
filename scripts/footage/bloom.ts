/** Pixels of a cell's side: the glow is wide and soft, so an eighth of the size is enough. */
const cell = 8;

/** Brighter than this spills over. */
const brightFrom = 225;

/** Light of what is far too bright, spilling over what is round it. */
export class Bloom {
  readonly #strength: number;

  /** `strength`: share of white that a large bright spot adds beside itself. */
  constructor(strength: number) {
    this.#strength = strength;
  }

  /** Adds the glow to RGB bytes in place. */
  add(rgb: Uint8Array, width: number, height: number): void {
    const columns = Math.ceil(width / cell);
    const rows = Math.ceil(height / cell);
    const bright = brightShares(rgb, width, height, columns);
    if (!bright.some((share) => share > 0)) return;
    const glow = blurred(blurred(bright, columns, rows), columns, rows);
    const peak = 255 * this.#strength;
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const added = peak * between(glow, columns, rows, (column + 0.5) / cell - 0.5, (row + 0.5) / cell - 0.5);
        if (added < 0.5) continue;
        const at = (row * width + column) * 3;
        for (let channel = at; channel < at + 3; channel += 1)
          rgb[channel] = Math.min(255, (rgb[channel] ?? 0) + added);
      }
    }
  }
}

/** Share of each cell that is too bright, 0–1. */
function brightShares(rgb: Uint8Array, width: number, height: number, columns: number): Float32Array {
  const shares = new Float32Array(columns * Math.ceil(height / cell));
  for (let row = 0; row < height; row += 1) {
    const start = (row >> 3) * columns;
    for (let column = 0; column < width; column += 1) {
      if ((rgb[(row * width + column) * 3 + 1] ?? 0) < brightFrom) continue;
      const at = start + (column >> 3);
      shares[at] = (shares[at] ?? 0) + 1 / (cell * cell);
    }
  }
  return shares;
}

/** Mean of 3×3 cells; outside there is no light. */
function blurred(cells: Float32Array, columns: number, rows: number): Float32Array {
  const mean = new Float32Array(cells.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let sum = 0;
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1)
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1)
          sum += cells[y * columns + x] ?? 0;
      mean[row * columns + column] = sum / 9;
    }
  }
  return mean;
}

/** Bilinear. */
function between(cells: Float32Array, columns: number, rows: number, x: number, y: number): number {
  const [left, top] = [x < 0 ? 0 : Math.floor(x), y < 0 ? 0 : Math.floor(y)];
  const [right, bottom] = [Math.min(columns - 1, left + 1), Math.min(rows - 1, top + 1)];
  const [shareX, shareY] = [Math.max(0, x - left), Math.max(0, y - top)];
  const upper = (cells[top * columns + left] ?? 0) * (1 - shareX) + (cells[top * columns + right] ?? 0) * shareX;
  const lower = (cells[bottom * columns + left] ?? 0) * (1 - shareX) + (cells[bottom * columns + right] ?? 0) * shareX;
  return upper * (1 - shareY) + lower * shareY;
}
