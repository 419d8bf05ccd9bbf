import { Frame, SoftwareScaleContext } from 'node-av';
import { AV_PIX_FMT_BGR24, AV_PIX_FMT_GRAY8, AV_PIX_FMT_RGB24 } from 'node-av/constants';
import type { Picture, PictureSpec } from '../../domain/picture.ts';
import { fittedSize } from './fit.ts';

const pixelFormats = { rgb24: AV_PIX_FMT_RGB24, bgr24: AV_PIX_FMT_BGR24, gray8: AV_PIX_FMT_GRAY8 } as const;

/** Scalers kept, one for each pair of sizes and formats: a site has a handful of camera resolutions, each wanted in two or three sizes. */
const maxScalers = 24;

/** Size and format of what comes out. */
interface Wanted {
  readonly width: number;
  readonly height: number;
  readonly format: keyof typeof pixelFormats;
}

interface Scaler {
  readonly context: SoftwareScaleContext;
  /** Receives every picture of this size in turn; its rows are copied out, because FFmpeg pads them. */
  readonly target: Frame;
}

/** Scales decoded frames into packed pictures of their own. Synchronous: for worker threads. */
export class PictureScaler {
  /** In order of use, the least recent first. */
  readonly #scalers = new Map<string, Scaler>();

  /** The picture a spec asks for, or undefined where the frame's pixel format cannot be converted. */
  picture(frame: Frame, spec: PictureSpec): Picture | undefined {
    const { width: sourceWidth, height: sourceHeight } = frame;
    const { width, height } = fittedSize({ width: sourceWidth, height: sourceHeight }, spec);
    const data = this.#scale(frame, { width, height, format: spec.format });
    return data && { width, height, format: spec.format, data, sourceWidth, sourceHeight };
  }

  /** A small grey picture, stretched, packed rows; undefined where the frame's pixel format cannot be converted. */
  grey(frame: Frame, width: number, height: number): Uint8Array | undefined {
    return this.#scale(frame, { width, height, format: 'gray8' });
  }

  /** Frees every scaler; the next picture makes new ones. */
  close(): void {
    for (const scaler of this.#scalers.values()) free(scaler);
    this.#scalers.clear();
  }

  #scale(frame: Frame, wanted: Wanted): Uint8Array | undefined {
    const { context, target } = this.#scalerFor(frame, wanted);
    if (context.scaleFrameSync(target, frame) < 0) return undefined;
    return target.toBuffer();
  }

  /** A context follows the colour space of each frame by itself, but rebuilds its tables when a size changes. */
  #scalerFor(frame: Frame, { width, height, format }: Wanted): Scaler {
    const key = `${frame.width}x${frame.height}/${frame.format}>${width}x${height}/${format}`;
    const found = this.#scalers.get(key);
    this.#scalers.delete(key);
    const scaler = found ?? makeScaler({ width, height, format });
    this.#scalers.set(key, scaler);
    const [oldest] = this.#scalers;
    if (this.#scalers.size > maxScalers && oldest !== undefined) {
      free(oldest[1]);
      this.#scalers.delete(oldest[0]);
    }
    return scaler;
  }
}

function makeScaler({ width, height, format }: Wanted): Scaler {
  const context = new SoftwareScaleContext();
  context.allocContext();
  // Both average over the source's pixels when shrinking: FFmpeg's bilinear widens its filter. Area is half the price for grey.
  context.setOption('sws_flags', format === 'gray8' ? 'area' : 'bilinear');
  const target = new Frame();
  target.alloc();
  target.width = width;
  target.height = height;
  target.format = pixelFormats[format];
  target.getBuffer(0);
  return { context, target };
}

function free(scaler: Scaler): void {
  scaler.context.freeContext();
  scaler.target.free();
}
