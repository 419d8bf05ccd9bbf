import type { Box } from '../../../domain/geometry.ts';
import type { Picture, PixelFormat } from '../../../domain/picture.ts';

/** A part of a picture, packed rows, three bytes a pixel; its bytes are its own. */
export interface Crop {
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Fewer pixels than this say nothing of how somebody looks. */
const leastPixels = { width: 8, height: 16 } as const;

/** What lies in a box (normalised xyxy) of a picture; undefined where that is too little to tell anything. */
export function cropOf({ width, height, format, data }: Picture, box: Box): Crop | undefined {
  const left = Math.max(0, Math.floor(box[0] * width));
  const top = Math.max(0, Math.floor(box[1] * height));
  const right = Math.min(width, Math.ceil(box[2] * width));
  const bottom = Math.min(height, Math.ceil(box[3] * height));
  const size = { width: right - left, height: bottom - top };
  if (!(size.width >= leastPixels.width && size.height >= leastPixels.height)) return undefined;
  const row = size.width * 3;
  const own = new Uint8Array(row * size.height);
  for (let y = 0; y < size.height; y += 1) {
    const from = ((top + y) * width + left) * 3;
    own.set(data.subarray(from, from + row), y * row);
  }
  return { ...size, format, data: own };
}
