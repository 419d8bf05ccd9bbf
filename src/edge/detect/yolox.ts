import { type Candidate, gridOf, type OutputReader, type ReaderOptions } from './candidate.ts';

/**
 * YOLOX: one output `[1, cells, 5 + classes]`, grids of all strides one after the other, rows of
 * cx, cy (cells from the cell's corner), log w, log h (cells), objectness, class scores (sigmoid inside the graph).
 * Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021", §2.1.
 */
export function yoloxReader(options: ReaderOptions): OutputReader {
  const { strides, classes, scoreThreshold } = options;
  const width = 5 + classes.length;
  const grids = strides.map((stride) => ({ stride, ...gridOf(options, stride) }));
  const cells = grids.reduce((sum, grid) => sum + grid.cells, 0);
  return ([output]) => {
    if (output === undefined || output.data.length !== cells * width) {
      throw new Error(`yolox: expected output [1,${cells},${width}], got [${output?.dims.join(',') ?? ''}]`);
    }
    const found: Candidate[] = [];
    let first = 0;
    for (const { stride, columns, cells: count } of grids) {
      for (let cell = 0; cell < count; cell += 1) {
        const candidate = readCell(
          output.data,
          (first + cell) * width,
          cell % columns,
          Math.floor(cell / columns),
          stride,
        );
        if (candidate !== undefined) found.push(candidate);
      }
      first += count;
    }
    return found;
  };

  function readCell(data: Float32Array, at: number, column: number, row: number, stride: number) {
    const objectness = data[at + 4] ?? 0;
    // A class score is at most 1: most of the grid ends here, without its 80 classes being read.
    if (objectness < scoreThreshold) return undefined;
    const best = bestClass(data, at + 5, classes.length);
    const score = objectness * (data[at + 5 + best] ?? 0);
    const name = classes[best];
    if (score < scoreThreshold || name === undefined) return undefined;
    const x = ((data[at] ?? 0) + column) * stride;
    const y = ((data[at + 1] ?? 0) + row) * stride;
    const halfWidth = (Math.exp(data[at + 2] ?? 0) * stride) / 2;
    const halfHeight = (Math.exp(data[at + 3] ?? 0) * stride) / 2;
    return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight, score, class: name };
  }
}

/** Index of the largest of `count` values, relative to `from`. */
export function bestClass(data: Float32Array, from: number, count: number): number {
  let best = 0;
  let bestScore = data[from] ?? 0;
  for (let index = 1; index < count; index += 1) {
    const score = data[from + index] ?? 0;
    if (score > bestScore) {
      best = index;
      bestScore = score;
    }
  }
  return best;
}
