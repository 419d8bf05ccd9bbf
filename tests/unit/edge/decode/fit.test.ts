import { describe, expect, test } from 'vitest';
import type { PictureFit } from '../../../../src/domain/picture.ts';
import { fittedSize } from '../../../../src/edge/decode/fit.ts';

describe('fitted size', () => {
  test.each<[PictureFit, number, number, number, number, number, number]>([
    ['letterbox', 640, 360, 416, 416, 416, 234],
    ['letterbox', 360, 640, 416, 416, 234, 416],
    ['letterbox', 416, 416, 416, 416, 416, 416],
    ['letterbox', 160, 120, 416, 416, 416, 312],
    ['letterbox', 4000, 16, 416, 416, 416, 2],
    ['letterbox', 8000, 2, 416, 416, 416, 1],
    ['stretch', 640, 360, 416, 416, 416, 416],
    ['original', 640, 360, 416, 416, 640, 360],
  ])('%s of %i×%i into %i×%i: %i×%i', (fit, sourceWidth, sourceHeight, width, height, outWidth, outHeight) => {
    const spec = { width, height, fit, format: 'rgb24' } as const;
    expect(fittedSize({ width: sourceWidth, height: sourceHeight }, spec)).toEqual({
      width: outWidth,
      height: outHeight,
    });
  });
});
