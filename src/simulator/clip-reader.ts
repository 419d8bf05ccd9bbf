import { Demuxer, Log, type Packet } from 'node-av';
import { AV_CODEC_ID_H264, AV_LOG_QUIET } from 'node-av/constants';
import { AppError } from '../lib/errors.ts';
import { readAvcConfiguration, splitSample } from './avcc.ts';
import { type Clip, type ClipUnit, clockRate } from './clip.ts';

/**
 * Reads the video track of an MP4 file with FFmpeg's demuxer.
 * @throws AppError MB_MISSING_PART when the file cannot be read or holds no H.264 in MP4.
 */
export async function readClip(file: string): Promise<Clip> {
  const demuxer = await open(file);
  try {
    const stream = demuxer.video();
    const extradata = stream?.codecpar.extradata;
    const configuration = extradata ? readAvcConfiguration(extradata) : undefined;
    if (stream === undefined || stream.codecpar.codecId !== AV_CODEC_ID_H264 || configuration === undefined) {
      throw new AppError('MB_MISSING_PART', `${file}: no H.264 video in MP4`);
    }
    const ticks = clockRate * (stream.timeBase.num / stream.timeBase.den);
    const units: ClipUnit[] = [];
    for await (const packet of demuxer.packets(stream.index)) {
      if (packet === null) continue;
      const unit = unitOf(packet, ticks, configuration.lengthBytes);
      packet.free();
      if (unit !== undefined && (units.length > 0 || unit.keyframe)) units.push(unit);
    }
    return clipOf(file, units, { sps: configuration.sps.map(copy), pps: configuration.pps.map(copy) });
  } finally {
    await demuxer.close();
  }
}

async function open(file: string): Promise<Demuxer> {
  // FFmpeg would write to standard error by itself; what went wrong is in the error.
  Log.setLevel(AV_LOG_QUIET);
  try {
    return await Demuxer.open(file);
  } catch (error) {
    throw new AppError('MB_MISSING_PART', `${file}: cannot be read as video`, { cause: error });
  }
}

/** The packet's bytes are FFmpeg's and go with it, so they are copied. */
function unitOf(packet: Packet, ticks: number, lengthBytes: number): ClipUnit | undefined {
  if (packet.data === null) return undefined;
  return {
    keyframe: packet.isKeyframe,
    dts: Math.round(Number(packet.dts) * ticks),
    pts: Math.round(Number(packet.pts) * ticks),
    nals: splitSample(copy(packet.data), lengthBytes),
  };
}

function copy(bytes: Buffer): Buffer {
  return Buffer.from(bytes);
}

/** Moves the first picture to time 0; the last lasts as long as the mean of the others. */
function clipOf(file: string, units: readonly ClipUnit[], sets: Pick<Clip, 'sps' | 'pps'>): Clip {
  const first = units[0];
  const last = units.at(-1);
  if (first === undefined || last === undefined) throw new AppError('MB_MISSING_PART', `${file}: holds no keyframe`);
  const span = last.dts - first.dts;
  const perUnit = units.length > 1 ? span / (units.length - 1) : clockRate;
  return {
    ...sets,
    units: units.map((unit) => ({ ...unit, dts: unit.dts - first.dts, pts: unit.pts - first.pts })),
    duration: Math.round(span + perUnit),
  };
}
