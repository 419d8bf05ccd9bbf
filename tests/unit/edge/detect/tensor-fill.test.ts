import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../../src/domain/picture.ts';
import type { ModelInput } from '../../../../src/edge/detect/model-manifest.ts';
import type { Placement } from '../../../../src/edge/detect/packing/pack-pictures.ts';
import { TensorFill } from '../../../../src/edge/detect/tensor-fill.ts';

const input: ModelInput = {
  name: 'x',
  width: 4,
  height: 2,
  layout: 'nchw',
  channelOrder: 'rgb',
  fit: 'letterbox',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  pad: 114,
};

/** Pixel (x, y) is red 10·x, green 10·y, blue 100 in the source's own order of bytes. */
const picture = (width: number, height: number, format: Picture['format'] = 'rgb24'): Picture => {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const rgb = [10 * x, 10 * y, 100];
      data.set(format === 'rgb24' ? rgb : rgb.reverse(), (y * width + x) * 3);
    }
  }
  return { width, height, format, data, sourceWidth: width * 2, sourceHeight: height * 2 };
};

const whole = ({ width, height }: Picture, x = 0, y = 0, index = 0): Placement => ({
  picture: index,
  source: { x: 0, y: 0, width, height },
  x,
  y,
});

const only = (...placements: Placement[]) => ({ width: 4, height: 2, placements });

const filled = (settings: Partial<ModelInput>, ...pictures: Picture[]) => {
  const tensor = new TensorFill({ ...input, ...settings });
  for (const each of pictures) tensor.fill(only(whole(each)), [each]);
  const { dims, data } = tensor.tensor(input);
  return { dims, data: [...data] };
};

const red = [0, 10, 20, 30, 0, 10, 20, 30];
const green = [0, 0, 0, 0, 10, 10, 10, 10];
const blue = Array.from({ length: 8 }, () => 100);

describe('tensor fill', () => {
  test('nchw: planes in the channel order asked for, whatever the picture has', () => {
    expect(filled({}, picture(4, 2))).toEqual({ dims: [1, 3, 2, 4], data: [...red, ...green, ...blue] });
    expect(filled({}, picture(4, 2, 'bgr24')).data).toEqual([...red, ...green, ...blue]);
    expect(filled({ channelOrder: 'bgr' }, picture(4, 2)).data).toEqual([...blue, ...green, ...red]);
  });

  test('nhwc: pixel by pixel', () => {
    const result = filled({ layout: 'nhwc' }, picture(4, 2));
    expect(result.dims).toEqual([1, 2, 4, 3]);
    expect(result.data.slice(0, 6)).toEqual([0, 0, 100, 10, 0, 100]);
  });

  test('letterbox: content top-left, the rest padded, also after a larger picture', () => {
    const padded = [0, 10, 114, 114, 114, 114, 114, 114];
    expect(filled({}, picture(2, 1)).data.slice(0, 8)).toEqual(padded);
    expect(filled({}, picture(4, 2), picture(2, 1)).data.slice(0, 8)).toEqual(padded);
  });

  test('mean and deviation by channel, padding too', () => {
    const { data } = filled({ mean: [10, 0, 0], std: [2, 1, 1], pad: 50 }, picture(2, 1));
    expect(data.slice(0, 4)).toEqual([-5, 0, 20, 20]);
  });

  test('two rectangles of two pictures in one input, padding between, also after another layout', () => {
    const tensor = new TensorFill(input);
    const [one, other] = [picture(4, 2), picture(4, 2, 'bgr24')];
    tensor.fill(only(whole(one)), [one]);
    // The pixel (3, 1) of one top-left, the pixels (1, 0) and (1, 1) of the other in the last column.
    const layout = only(
      { picture: 0, source: { x: 3, y: 1, width: 1, height: 1 }, x: 0, y: 0 },
      { picture: 1, source: { x: 1, y: 0, width: 1, height: 2 }, x: 3, y: 0 },
    );
    tensor.fill(layout, [one, other]);
    expect([...tensor.tensor(input).data.slice(0, 16)]).toEqual([
      ...[30, 114, 114, 10, 114, 114, 114, 10],
      ...[10, 114, 114, 0, 114, 114, 114, 10],
    ]);
  });

  test('a batch: each input in its own part', () => {
    const tensor = new TensorFill({ ...input, pad: 7 }, 2);
    const one = picture(4, 2);
    tensor.fill(only(whole(one)), [one], 1);
    expect(tensor.tensor(input).dims).toEqual([2, 3, 2, 4]);
    expect([...tensor.tensor(input).data.slice(24)]).toEqual([...red, ...green, ...blue]);
    tensor.fill(only(), [], 0);
    expect([...tensor.tensor(input).data.slice(0, 24)]).toEqual(Array.from({ length: 24 }, () => 7));
    expect([...tensor.tensor(input).data.slice(24)]).toEqual([...red, ...green, ...blue]);
  });

  test.each<[string, Partial<ModelInput>, Picture]>([
    ['larger than the letterbox', {}, picture(5, 2)],
    ['smaller than the stretch', { fit: 'stretch' }, picture(4, 1)],
    ['fewer bytes than its size', {}, { ...picture(4, 2), data: new Uint8Array(3) }],
  ])('%s: refused', (_, settings, bad) => expect(() => filled(settings, bad)).toThrow(/does not/));
});
