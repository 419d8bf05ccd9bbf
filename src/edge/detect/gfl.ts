import { type Candidate, gridOf, type OutputReader, type OutputTensor, type ReaderOptions } from './candidate.ts';
import { bestClass } from './yolox.ts';

/** Distances are distributions over 0…7 cells. */
const bins = 8;

/**
 * PicoDet and NanoDet: for each stride one output of class scores `[cells, classes]` (sigmoid inside the graph) and one
 * of box sides `[cells, 4 × 8]`, first all scores, then all sides. A side (left, top, right, bottom from the cell's
 * centre) is the expectation of a softmax over 8 bins, in cells.
 * Source: Li et al., "Generalized Focal Loss", §3.2 (integral representation, reg_max 7).
 */
export function gflReader(options: ReaderOptions): OutputReader {
  const { strides, classes, scoreThreshold } = options;
  const grids = strides.map((stride) => ({ stride, ...gridOf(options, stride) }));
  return (outputs) => {
    const found: Candidate[] = [];
    for (const [level, { stride, columns, cells }] of grids.entries()) {
      const scores = expect(outputs[level], cells, classes.length);
      const sides = expect(outputs[grids.length + level], cells, 4 * bins);
      for (let cell = 0; cell < cells; cell += 1) {
        const best = bestClass(scores, cell * classes.length, classes.length);
        const score = scores[cell * classes.length + best] ?? 0;
        const name = classes[best];
        if (score < scoreThreshold || name === undefined) continue;
        const x = ((cell % columns) + 0.5) * stride;
        const y = (Math.floor(cell / columns) + 0.5) * stride;
        const side = (index: number) => expectation(sides, (cell * 4 + index) * bins) * stride;
        found.push({ x1: x - side(0), y1: y - side(1), x2: x + side(2), y2: y + side(3), score, class: name });
      }
    }
    return found;
  };
}

function expect(output: OutputTensor | undefined, rows: number, columns: number): Float32Array {
  if (output === undefined || output.data.length !== rows * columns) {
    throw new Error(`gfl: expected an output [${rows},${columns}], got [${output?.dims.join(',') ?? ''}]`);
  }
  return output.data;
}

/** Mean bin under a softmax of 8 logits. */
function expectation(logits: Float32Array, from: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let bin = 0; bin < bins; bin += 1) highest = Math.max(highest, logits[from + bin] ?? 0);
  let sum = 0;
  let weighted = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const weight = Math.exp((logits[from + bin] ?? 0) - highest);
    sum += weight;
    weighted += weight * bin;
  }
  return weighted / sum;
}
