import { BitStreamFilterAPI, Demuxer, Log, type Packet, type Stream } from 'node-av';
import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MJPEG, AV_LOG_QUIET } from 'node-av/constants';
import type { VideoCodec } from '../../domain/access-unit.ts';

/** One coded picture of a file. */
export interface FileUnit {
  readonly keyframe: boolean;
  /** Annex B for H.264 and H.265; a keyframe has its parameter sets before it. */
  readonly data: Buffer;
  /** When it is decoded, and so sent, and when it is shown; ms since the file's first picture. */
  readonly dtsMs: number;
  readonly ptsMs: number;
}

/** A file that plays. */
export interface OpenedFile {
  readonly codec: VideoCodec;
  /** The next picture, from the first keyframe on; undefined at the end. Rejects when the file is broken here. */
  next(): Promise<FileUnit | undefined>;
  close(): Promise<void>;
}

/** Between pictures that have no times. */
const untimedMs = 40;

const codecs: ReadonlyMap<number, { codec: VideoCodec; filter: string | undefined }> = new Map([
  [AV_CODEC_ID_H264, { codec: 'h264', filter: 'h264_mp4toannexb' }],
  [AV_CODEC_ID_HEVC, { codec: 'h265', filter: 'hevc_mp4toannexb' }],
  [AV_CODEC_ID_MJPEG, { codec: 'mjpeg', filter: undefined }],
]);

/** Opens a video file with FFmpeg's demuxers, or says what keeps it from being played. Reads no further than asked. */
export async function openVideoFile(
  path: string,
): Promise<
  | { ok: true; file: OpenedFile }
  | { ok: false; reason: 'unreachable' | 'no-video-track' | 'unsupported-codec'; detail: string }
> {
  // FFmpeg would write to standard error by itself; what went wrong is in the outcome.
  Log.setLevel(AV_LOG_QUIET);
  let demuxer: Demuxer;
  try {
    demuxer = await Demuxer.open(path);
  } catch {
    return { ok: false, reason: 'unreachable', detail: 'the file cannot be read as video' };
  }
  const stream = demuxer.video();
  const known = stream && codecs.get(stream.codecpar.codecId);
  if (stream === undefined || known === undefined) {
    await demuxer.close();
    return stream === undefined
      ? { ok: false, reason: 'no-video-track', detail: 'the file holds no video' }
      : { ok: false, reason: 'unsupported-codec', detail: 'the file is not H.264, H.265 or MJPEG' };
  }
  return { ok: true, file: new DemuxedFile(demuxer, stream, known) };
}

class DemuxedFile implements OpenedFile {
  readonly codec: VideoCodec;
  readonly #demuxer: Demuxer;
  readonly #packets: AsyncGenerator<Packet | null>;
  readonly #filter: BitStreamFilterAPI | undefined;
  readonly #msPerTick: number;
  readonly #ready: FileUnit[] = [];
  #startMs: number | undefined;
  #taken = 0;

  constructor(demuxer: Demuxer, stream: Stream, { codec, filter }: { codec: VideoCodec; filter: string | undefined }) {
    this.codec = codec;
    this.#demuxer = demuxer;
    this.#packets = demuxer.packets(stream.index);
    this.#filter = filter === undefined ? undefined : BitStreamFilterAPI.create(filter, stream);
    this.#msPerTick = (1000 * stream.timeBase.num) / stream.timeBase.den;
  }

  async next(): Promise<FileUnit | undefined> {
    while (this.#ready.length === 0) {
      const { value: packet, done } = await this.#packets.next();
      if (done || packet === null || packet === undefined) return undefined;
      try {
        const filtered = this.#filter === undefined ? [packet] : await this.#filter.filterAll(packet);
        for (const each of filtered) this.#take(each);
        if (this.#filter !== undefined) for (const each of filtered) each.free();
      } finally {
        packet.free();
      }
    }
    return this.#ready.shift();
  }

  async close(): Promise<void> {
    this.#filter?.close();
    await this.#demuxer.close();
  }

  /** The packet's bytes are FFmpeg's and go with it, so they are copied. */
  #take(packet: Packet): void {
    if (packet.data === null || (this.#startMs === undefined && !packet.isKeyframe)) return;
    const dtsMs = this.#ms(packet.dts) ?? (this.#startMs ?? 0) + this.#taken * untimedMs;
    this.#taken += 1;
    this.#startMs ??= dtsMs;
    const ptsMs = this.#ms(packet.pts) ?? dtsMs;
    const data = Buffer.from(packet.data);
    this.#ready.push({ keyframe: packet.isKeyframe, data, dtsMs: dtsMs - this.#startMs, ptsMs: ptsMs - this.#startMs });
  }

  /** Undefined for AV_NOPTS_VALUE: raw streams have no times. */
  #ms(ticks: bigint): number | undefined {
    return ticks < -(2n ** 62n) ? undefined : Number(ticks) * this.#msPerTick;
  }
}
