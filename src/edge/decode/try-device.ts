import { Frame, Packet } from 'node-av';
import { AV_PIX_FMT_NONE } from 'node-av/constants';
import { HardwareDevice, SystemMemory } from './hardware-device.ts';
import type { DeviceName } from './hardware-name.ts';
import { openDecoder } from './open-decoder.ts';
import { probeKeyframe } from './probe-keyframe.ts';

/** Decodes a picture on a device and brings it back; text says what did not work, undefined that all did. */
export function tryDevice(name: DeviceName, path: string | undefined): string | undefined {
  const device = HardwareDevice.open(name, path);
  if (typeof device === 'string') return device;
  const context = openDecoder('h264', { device });
  if (context === undefined) return `${name}: its H.264 decoder cannot be opened`;
  const packet = new Packet();
  packet.alloc();
  packet.data = Buffer.from(probeKeyframe);
  packet.isKeyframe = true;
  const sent = context.sendPacketSync(packet);
  context.sendPacketSync(null);
  const frame = new Frame();
  frame.alloc();
  if (sent < 0 || context.receiveFrameSync(frame) < 0) return `${name}: the device did not decode the test picture`;
  // FFmpeg takes to software by itself where a driver offers no decoder.
  if (!frame.isHwFrame()) return `${name}: the device opens but does not decode H.264`;
  const copy = new SystemMemory().fetch(frame);
  if (copy === undefined || copy.format === AV_PIX_FMT_NONE) return `${name}: its pictures cannot be read back`;
  return undefined;
}
