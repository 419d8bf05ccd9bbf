import { Codec, CodecContext } from 'node-av';
import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MJPEG } from 'node-av/constants';
import type { VideoCodec } from '../../domain/access-unit.ts';

const codecIds = { h264: AV_CODEC_ID_H264, h265: AV_CODEC_ID_HEVC, mjpeg: AV_CODEC_ID_MJPEG } as const;

/** 8192×4320: no camera sends more, and a forged SPS must not make FFmpeg allocate more (H.264 §A.3.1 allows 36,864 macroblocks). */
const maxPixels = 8192 * 4320;

/** Opens a software decoder of one thread; undefined where FFmpeg has none. `options` are FFmpeg's, by name. */
export function openDecoder(
  codec: VideoCodec,
  options: Readonly<Record<string, string | number>> = {},
): CodecContext | undefined {
  const decoder = Codec.findDecoder(codecIds[codec]);
  if (decoder === null) return undefined;
  const context = new CodecContext();
  context.allocContext3(decoder);
  // One thread: parallelism comes from workers, and frame threads would hold pictures back.
  context.threadCount = 1;
  context.setOption('max_pixels', maxPixels);
  for (const [name, value] of Object.entries(options)) context.setOption(name, value);
  if (context.open2Sync(decoder, null) >= 0) return context;
  context.freeContext();
  return undefined;
}
