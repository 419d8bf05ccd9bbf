import { Codec, FFmpegError, Frame, HardwareDeviceContext } from 'node-av';
import {
  AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX,
  AV_CODEC_ID_H264,
  type AVCodecID,
  type AVHWDeviceType,
  type AVPixelFormat,
  type FFHWDeviceType,
} from 'node-av/constants';
import type { DeviceName } from './hardware-name.ts';

/** FFmpeg's decoder of a codec on a device, and the format its pictures come in there. */
export interface HardwareDecoder {
  readonly codec: Codec;
  readonly pixelFormat: AVPixelFormat;
}

/** A device that decodes; belongs to one thread. */
export class HardwareDevice {
  readonly name: DeviceName;
  readonly context: HardwareDeviceContext;

  private constructor(name: DeviceName, context: HardwareDeviceContext) {
    this.name = name;
    this.context = context;
  }

  /** Opens the device; text says why it cannot be. `device` is its path or index, by default the first. */
  static open(name: DeviceName, device: string | undefined): HardwareDevice | string {
    const type = HardwareDeviceContext.findTypeByName(name as FFHWDeviceType);
    if (decoderOn(type, AV_CODEC_ID_H264) === undefined) return `${name}: this FFmpeg has no H.264 decoder for it`;
    const context = new HardwareDeviceContext();
    const created = context.create(type, device ?? null, null);
    if (created >= 0) return new HardwareDevice(name, context);
    context.free();
    return `${name}: the device cannot be opened (${new FFmpegError(created).message})`;
  }

  /** The decoder of a codec on this device; undefined where it has none. */
  decoderOf(codecId: AVCodecID): HardwareDecoder | undefined {
    return decoderOn(this.context.type, codecId);
  }
}

function decoderOn(type: AVHWDeviceType, codecId: AVCodecID): HardwareDecoder | undefined {
  const first = Codec.findDecoder(codecId);
  const others = Codec.getCodecList().filter((codec) => codec.id === codecId && codec.isDecoder());
  for (const codec of first === null ? others : [first, ...others]) {
    for (let at = 0; ; at += 1) {
      const config = codec.getHwConfig(at);
      if (config === null) break;
      const byDevice = (config.methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) !== 0;
      if (byDevice && config.deviceType === type) return { codec, pixelFormat: config.pixFmt };
    }
  }
  return undefined;
}

/** Brings pictures from a device into the machine's memory, where they are scaled. */
export class SystemMemory {
  readonly #frame = new Frame();

  constructor() {
    this.#frame.alloc();
  }

  /** The frame itself, or a copy of it that lasts until the next; undefined where it cannot be brought over. */
  fetch(frame: Frame): Frame | undefined {
    if (!frame.isHwFrame()) return frame;
    this.#frame.unref();
    if (frame.hwframeTransferDataSync(this.#frame) < 0) return undefined;
    // Colour space, time and damage are not part of the transfer.
    this.#frame.copyProps(frame);
    return this.#frame;
  }

  /** Frees the copy. */
  close(): void {
    this.#frame.free();
  }
}
