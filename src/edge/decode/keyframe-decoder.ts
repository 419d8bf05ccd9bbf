import { type CodecContext, Frame, Packet } from 'node-av';
import type { VideoCodec } from '../../domain/access-unit.ts';
import type { DecodeFailure } from './decode-result.ts';
import { type HardwareDevice, SystemMemory } from './hardware-device.ts';
import { openDecoder } from './open-decoder.ts';

/** How one keyframe is decoded. */
export interface KeyframeOptions {
  /** Leaves the deblocking filter out, which costs a few percent: not for evidence. */
  readonly skipLoopFilter: boolean;
}

/**
 * Decodes single keyframes, each on its own, of any number of cameras through one context a codec:
 * an IDR with its parameter sets needs nothing that came before (H.264 §7.4.1.2.4). With a device what it refuses is
 * tried in software. Synchronous: for worker threads.
 */
export class KeyframeDecoder {
  readonly #device: HardwareDevice | undefined;
  /** A null stands for a decoder there is not. */
  readonly #contexts = new Map<string, CodecContext | null>();
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  readonly #system = new SystemMemory();

  constructor(device: HardwareDevice | undefined) {
    this.#device = device;
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
    if (this.#device !== undefined) {
      const context = this.#contextFor(codec, this.#device, false);
      const done = context === undefined ? undefined : this.#attempt(context, data, use);
      if (done?.ok === true) return done.value;
    }
    const context = this.#contextFor(codec, undefined, skipLoopFilter && codec !== 'mjpeg');
    if (context === undefined) return { ok: false, reason: 'unsupported', detail: `no decoder for ${codec}` };
    const done = this.#attempt(context, data, use);
    return done.ok ? done.value : done;
  }

  /** Frees every context; the next decode opens new ones. */
  close(): void {
    for (const context of this.#contexts.values()) context?.freeContext();
    this.#contexts.clear();
  }

  #attempt<T>(
    context: CodecContext,
    data: Uint8Array,
    use: (frame: Frame) => T,
  ): { readonly ok: true; readonly value: T } | DecodeFailure {
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
      const frame = this.#device === undefined ? this.#frame : this.#system.fetch(this.#frame);
      if (frame === undefined) return { ok: false, reason: 'unsupported', detail: 'the device keeps the picture' };
      return { ok: true, value: use(frame) };
    } finally {
      context.flushBuffers();
      this.#packet.unref();
      this.#frame.unref();
    }
  }

  #contextFor(
    codec: VideoCodec,
    device: HardwareDevice | undefined,
    skipLoopFilter: boolean,
  ): CodecContext | undefined {
    const key = `${codec} ${device?.name} ${skipLoopFilter}`;
    const known = this.#contexts.get(key);
    if (known !== undefined) return known ?? undefined;
    const context = openDecoder(codec, { skipLoopFilter, device });
    this.#contexts.set(key, context ?? null);
    return context;
  }
}
