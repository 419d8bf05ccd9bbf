import type { Candidate, OutputReader, ReaderOptions } from './candidate.ts';

/** Numbers of one box: x1, y1, x2, y2, score, class index. */
const row = 6;

/**
 * Graphs that end with their own suppression: one output `[n, 6]` or `[1, n, 6]`, each row x1, y1, x2, y2 (pixels of the
 * input), score, class index. `n` may be 0, and is free; exports of a fixed `n` fill up with rows of score 0.
 */
export function readyReader({ classes, scoreThreshold }: ReaderOptions): OutputReader {
  return (outputs) => {
    const [output, ...more] = outputs;
    const boxes = output?.dims.slice(-2) ?? [];
    const before = output?.dims.slice(0, -2) ?? [];
    const [count = 0, length] = boxes;
    // A batch's boxes would be those of several pictures, with nothing that tells whose.
    const fits = length === row && before.length <= 1 && (before[0] ?? 1) === 1 && more.length === 0;
    if (output === undefined || !fits || output.data.length !== count * row) {
      const got = outputs.map(({ name, dims }) => `${name} [${dims.join(',')}]`).join(', ') || 'none';
      throw new Error(`ready: expected one output [n,${row}], got ${got}`);
    }
    const found: Candidate[] = [];
    for (let at = 0; at < output.data.length; at += row) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, index = -1] = output.data.subarray(at, at + row);
      const name = classes[index];
      if (!(score >= scoreThreshold) || name === undefined) continue;
      found.push({ x1, y1, x2, y2, score, class: name });
    }
    return found;
  };
}
