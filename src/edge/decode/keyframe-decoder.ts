import { type CodecContext, Frame, Packet } from 'node-av';
import type { VideoCodec } from '../../domain/access-unit.ts';
import type { DecodeFailure } from './decode-result.ts';
import { openDecoder } from './open-decoder.ts';

/** How one keyframe is decoded. */
export interface KeyframeOptions {
  /** Leaves the deblocking filter out, which costs a few percent: not for evidence. */
  readonly skipLoopFilter: boolean;
}

/**
 * Decodes single keyframes, each on its own, of any number of cameras through one context a codec:
 * an IDR with its parameter sets needs nothing that came before (H.264 §7.4.1.2.4). Synchronous: for worker threads.
 */
export class KeyframeDecoder {
  readonly #contexts = new Map<string, CodecContext>();
  readonly #packet = new Packet();
  readonly #frame = new Frame();

  constructor() {
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /**
   * Decodes one Annex B keyframe (MJPEG: one JPEG) and shows the picture to `use`, which must not keep it. Throws only
   * where native code or `use` does.
   */
  decode<T>(
    codec: VideoCodec,
    data: Uint8Array,
    { skipLoopFilter }: KeyframeOptions,
    use: (frame: Frame) => T,
  ): T | DecodeFailure {
    if (data.length === 0) return { ok: false, reason: 'corrupt', detail: 'empty access unit' };
    const context = this.#contextFor(codec, skipLoopFilter && codec !== 'mjpeg');
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
      return use(this.#frame);
    } finally {
      context.flushBuffers();
      this.#packet.unref();
      this.#frame.unref();
    }
  }

  /** Frees every context; the next decode opens new ones. */
  close(): void {
    for (const context of this.#contexts.values()) context.freeContext();
    this.#contexts.clear();
  }

  #contextFor(codec: VideoCodec, skipLoopFilter: boolean): CodecContext | undefined {
    const key = skipLoopFilter ? `${codec} unfiltered` : codec;
    const open = this.#contexts.get(key);
    if (open !== undefined) return open;
    const context = openDecoder(codec, skipLoopFilter ? { skip_loop_filter: 'all' } : {});
    if (context !== undefined) this.#contexts.set(key, context);
    return context;
  }
}
