/** How a decoded picture is fitted into a requested size. */
export type PictureFit = 'letterbox' | 'stretch' | 'original';

/** Byte order of a packed 8-bit picture. */
export type PixelFormat = 'rgb24' | 'bgr24';

/** What a consumer wants from the decoder. `original` ignores width and height. */
export interface PictureSpec {
  readonly width: number;
  readonly height: number;
  readonly fit: PictureFit;
  readonly format: PixelFormat;
}

/**
 * A decoded picture, packed rows, `width × height × 3` bytes.
 * With `letterbox` the data holds only the scaled content (aspect kept, at most the requested size):
 * the consumer places it top-left and pads, so that no padding byte is ever copied.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  readonly data: Uint8Array;
  /** Size as coded by the camera. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
}

/**
 * Gives a picture's memory back at once; nobody may look at it any more. Left to garbage collection, some hundred
 * pictures make for one collection of the whole heap (docs/decisions/0006 has the measurement).
 */
export function releasePicture({ data }: Picture): void {
  if (data.buffer instanceof ArrayBuffer && !data.buffer.detached) data.buffer.transfer(0);
}
