import type { Depacketizer, PictureSink, UnitKind } from '../../src/edge/ingest/depacketizer.ts';
import { createIngestCounters } from '../../src/edge/ingest/ingest-counters.ts';
import { createRtpPacket, readRtpPacket } from '../../src/edge/ingest/rtp-packet.ts';
import { rtp } from './rtp-builder.ts';

/** One RTP packet for a depacketiser. */
export interface DepacketizerStep {
  readonly payload: Buffer;
  readonly timestamp: number;
  readonly marker?: boolean;
  /** Packets before this one were lost. */
  readonly gap?: boolean;
}

/** What came out, in the order in which it came; `data` in hex. */
export interface SeenPicture {
  readonly keyframe: boolean;
  readonly data: string;
  readonly timestamp: number;
  readonly at: number;
}

/** A sink that notes all it is given; default: every picture is wanted. */
export function recordingSink(wanted: (kind: UnitKind) => boolean = () => true) {
  const counters = createIngestCounters();
  const pictures: SeenPicture[] = [];
  const passed: { kind: UnitKind; bytes: number; timestamp: number }[] = [];
  const sink: PictureSink = {
    wanted,
    onPicture: (kind, data, timestamp, at) =>
      void pictures.push({ keyframe: kind === 'keyframe', data: data.toString('hex'), timestamp, at }),
    onPassed: (kind, bytes, timestamp) => void passed.push({ kind, bytes, timestamp }),
    onSkipped: () => undefined,
  };
  return { counters, sink, pictures, passed };
}

/** Pushes the packets, each at the time of its index, overwrites their memory as the next read would, and settles. */
export function feed(depacketizer: Depacketizer, steps: readonly DepacketizerStep[]): void {
  const packet = createRtpPacket();
  for (const [index, { payload, timestamp, marker = false, gap = false }] of steps.entries()) {
    const bytes = rtp({ sequence: index, timestamp, payload, marker });
    if (!readRtpPacket(bytes, 0, bytes.length, packet)) throw new Error('the step is no RTP packet');
    depacketizer.push(bytes, packet, gap, index);
    bytes.fill(0xee);
  }
  depacketizer.settle(steps.length + 1000);
}
