import { type CodecContext, Frame, Packet } from 'node-av';
import type { VideoCodec } from '../../domain/access-unit.ts';
import type { DecodeFailure, LookAsk } from './decode-result.ts';
import { FrameNumbers } from './h264-frame-num.ts';
import { type HardwareDevice, SystemMemory } from './hardware-device.ts';
import type { PerformedLook } from './look-performer.ts';
import { openDecoder } from './open-decoder.ts';
import type { StreamAnswer, StreamUnit } from './worker-messages.ts';

/**
 * Units after which an ask is given up. Without reordering a picture comes at once; with it, after the B-frames that are
 * shown before it, of which cameras use up to 3 and encoders for films up to 8, and as many as are held back.
 */
const patience = { inOrder: 2, reordered: 12 } as const;

/** AV_FRAME_FLAG_CORRUPT: FFmpeg itself says that it guessed. */
const corruptFlag = 1;

interface Ask {
  readonly number: number;
  readonly ask: LookAsk;
  readonly sentAt: number;
}

/** What a stream decoder does with the picture that was asked for. */
type Perform = (frame: Frame, ask: LookAsk) => PerformedLook;

/**
 * Decodes one camera's units in order. The picture of an asked unit is found by its number, which FFmpeg carries from
 * packet to frame, so that it is the right one where pictures are reordered (B-frames); it then comes with a later unit.
 * After damage or loss everything up to the next keyframe is refused: it would be drawn on the wrong ground.
 */
export class StreamDecoder {
  readonly #perform: Perform;
  /** Until it refused keyframes of this camera. */
  #device: HardwareDevice | undefined;
  #refused = 0;
  readonly #system = new SystemMemory();
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  readonly #numbers = new FrameNumbers();
  #context: CodecContext | undefined;
  #codec: VideoCodec | undefined;
  #asks: Ask[] = [];
  #sent = 0;
  #inSync = false;

  constructor(perform: Perform, device: HardwareDevice | undefined) {
    this.#perform = perform;
    this.#device = device;
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /** False from damage or loss to the next keyframe. */
  get inSync(): boolean {
    return this.#inSync;
  }

  /** Decodes units; `ask` is for the last of them. Answers whatever came out, which may be of earlier asks. */
  feed(codec: VideoCodec, units: readonly StreamUnit[], ask: Pick<Ask, 'number' | 'ask'> | undefined): StreamAnswer[] {
    const answers: StreamAnswer[] = [];
    const last = units.length - 1;
    for (const [at, unit] of units.entries()) {
      if (unit.keyframe && !this.#inSync) this.#begin(codec);
      if (at === last && ask !== undefined) this.#asks.push({ ...ask, sentAt: this.#sent });
      const trouble = this.#inSync ? this.#decode(codec, unit, answers) : 'waiting for a keyframe';
      if (trouble !== undefined && unit.keyframe) this.#mistrustDevice();
      if (trouble !== undefined) this.#lose({ ok: false, reason: 'corrupt', detail: trouble }, answers);
    }
    return answers;
  }

  /** Frees the decoder and its pictures, for good. */
  close(): void {
    this.#freeContext();
    this.#inSync = false;
    this.#system.close();
    this.#packet.free();
    this.#frame.free();
  }

  /** The reason why not, in words, or undefined. */
  #decode(codec: VideoCodec, unit: StreamUnit, answers: StreamAnswer[]): string | undefined {
    if (this.#context === undefined || codec !== this.#codec) return `no decoder for ${codec}`;
    if (codec === 'h264' && this.#numbers.missedBefore(unit.data)) return 'a unit before this one is missing';
    try {
      this.#packet.data = Buffer.from(unit.data.buffer, unit.data.byteOffset, unit.data.byteLength);
      this.#packet.isKeyframe = unit.keyframe;
      this.#packet.pts = BigInt(this.#sent);
      this.#sent += 1;
      const sent = this.#context.sendPacketSync(this.#packet);
      if (sent < 0) return `refused (${sent})`;
      while (this.#context.receiveFrameSync(this.#frame) >= 0) {
        const trouble = this.#take(this.#frame, answers);
        if (trouble !== undefined) return trouble;
      }
    } finally {
      this.#packet.unref();
      this.#frame.unref();
    }
    this.#giveUpAsks(this.#context, answers);
    return undefined;
  }

  /** Some pictures are never shown: a leading one whose references are gone, or until FFmpeg knows how a stream reorders. */
  #giveUpAsks(context: CodecContext, answers: StreamAnswer[]): void {
    const most = context.hasBFrames === 0 ? patience.inOrder : patience.reordered;
    for (let oldest = this.#asks[0]; oldest !== undefined; oldest = this.#asks[0]) {
      if (this.#sent - oldest.sentAt <= most) return;
      this.#asks.shift();
      answers.push({
        ask: oldest.number,
        result: { ok: false, reason: 'corrupt', detail: 'the picture never came out' },
      });
    }
  }

  #take(frame: Frame, answers: StreamAnswer[]): string | undefined {
    if (frame.decodeErrorFlags !== 0 || (frame.flags & corruptFlag) !== 0) {
      return `damaged slices (flags ${frame.decodeErrorFlags})`;
    }
    const at = this.#asks.length === 0 ? -1 : this.#asks.findIndex(({ sentAt }) => BigInt(sentAt) === frame.pts);
    const [asked] = at < 0 ? [] : this.#asks.splice(at, 1);
    if (asked === undefined) return undefined;
    const picture = this.#device === undefined ? frame : this.#system.fetch(frame);
    if (picture === undefined) return 'the device keeps the picture';
    answers.push({ ask: asked.number, ...this.#perform(picture, asked.ask) });
    return undefined;
  }

  #begin(codec: VideoCodec): void {
    if (codec !== this.#codec) this.#freeContext();
    this.#codec = codec;
    this.#context ??= (this.#device && openDecoder(codec, { device: this.#device })) ?? openDecoder(codec);
    this.#numbers.restart();
    this.#inSync = this.#context !== undefined;
  }

  /** Not every profile and size is every device's: what it refuses twice goes on in software. */
  #mistrustDevice(): void {
    this.#refused += 1;
    if (this.#device === undefined || this.#refused < 2) return;
    this.#device = undefined;
    this.#freeContext();
  }

  #freeContext(): void {
    this.#context?.freeContext();
    this.#context = undefined;
  }

  #lose(failure: DecodeFailure, answers: StreamAnswer[]): void {
    for (const { number } of this.#asks.splice(0)) answers.push({ ask: number, result: failure });
    if (this.#inSync) this.#context?.flushBuffers();
    this.#inSync = false;
  }
}
