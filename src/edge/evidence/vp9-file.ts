import { Codec, CodecContext, FormatContext, Frame, IOContext, Packet, Rational, SoftwareScaleContext } from 'node-av';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AVFMT_FLAG_BITEXACT,
  AVIO_FLAG_WRITE,
} from 'node-av/constants';
import type { Picture } from '../../domain/picture.ts';
import { AppError } from '../../lib/errors.ts';

const ticksPerSecond = 1_000;

/**
 * Codes RGB pictures of one even size as VP9 into an MP4 file. VP9 because its encoder, libvpx, is under a BSD licence and
 * browsers play it. Synchronous: for worker threads.
 */
export class Vp9File {
  readonly #encoder = new CodecContext();
  readonly #context = new FormatContext();
  readonly #file = new IOContext();
  readonly #scaler = new SoftwareScaleContext();
  readonly #rgb: Frame;
  readonly #yuv: Frame;
  readonly #packet = new Packet();
  readonly #base = new Rational(1, ticksPerSecond);
  #closed = false;

  /** @throws AppError MB_DECODE_FAILED where FFmpeg has no VP9 encoder or will not have it. */
  constructor(path: string, size: { readonly width: number; readonly height: number }) {
    const codec = Codec.findEncoderByName('libvpx-vp9' as never);
    if (codec === null) throw failure('this FFmpeg has no libvpx-vp9');
    this.#rgb = frameOf(size, AV_PIX_FMT_RGB24);
    this.#yuv = frameOf(size, AV_PIX_FMT_YUV420P);
    this.#packet.alloc();
    this.#scaler.allocContext();
    this.#scaler.setOption('sws_flags', 'bilinear');
    const encoder = this.#encoder;
    encoder.allocContext3(codec);
    Object.assign(encoder, { ...size, pixelFormat: AV_PIX_FMT_YUV420P, timeBase: this.#base, threadCount: 1 });
    encoder.gopSize = 50;
    encoder.bitRate = 0n;
    encoder.flags = AV_CODEC_FLAG_GLOBAL_HEADER;
    for (const [name, value] of Object.entries({
      deadline: 'realtime',
      'cpu-used': '8',
      crf: '34',
      'lag-in-frames': '0',
    })) {
      encoder.setOption(name, value);
    }
    done(encoder.open2Sync(codec, null), 'encoder not opened');
    done(this.#context.allocOutputContext2(null, 'mp4', path), 'no MP4 writer');
    this.#context.setFlags(AVFMT_FLAG_BITEXACT);
    this.#context.setOption('movflags', '+faststart');
    const stream = this.#context.newStream();
    done(stream.codecpar.fromContext(encoder), 'parameters not taken');
    stream.timeBase = this.#base;
    done(this.#file.open2Sync(path, AVIO_FLAG_WRITE), 'file not opened');
    this.#context.pb = this.#file;
    done(this.#context.writeHeaderSync(), 'header not written');
  }

  write({ data }: Picture, ptsMs: number): void {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    done(this.#rgb.makeWritable(), 'frame not writable');
    done(this.#rgb.fromBuffer(bytes), 'picture not taken');
    done(this.#scaler.scaleFrameSync(this.#yuv, this.#rgb), 'picture not converted');
    this.#yuv.pts = BigInt(Math.round(ptsMs));
    done(this.#encoder.sendFrameSync(this.#yuv), 'picture not coded');
    this.#drain();
  }

  finish(): void {
    done(this.#encoder.sendFrameSync(null), 'end not coded');
    this.#drain();
    done(this.#context.writeTrailerSync(), 'index not written');
  }

  /** Frees everything; idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.pb = null;
    this.#file.closepSync();
    this.#context.freeContext();
    this.#encoder.freeContext();
    this.#scaler.freeContext();
    for (const frame of [this.#rgb, this.#yuv]) frame.free();
    this.#packet.free();
  }

  #drain(): void {
    while (this.#encoder.receivePacketSync(this.#packet) >= 0) {
      const stream = this.#context.streams[0];
      if (stream === undefined) throw failure('no stream');
      this.#packet.streamIndex = 0;
      this.#packet.rescaleTs(this.#base, stream.timeBase);
      done(this.#context.writeFrameSync(this.#packet), 'picture not written');
      this.#packet.unref();
    }
  }
}

function frameOf({ width, height }: { readonly width: number; readonly height: number }, format: number): Frame {
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { width, height, format });
  done(frame.getBuffer(0), 'no memory for a picture');
  return frame;
}

function done(result: number, what: string): void {
  if (result < 0) throw failure(`${what} (FFmpeg ${result})`);
}

function failure(what: string): AppError {
  return new AppError('MB_DECODE_FAILED', `blurred clip: ${what}`);
}
