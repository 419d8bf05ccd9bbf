import type { Picture } from '../../domain/picture.ts';
import type { ModelInput } from './model-manifest.ts';
import type { Layout, Placement } from './packing/pack-pictures.ts';

/**
 * Writes rectangles of pictures into one input tensor, float32, of a fixed batch. Padding is written only when the
 * layout of an input changes, because all that is not padding is overwritten each time.
 */
export class TensorFill {
  readonly data: Float32Array;
  readonly dims: readonly [number, number, number, number];
  readonly #input: ModelInput;
  /** Per channel in the model's order: value = byte · scale + offset. */
  readonly #scale: readonly [number, number, number];
  readonly #offset: readonly [number, number, number];
  /** What each input of the batch was last laid out like. */
  readonly #shapes: (string | undefined)[];

  constructor(input: ModelInput, batch = 1) {
    const { width, height, layout, mean, std } = input;
    this.#input = input;
    this.#scale = [1 / std[0], 1 / std[1], 1 / std[2]];
    this.#offset = [-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2]];
    this.#shapes = Array.from({ length: batch }, () => undefined);
    this.data = new Float32Array(batch * 3 * width * height);
    this.dims = layout === 'nchw' ? [batch, 3, height, width] : [batch, height, width, 3];
  }

  /**
   * Fills input `index` of the batch. @throws Error when a picture's bytes are not those of its size, or a stretched
   * picture is not of the model's size.
   */
  fill(layout: Layout, pictures: readonly Picture[], index = 0): void {
    for (const placement of layout) this.#check(placement, pictures[placement.picture]);
    const shape = layout.map(({ source, x, y }) => [x, y, source.width, source.height].join()).join(' ');
    if (this.#shapes[index] !== shape) this.#pad(index);
    this.#shapes[index] = shape;
    for (const placement of layout) this.#copy(placement, pictures[placement.picture] as Picture, index);
  }

  #check({ source, x, y }: Placement, picture: Picture | undefined): void {
    const { width, height, fit } = this.#input;
    const { width: w, height: h } = picture ?? { width: 0, height: 0 };
    const stretched = fit !== 'stretch' || (w === width && h === height);
    const inside = x + source.width <= width && y + source.height <= height;
    if (!stretched || !inside || picture?.data.length !== w * h * 3) {
      throw new Error(`a ${w}×${h} picture does not ${fit} into ${width}×${height}`);
    }
  }

  #pad(index: number): void {
    const { data } = this;
    const { width, height, layout, pad } = this.#input;
    const from = index * 3 * width * height;
    const [first, second, third] = this.#scale.map((scale, channel) => pad * scale + (this.#offset[channel] as number));
    if (layout === 'nchw') {
      [first, second, third].forEach((value, channel) => {
        data.fill(value as number, from + channel * width * height, from + (channel + 1) * width * height);
      });
    } else {
      const end = from + 3 * width * height;
      for (let at = from; at < end; at += 3) {
        data[at] = first as number;
        data[at + 1] = second as number;
        data[at + 2] = third as number;
      }
    }
  }

  /** All three channels in one pass: 0.28 ms for 416×234 where a pass a channel takes 0.39. */
  #copy({ source, x, y }: Placement, picture: Picture, index: number): void {
    const { data } = this;
    const { width, height, layout, channelOrder } = this.#input;
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
