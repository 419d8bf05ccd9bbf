import { Demuxer, Dictionary, FormatContext, IOContext, Log, Packet, Rational } from 'node-av';
import { AV_LOG_QUIET, AVFMT_FLAG_BITEXACT, AVIO_FLAG_WRITE } from 'node-av/constants';
import type { VideoCodec } from '../../domain/access-unit.ts';
import { AppError } from '../../lib/errors.ts';

/** A coded picture as it goes into the file. */
export interface Mp4Sample {
  /** Annex B; MJPEG: a JPEG. */
  readonly data: Buffer;
  readonly keyframe: boolean;
  readonly ptsMs: number;
  /** Never goes back from sample to sample, and is never after `ptsMs`. */
  readonly dtsMs: number;
  readonly durationMs: number;
}

/** What goes into an MP4 file. */
export interface Mp4Video {
  readonly codec: VideoCodec;
  /** In decoding order; the first is a keyframe with its parameter sets. */
  readonly samples: readonly Mp4Sample[];
  /** Parameter sets change on the way: players must look for them in the samples (ISO/IEC 14496-15 §5.3.3, avc3 and hev1). */
  readonly setsInBand: boolean;
  /** Goes into the file’s `comment`. */
  readonly comment: string | undefined;
}

const demuxers = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' } as const;
/** Sample entries: parameter sets once in the header, or also in the samples. */
const tags = { h264: ['avc1', 'avc3'], h265: ['hvc1', 'hev1'], mjpeg: ['mp4v', 'mp4v'] } as const;
/** The clock of RTP video (RFC 3551 §5), so that times stay exact. */
const ticksPerMs = 90;

/**
 * Writes an MP4 file with the pictures exactly as they are, its index before them, so that it plays while it loads. The
 * same video gives the same bytes. The one file of this stage that knows FFmpeg.
 * @throws AppError MB_DECODE_FAILED where FFmpeg will not have it
 */
export async function writeMp4(path: string, video: Mp4Video): Promise<void> {
  // FFmpeg would write to standard error by itself; what went wrong is in the error.
  Log.setLevel(AV_LOG_QUIET);
  const [first] = video.samples;
  if (first === undefined) throw failure('no pictures');
  const source = await open(video.codec, first.data);
  const context = new FormatContext();
  const file = new IOContext();
  try {
    done(context.allocOutputContext2(null, 'mp4', path), 'no MP4 writer');
    context.setFlags(AVFMT_FLAG_BITEXACT);
    context.setOption('movflags', '+faststart');
    if (video.comment !== undefined) context.metadata = Dictionary.fromObject({ comment: video.comment });
    const stream = context.newStream();
    const described = source.video();
    if (described === undefined) throw failure('the first picture is not readable');
    done(described.codecpar.copy(stream.codecpar), 'parameters not taken');
    stream.codecpar.codecTag = tags[video.codec][video.setsInBand ? 1 : 0];
    stream.timeBase = new Rational(1, 1000 * ticksPerMs);
    done(await file.open2(path, AVIO_FLAG_WRITE), 'file not opened');
    context.pb = file;
    done(await context.writeHeader(), 'header not written');
    await writeSamples(context, stream.timeBase, video.samples);
    done(await context.writeTrailer(), 'index not written');
  } finally {
    context.pb = null;
    await file.closep();
    context.freeContext();
    await source.close();
  }
}

/** Width and height of a coded keyframe; undefined where it is not readable. */
export async function pictureSize(
  codec: VideoCodec,
  keyframe: Buffer,
): Promise<{ readonly width: number; readonly height: number } | undefined> {
  Log.setLevel(AV_LOG_QUIET);
  try {
    const source = await open(codec, keyframe);
    try {
      const { width = 0, height = 0 } = source.video()?.codecpar ?? {};
      return width > 0 && height > 0 ? { width, height } : undefined;
    } finally {
      await source.close();
    }
  } catch {
    return undefined;
  }
}

async function writeSamples(context: FormatContext, base: Rational, samples: readonly Mp4Sample[]): Promise<void> {
  const packet = new Packet();
  packet.alloc();
  try {
    for (const { data, keyframe, ptsMs, dtsMs, durationMs } of samples) {
      packet.data = data;
      packet.isKeyframe = keyframe;
      packet.streamIndex = 0;
      packet.timeBase = { num: 1, den: 1000 * ticksPerMs };
      packet.pts = ticks(ptsMs);
      packet.dts = ticks(dtsMs);
      packet.duration = ticks(durationMs);
      packet.rescaleTs(packet.timeBase, base);
      done(await context.writeFrame(packet), 'picture not written');
      packet.unref();
    }
  } finally {
    packet.free();
  }
}

/** FFmpeg reads a stream’s description from its first picture. */
async function open(codec: VideoCodec, keyframe: Buffer): Promise<Demuxer> {
  try {
    return await Demuxer.open(keyframe, { format: demuxers[codec] });
  } catch (error) {
    throw failure('the first picture is not readable', error);
  }
}

function ticks(ms: number): bigint {
  return BigInt(Math.round(ms * ticksPerMs));
}

function done(result: number, what: string): void {
  if (result < 0) throw failure(`${what} (FFmpeg ${result})`);
}

function failure(what: string, cause?: unknown): AppError {
  return new AppError('MB_DECODE_FAILED', `clip: ${what}`, { cause });
}
