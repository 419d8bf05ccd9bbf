import type { Picture } from '../../domain/picture.ts';
import type { ModelInput } from './model-manifest.ts';
import type { Layout, Placement } from './packing/pack-pictures.ts';
import type { Size } from './packing/rect.ts';

/** A tensor ready for the graph. */
export interface InputTensor {
  readonly data: Float32Array;
  readonly dims: readonly [number, number, number, number];
}

/**
 * Writes rectangles of pictures into one input tensor, float32, of a fixed batch. Padding is written only when the
 * layout of an input changes, because all that is not padding is overwritten each time.
 */
export class TensorFill {
  readonly #data: Float32Array;
  readonly #input: ModelInput;
  readonly #batch: number;
  /** Per channel in the model's order: value = byte · scale + offset. */
  readonly #scale: readonly [number, number, number];
  readonly #offset: readonly [number, number, number];
  /** What each input of the batch was last laid out like. */
  readonly #shapes: (string | undefined)[];

  constructor(input: ModelInput, batch = 1) {
    const { width, height, mean, std } = input;
    this.#input = input;
    this.#scale = [1 / std[0], 1 / std[1], 1 / std[2]];
    this.#offset = [-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2]];
    this.#shapes = Array.from({ length: batch }, () => undefined);
    this.#batch = batch;
    this.#data = new Float32Array(batch * 3 * width * height);
  }

  /** What was filled last, as inputs of a size; in a batch all have the same. */
  tensor({ width, height }: Size): InputTensor {
    const dims = this.#input.layout === 'nchw' ? ([3, height, width] as const) : ([height, width, 3] as const);
    return { data: this.#data.subarray(0, this.#batch * 3 * width * height), dims: [this.#batch, ...dims] };
  }

  /**
   * Fills input `index` of the batch. @throws Error when a picture's bytes are not those of its size, or a stretched
   * picture is not of the model's size.
   */
  fill(layout: Layout, pictures: readonly Picture[], index = 0): void {
    const { placements, width, height } = layout;
    for (const placement of placements) this.#check(placement, layout, pictures[placement.picture]);
    const places = placements.map(({ source, x, y }) => [x, y, source.width, source.height].join());
    const shape = [width, height, ...places].join(' ');
    if (this.#shapes[index] !== shape) this.#pad(layout, index);
    this.#shapes[index] = shape;
    for (const placement of placements) this.#copy(placement, layout, pictures[placement.picture] as Picture, index);
  }

  #check({ source, x, y }: Placement, size: Size, picture: Picture | undefined): void {
    const { width, height, fit } = this.#input;
    const { width: w, height: h } = picture ?? { width: 0, height: 0 };
    const stretched = fit !== 'stretch' || (w === width && h === height);
    const inside = x + source.width <= size.width && y + source.height <= size.height;
    const known = size.width <= width && size.height <= height;
    if (!stretched || !inside || !known || picture?.data.length !== w * h * 3) {
      throw new Error(`a ${w}×${h} picture does not ${fit} into ${width}×${height}`);
    }
  }

  #pad({ width, height }: Size, index: number): void {
    const { layout, pad } = this.#input;
    const plane = width * height;
    const from = index * 3 * plane;
    const values = this.#scale.map((scale, channel) => pad * scale + (this.#offset[channel] as number));
    if (layout === 'nchw') {
      for (const [channel, value] of values.entries()) {
        this.#data.fill(value, from + channel * plane, from + (channel + 1) * plane);
      }
      return;
    }
    for (let at = from; at < from + 3 * plane; at += 3) this.#data.set(values, at);
  }

  /** All three channels in one pass: 0.28 ms for 416×234 where a pass a channel takes 0.39. */
  #copy({ source, x, y }: Placement, { width, height }: Size, picture: Picture, index: number): void {
    const data = this.#data;
    const { layout, channelOrder } = this.#input;
    const bytes = picture.data;
    const swapped = (picture.format === 'rgb24') !== (channelOrder === 'rgb');
    const [firstByte, thirdByte] = swapped ? [2, 0] : [0, 2];
    const [scale0, scale1, scale2] = this.#scale;
    const [offset0, offset1, offset2] = this.#offset;
    const isPlanar = layout === 'nchw';
    const step = isPlanar ? 1 : 3;
    const plane = isPlanar ? width * height : 1;
    for (let row = 0; row < source.height; row += 1) {
      let at = ((source.y + row) * picture.width + source.x) * 3;
      let to = index * 3 * width * height + ((y + row) * width + x) * step;
      for (const end = to + source.width * step; to < end; to += step) {
        data[to] = (bytes[at + firstByte] as number) * scale0 + offset0;
        data[to + plane] = (bytes[at + 1] as number) * scale1 + offset1;
        data[to + 2 * plane] = (bytes[at + thirdByte] as number) * scale2 + offset2;
        at += 3;
      }
    }
  }
}
