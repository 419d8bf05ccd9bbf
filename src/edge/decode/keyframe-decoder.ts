import { Codec, CodecContext, Frame, Log, Packet, SoftwareScaleContext } from 'node-av';
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MJPEG,
  AV_LOG_QUIET,
  AV_PIX_FMT_BGR24,
  AV_PIX_FMT_RGB24,
} from 'node-av/constants';
import type { VideoCodec } from '../../domain/access-unit.ts';
import type { PictureSpec } from '../../domain/picture.ts';
import type { DecodeResult } from './decode-result.ts';
import { fittedSize } from './fit.ts';

const codecIds = { h264: AV_CODEC_ID_H264, h265: AV_CODEC_ID_HEVC, mjpeg: AV_CODEC_ID_MJPEG } as const;
const pixelFormats = { rgb24: AV_PIX_FMT_RGB24, bgr24: AV_PIX_FMT_BGR24 } as const;

/** 8192×4320: no camera sends more, and a forged SPS must not make FFmpeg allocate more (H.264 §A.3.1 allows 36,864 macroblocks). */
const maxPixels = 8192 * 4320;

/** Scalers kept, one for each pair of sizes and formats; a site has a handful of camera resolutions. */
const maxScalers = 16;

interface Scaler {
  readonly context: SoftwareScaleContext;
  /** Receives every picture of this size in turn; its rows are copied out, because FFmpeg pads them. */
  readonly target: Frame;
}

/**
 * Decodes single keyframes, each on its own, of any number of cameras through one context a codec:
 * an IDR with its parameter sets needs nothing that came before (H.264 §7.4.1.2.4). Synchronous: for worker threads.
 */
export class KeyframeDecoder {
  readonly #contexts = new Map<VideoCodec, CodecContext>();
  readonly #scalers = new Map<string, Scaler>();
  readonly #packet = new Packet();
  readonly #frame = new Frame();

  constructor() {
    // FFmpeg would write to standard error on every damaged picture; results say what went wrong instead.
    Log.setLevel(AV_LOG_QUIET);
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /** Decodes and scales one Annex B keyframe (MJPEG: one JPEG). Throws only where native code does. */
  decode(codec: VideoCodec, data: Uint8Array, spec: PictureSpec): DecodeResult {
    const began = performance.now();
    if (data.length === 0) return { ok: false, reason: 'corrupt', detail: 'empty access unit' };
    const context = this.#contextFor(codec);
    if (context === undefined) return { ok: false, reason: 'unsupported', detail: `no decoder for ${codec}` };
    try {
      this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      this.#packet.isKeyframe = true;
      const sent = context.sendPacketSync(this.#packet);
      // End of stream makes the decoder give out the one picture it would hold back for reordering.
      context.sendPacketSync(null);
      const received = context.receiveFrameSync(this.#frame);
      if (sent < 0 || received < 0) {
        return { ok: false, reason: 'corrupt', detail: `no picture (send ${sent}, receive ${received})` };
      }
      // Lost slices are concealed in grey, in which a detector sees anything: not a picture to judge by.
      if (this.#frame.decodeErrorFlags !== 0) {
        return { ok: false, reason: 'corrupt', detail: `damaged slices (flags ${this.#frame.decodeErrorFlags})` };
      }
      return this.#scale(spec, began);
    } finally {
      context.flushBuffers();
      this.#packet.unref();
      this.#frame.unref();
    }
  }

  /** Frees every context; the next decode opens new ones. */
  close(): void {
    for (const context of this.#contexts.values()) context.freeContext();
    for (const scaler of this.#scalers.values()) free(scaler);
    this.#contexts.clear();
    this.#scalers.clear();
  }

  #contextFor(codec: VideoCodec): CodecContext | undefined {
    const open = this.#contexts.get(codec);
    if (open !== undefined) return open;
    const decoder = Codec.findDecoder(codecIds[codec]);
    if (decoder === null) return undefined;
    const context = new CodecContext();
    context.allocContext3(decoder);
    // One thread: parallelism comes from workers, and frame threads would hold pictures back.
    context.threadCount = 1;
    context.setOption('max_pixels', maxPixels);
    if (context.open2Sync(decoder, null) < 0) {
      context.freeContext();
      return undefined;
    }
    this.#contexts.set(codec, context);
    return context;
  }

  #scale(spec: PictureSpec, began: number): DecodeResult {
    const source = { width: this.#frame.width, height: this.#frame.height };
    const { width, height } = fittedSize(source, spec);
    const { context, target } = this.#scalerFor(width, height, spec);
    const scaled = context.scaleFrameSync(target, this.#frame);
    const rows = target.data?.[0];
    const stride = target.linesize[0];
    if (scaled < 0 || rows === undefined || stride === undefined) {
      return { ok: false, reason: 'unsupported', detail: `cannot convert pixel format ${this.#frame.format}` };
    }
    const packed = packRows(rows, stride, width * 3, height);
    return {
      ok: true,
      picture: {
        width,
        height,
        format: spec.format,
        data: packed,
        sourceWidth: source.width,
        sourceHeight: source.height,
      },
      decodeMs: performance.now() - began,
    };
  }

  /** A context follows the colour space of each frame by itself, but rebuilds its tables when a size changes. */
  #scalerFor(width: number, height: number, spec: PictureSpec): Scaler {
    const key = `${this.#frame.width}x${this.#frame.height}/${this.#frame.format}>${width}x${height}/${spec.format}`;
    const found = this.#scalers.get(key);
    if (found !== undefined) return found;
    const [oldest] = this.#scalers;
    if (this.#scalers.size >= maxScalers && oldest !== undefined) {
      free(oldest[1]);
      this.#scalers.delete(oldest[0]);
    }
    const context = new SoftwareScaleContext();
    context.allocContext();
    // FFmpeg's bilinear widens its filter when shrinking, so it averages instead of skipping pixels.
    context.setOption('sws_flags', 'bilinear');
    const target = new Frame();
    target.alloc();
    target.width = width;
    target.height = height;
    target.format = pixelFormats[spec.format];
    target.getBuffer(0);
    const scaler = { context, target };
    this.#scalers.set(key, scaler);
    return scaler;
  }
}

function free(scaler: Scaler): void {
  scaler.context.freeContext();
  scaler.target.free();
}

/** Copies padded rows into a buffer of their own that can be transferred: 0.3 MB at 416×234, some 30 µs. */
function packRows(rows: Buffer, stride: number, rowBytes: number, height: number): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(rowBytes * height);
  if (stride === rowBytes) {
    packed.set(rows.subarray(0, packed.length));
    return packed;
  }
  for (let y = 0; y < height; y += 1) {
    packed.set(rows.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
  }
  return packed;
}
