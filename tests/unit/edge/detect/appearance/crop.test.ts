import { expect, test } from 'vitest';
import type { Box } from '../../../../../src/domain/geometry.ts';
import { cropOf } from '../../../../../src/edge/detect/appearance/crop.ts';

/** 20 × 40 pixels; the first byte of a pixel is its column, the second its row. */
const size = { width: 20, height: 40 } as const;
const picture = {
  ...size,
  format: 'rgb24' as const,
  data: Uint8Array.from(
    { length: 20 * 40 * 3 },
    (_, at) => [Math.floor(at / 3) % 20, Math.floor(at / 60), 7][at % 3] ?? 0,
  ),
  sourceWidth: 640,
  sourceHeight: 1280,
};

test.each<[string, Box, object | undefined]>([
  ['the whole picture', [0, 0, 1, 1], { width: 20, height: 40, first: [0, 0, 7], last: [19, 39, 7] }],
  ['a part', [0.25, 0.25, 0.75, 0.75], { width: 10, height: 20, first: [5, 10, 7], last: [14, 29, 7] }],
  [
    'what reaches over the edge is cut there',
    [-0.5, 0.5, 0.5, 2],
    { width: 10, height: 20, first: [0, 20, 7], last: [9, 39, 7] },
  ],
  [
    'half pixels belong to it',
    [0.26, 0.26, 0.74, 0.74],
    { width: 10, height: 20, first: [5, 10, 7], last: [14, 29, 7] },
  ],
  ['just large enough', [0, 0, 0.4, 0.4], { width: 8, height: 16, first: [0, 0, 7], last: [7, 15, 7] }],
  ['too narrow', [0, 0, 0.35, 0.4], undefined],
  ['too low', [0, 0, 0.4, 0.35], undefined],
  ['inverted', [0.8, 0.8, 0.2, 0.2], undefined],
  ['outside', [1.2, 0, 1.8, 1], undefined],
  ['no box at all', [Number.NaN, 0, 1, 1], undefined],
])('%s', (_what, box, expected) => {
  const crop = cropOf(picture, box);
  const told = crop && {
    ...{ width: crop.width, height: crop.height },
    ...{ first: [...crop.data.subarray(0, 3)], last: [...crop.data.subarray(-3)] },
  };
  expect(told).toEqual(expected);
  // Its bytes may be handed to another thread without taking the picture along.
  expect(crop?.data.buffer).not.toBe(picture.data.buffer);
});
