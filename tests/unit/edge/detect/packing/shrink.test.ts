import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../../../src/domain/picture.ts';
import { shrink } from '../../../../../src/edge/detect/packing/shrink.ts';

const picture = (width: number, height: number, at: (x: number, y: number) => number): Picture => {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) data.set([at(x, y), 10, 200], (y * width + x) * 3);
  }
  return { width, height, format: 'rgb24', data, sourceWidth: 1280, sourceHeight: 720 };
};

describe('shrinking a picture', () => {
  test('each pixel is the mean of those it stands for; channels stay apart', () => {
    const small = shrink(
      picture(4, 2, (x, y) => 40 * x + 20 * y),
      { width: 2, height: 2 },
    );
    expect(small).toMatchObject({ width: 2, height: 1, sourceWidth: 1280, sourceHeight: 720 });
    expect([...small.data]).toEqual([30, 10, 200, 110, 10, 200]);
  });

  test('keeps the aspect and fits', () => {
    expect(
      shrink(
        picture(748, 420, () => 7),
        { width: 416, height: 416 },
      ),
    ).toMatchObject({ width: 416, height: 233 });
    expect(
      shrink(
        picture(300, 600, () => 7),
        { width: 416, height: 416 },
      ),
    ).toMatchObject({ width: 208, height: 416 });
    expect(
      shrink(
        picture(1000, 1, () => 7),
        { width: 10, height: 10 },
      ),
    ).toMatchObject({ width: 10, height: 1 });
  });

  test('what fits stays as it is', () => {
    const one = picture(3, 2, (x) => x);
    expect(shrink(one, { width: 416, height: 416 })).toEqual(one);
  });
});
