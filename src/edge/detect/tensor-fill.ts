import type { Picture } from '../../domain/picture.ts';
import type { ModelInput } from './model-manifest.ts';

/**
 * Writes pictures of one model into one input tensor, float32, batch 1. A letterboxed picture lies top-left; the
 * padding is written only when the content's size changes, because the rest of the tensor is overwritten each time.
 */
export class TensorFill {
  readonly data: Float32Array;
  readonly dims: readonly [number, number, number, number];
  readonly #input: ModelInput;
  #contentWidth = 0;
  #contentHeight = 0;

  constructor(input: ModelInput) {
    const { width, height, layout } = input;
    this.#input = input;
    this.data = new Float32Array(3 * width * height);
    this.dims = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  }

  /** @throws Error when the picture is not of the size the model's fit asks for. */
  fill(picture: Picture): void {
    const { width, height, fit } = this.#input;
    const fits =
      fit === 'stretch'
        ? picture.width === width && picture.height === height
        : picture.width <= width && picture.height <= height;
    if (!fits || picture.data.length !== picture.width * picture.height * 3) {
      throw new Error(`a ${picture.width}×${picture.height} picture does not ${fit} into ${width}×${height}`);
    }
    if (picture.width !== this.#contentWidth || picture.height !== this.#contentHeight) this.#pad(picture);
    for (let channel = 0; channel < 3; channel += 1) this.#fillChannel(picture, channel);
  }

  #pad(picture: Picture): void {
    this.#contentWidth = picture.width;
    this.#contentHeight = picture.height;
    for (let channel = 0; channel < 3; channel += 1) {
      const { from, step } = this.#plane(channel);
      const { scale, offset } = this.#normalisation(channel);
      const value = this.#input.pad * scale + offset;
      const end = from + step * this.#input.width * this.#input.height;
      for (let at = from; at < end; at += step) this.data[at] = value;
    }
  }

  #fillChannel(picture: Picture, channel: number): void {
    const { data } = this;
    const pixels = picture.data;
    const { from, step } = this.#plane(channel);
    const { scale, offset } = this.#normalisation(channel);
    const swapped = (picture.format === 'rgb24') !== (this.#input.channelOrder === 'rgb');
    const byte = swapped ? 2 - channel : channel;
    const rowStep = this.#input.width * step;
    const rowBytes = picture.width * 3;
    for (let y = 0; y < picture.height; y += 1) {
      let to = from + y * rowStep;
      const end = (y + 1) * rowBytes;
      for (let at = y * rowBytes + byte; at < end; at += 3) {
        data[to] = (pixels[at] as number) * scale + offset;
        to += step;
      }
    }
  }

  /** First index of a channel and the distance between its neighbours. */
  #plane(channel: number): { from: number; step: number } {
    const { layout, width, height } = this.#input;
    return layout === 'nchw' ? { from: channel * width * height, step: 1 } : { from: channel, step: 3 };
  }

  /** (v − mean) / std as v · scale + offset. */
  #normalisation(channel: number): { scale: number; offset: number } {
    const mean = this.#input.mean[channel] ?? 0;
    const std = this.#input.std[channel] ?? 1;
    return { scale: 1 / std, offset: -mean / std };
  }
}
