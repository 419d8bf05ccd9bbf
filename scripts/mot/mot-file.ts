import type { Box } from '../../src/domain/geometry.ts';
import { AppError } from '../../src/lib/errors.ts';

/** One line of a MOTChallenge file: ground truth, detections (id −1) or results. */
export interface MotBox {
  /** Counted from 1. */
  readonly frame: number;
  readonly id: number;
  /** Pixels, xyxy; the file has left, top, width, height. */
  readonly box: Box;
  /** Of ground truth: 0 where the line does not count. Of others: the score. */
  readonly confidence: number;
  /** 1 is a pedestrian; −1: not told. */
  readonly class: number;
  /** 0–1; −1: not told. */
  readonly visibility: number;
}

/** Most bad lines named at once. */
const maxProblems = 10;

/**
 * Reads `frame,id,left,top,width,height[,confidence[,class[,visibility]]]`; more columns (world coordinates) are passed
 * over, so are empty lines. @throws AppError MB_USAGE naming the bad lines, also those that say an id twice in a frame.
 */
export function parseMot(text: string, name: string): MotBox[] {
  const boxes: MotBox[] = [];
  const problems: string[] = [];
  const said = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readLine(line);
    if (typeof read === 'string') {
      problems.push(`${name}:${index + 1}: ${read}`);
      continue;
    }
    const key = `${read.frame} ${read.id}`;
    const before = said.get(key);
    if (read.id >= 0 && before !== undefined) {
      problems.push(`${name}:${index + 1}: id ${read.id} is in frame ${read.frame} already, in line ${before}`);
    }
    said.set(key, index + 1);
    boxes.push(read);
  }
  if (problems.length > 0) {
    const more = problems.length > maxProblems ? [`and ${problems.length - maxProblems} more`] : [];
    throw new AppError('MB_USAGE', [...problems.slice(0, maxProblems), ...more].join('\n'));
  }
  return boxes;
}

/** Boxes by frame, frames in order. */
export function byFrame(boxes: readonly MotBox[]): Map<number, MotBox[]> {
  return new Map([...Map.groupBy(boxes, ({ frame }) => frame)].sort(([a], [b]) => a - b));
}

function readLine(line: string): MotBox | string {
  const fields = line.split(',').map((field) => field.trim());
  if (fields.length < 6) return `${fields.length} columns, at least 6 are needed`;
  const numbers = fields.slice(0, 9).map((field) => (field === '' ? Number.NaN : Number(field)));
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) return `column ${bad + 1} is not a number: "${fields[bad]}"`;
  const [frame = 0, id = 0, left = 0, top = 0, width = 0, height = 0, confidence = 1, kind = -1, visibility = -1] =
    numbers;
  if (!Number.isInteger(frame) || frame < 1) return `frame ${frame}: frames are counted from 1`;
  if (!Number.isInteger(id)) return `id ${id} is not a whole number`;
  if (width < 0 || height < 0) return `a box of ${width} × ${height}`;
  return { frame, id, box: [left, top, left + width, top + height], confidence, class: kind, visibility };
}
