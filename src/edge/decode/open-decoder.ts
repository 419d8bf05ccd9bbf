import { Codec, CodecContext } from 'node-av';
import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MJPEG } from 'node-av/constants';
import type { VideoCodec } from '../../domain/access-unit.ts';
import type { HardwareDevice } from './hardware-device.ts';

const codecIds = { h264: AV_CODEC_ID_H264, h265: AV_CODEC_ID_HEVC, mjpeg: AV_CODEC_ID_MJPEG } as const;

/** 8192×4320: no camera sends more, and a forged SPS must not make FFmpeg allocate more (H.264 §A.3.1 allows 36,864 macroblocks). */
const maxPixels = 8192 * 4320;

/** How a decoder is opened. */
export interface DecoderOptions {
  /** Leaves the deblocking filter out. */
  readonly skipLoopFilter?: boolean;
  /** Decodes there; undefined results where the device cannot. */
  readonly device?: HardwareDevice | undefined;
}

/** Opens a decoder of one thread; undefined where there is none. */
export function openDecoder(
  codec: VideoCodec,
  { skipLoopFilter = false, device }: DecoderOptions = {},
): CodecContext | undefined {
  const hardware = device?.decoderOf(codecIds[codec]);
  const decoder = device === undefined ? Codec.findDecoder(codecIds[codec]) : (hardware?.codec ?? null);
  if (decoder === null) return undefined;
  const context = new CodecContext();
  context.allocContext3(decoder);
  // One thread: parallelism comes from workers, and frame threads would hold pictures back.
  context.threadCount = 1;
  context.setOption('max_pixels', maxPixels);
  // FFmpeg marks damaged H.264 pictures; of these it shows whatever it has, unless it is told to refuse them.
  if (codec !== 'h264') context.setOption('err_detect', 'explode');
  if (skipLoopFilter) context.setOption('skip_loop_filter', 'all');
  if (device !== undefined && hardware !== undefined) {
    context.hwDeviceCtx = device.context;
    context.setHardwarePixelFormat(hardware.pixelFormat);
  }
  if (context.open2Sync(decoder, null) >= 0) return context;
  context.freeContext();
  return undefined;
}
