import { describe, expect, test } from 'vitest';
import { type LabelOutline, truthBoxes } from '../../../scripts/footage/truth-boxes.ts';

const [width, height] = [40, 20];

/** A mask with rectangles [x1, y1, x2, y2] of labels, later ones over earlier ones; coordinates from the upper left. */
function mask(...shapes: readonly (readonly [id: number, box: readonly [number, number, number, number]])[]) {
  const pixels = new Uint8Array(width * height);
  for (const [id, [x1, y1, x2, y2]] of shapes)
    for (let y = y1; y < y2; y += 1) pixels.fill(id, (height - 1 - y) * width + x1, (height - 1 - y) * width + x2);
  return pixels;
}

/** A label whose whole outline is this, in pixels. */
function label(id: number, [x1, y1, x2, y2]: readonly [number, number, number, number], parts: readonly number[] = []) {
  const outline = [x1 / width, y1 / height, x2 / width, y2 / height];
  return { id, class: 'car', parts, outline } satisfies LabelOutline;
}

const boxes = (pixels: Uint8Array, ...labels: readonly LabelOutline[]) => truthBoxes(pixels, width, height, labels);

describe('boxes from a mask', () => {
  test('go round what shows, the last row and column excluded', () => {
    expect(boxes(mask([3, [5, 2, 17, 12]]), label(3, [5, 2, 17, 12]))).toEqual([
      { id: 3, class: 'car', box: [5, 2, 17, 12], visible: 1 },
    ]);
  });

  test('shrink to what is not hidden, and say how much that is', () => {
    const pixels = mask([1, [0, 0, 20, 10]], [2, [10, 0, 30, 10]]);
    expect(boxes(pixels, label(1, [0, 0, 20, 10]), label(2, [10, 0, 30, 10]))).toEqual([
      { id: 1, class: 'car', box: [0, 0, 10, 10], visible: 0.5 },
      { id: 2, class: 'car', box: [10, 0, 30, 10], visible: 1 },
    ]);
  });

  test.each([
    ['just visible enough', 12, undefined],
    ['hidden by more', 11, true],
  ])('%s', (_, seenColumns, ignore) => {
    const [found] = boxes(mask([1, [0, 0, seenColumns, 10]]), label(1, [0, 0, 40, 10]));
    expect(found?.ignore).toBe(ignore);
  });

  test.each([
    ['most of a plume is above the picture', 8, undefined],
    ['all but a wisp is', 7, true],
  ])('%s', (_, seenRows, ignore) => {
    const plume = { ...label(1, [0, 0, 40, 20]), class: 'smoke' } as const;
    const [found] = boxes(mask([1, [0, 0, 8, seenRows]]), { ...plume, outline: [0, 0, 1, 1] });
    expect(found).toMatchObject({ class: 'smoke' });
    expect(found?.ignore).toBe(ignore);
  });

  test.each([
    ['seven pixels wide', 7, undefined],
    ['six', 6, true],
  ])('%s', (_, columns, ignore) => {
    const [found] = boxes(mask([1, [0, 0, columns, 12]]), label(1, [0, 0, columns, 12]));
    expect(found?.ignore).toBe(ignore);
  });

  test('what is cut by the picture’s edge counts as not seen', () => {
    const [found] = boxes(mask([1, [30, 0, 40, 10]]), label(1, [30, 0, 80, 10]));
    expect(found).toMatchObject({ visible: 0.2, ignore: true });
  });

  test('of a few pixels, or none, nothing is told', () => {
    expect(boxes(mask([1, [0, 0, 11, 1]]), label(1, [0, 0, 11, 1]), label(2, [5, 5, 15, 15]))).toEqual([]);
  });

  test('parts widen their owner and have boxes of their own', () => {
    const pixels = mask([1, [10, 8, 30, 16]], [2, [12, 2, 20, 8]]);
    expect(boxes(pixels, label(1, [10, 2, 30, 16], [2]), label(2, [12, 2, 20, 8]))).toEqual([
      { id: 1, class: 'car', box: [10, 2, 30, 16], visible: 1 },
      { id: 2, class: 'car', box: [12, 2, 20, 8], visible: 1, ignore: true },
    ]);
  });
});
