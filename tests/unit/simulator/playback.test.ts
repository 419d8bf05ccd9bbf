import { describe, expect, test } from 'vitest';
import { ntpToUtcMs } from '../../../src/edge/ingest/rtcp.ts';
import type { Clip } from '../../../src/simulator/clip.ts';
import { type CameraCondition, Playback } from '../../../src/simulator/playback.ts';
import { seededRandom } from '../../../src/simulator/seeded-random.ts';
import { packClip } from '../../../src/simulator/unit-packets.ts';
import { nal } from '../../support/rtp-builder.ts';

const utcMs = 1_760_000_000_000;
/** Ten pictures a second, a keyframe every half second, one second long. */
const clip: Clip = {
  sps: [nal.sps()],
  pps: [nal.pps()],
  units: Array.from({ length: 10 }, (_, index) => ({
    keyframe: index % 5 === 0,
    dts: index * 9000,
    pts: index * 9000,
    nals: [index % 5 === 0 ? nal.idr() : nal.slice()],
  })),
  duration: 90_000,
};

const packed = () => ({ clip, units: packClip(clip) });

function play(loop: boolean, options: { joinMs?: number; random?: () => number; freeAtOnce?: boolean } = {}) {
  const sink = {
    frames: [] as Buffer[],
    queuedBytes: 0,
    send(bytes: Buffer) {
      sink.frames.push(options.freeAtOnce === true ? Buffer.from(bytes) : bytes);
      return options.freeAtOnce === true;
    },
  };
  const timeline = { monotonicMs: 500, utcMs, firstTimestamp: 2 ** 32 - 5000 };
  const condition: CameraCondition = { source: packed(), stalled: false, loss: 0, reorder: 0, clockShiftMs: 0 };
  const random = options.random ?? (() => 0.999_999);
  const joinMs = options.joinMs ?? 500;
  const playback = new Playback({ condition, loop, sink, channel: 0, timeline, joinMs, random });
  const on = (channel: number) => sink.frames.filter((frame) => frame[1] === channel);
  return { playback, sink, condition, video: () => on(0), reports: () => on(1) };
}

const timestampOf = (frame: Buffer | undefined) => frame?.readUInt32BE(8) ?? 0;
const sequenceOf = (frame: Buffer | undefined) => frame?.readUInt16BE(6) ?? 0;

describe('playback', () => {
  test('sends each picture when it is due', () => {
    const { playback, video } = play(true);
    playback.advance(500);
    expect(video()).toHaveLength(1);
    playback.advance(599);
    expect(video()).toHaveLength(1);
    playback.advance(600);
    expect(video()).toHaveLength(2);
    playback.advance(1000);
    expect(video()).toHaveLength(6);
  });

  test('goes on without a seam when it loops', () => {
    const { playback, video } = play(true);
    playback.advance(500 + 2500);
    const steps = video().map(
      (frame, index, all) => (timestampOf(frame) - timestampOf(all[index - 1]) + 2 ** 32) % 2 ** 32,
    );
    expect(steps.slice(1)).toEqual(Array(25).fill(9000));
  });

  test('ends with a BYE when it does not loop', () => {
    const { playback, video, reports } = play(false);
    playback.advance(60_000);
    expect(video()).toHaveLength(10);
    expect(reports().at(-1)?.[5]).toBe(201);
    expect(reports().at(-1)?.[13]).toBe(203);
  });

  test('reports its wall clock at the start and every 5 s', () => {
    const { playback, reports, video } = play(true);
    for (let ms = 500; ms <= 11_000; ms += 100) playback.advance(ms);
    expect(reports()).toHaveLength(3);
    const second = reports()[1];
    const at = ntpToUtcMs(second?.readUInt32BE(12) ?? 0, second?.readUInt32BE(16) ?? 0, utcMs);
    expect(at).toBeCloseTo(utcMs + 5000, 1);
    expect(second?.readUInt32BE(20)).toBe((timestampOf(video()[0]) + 450_000) % 2 ** 32);
  });

  test('drops whole pictures up to the next keyframe for a slow client, and shows the gap', () => {
    const { playback, sink, video } = play(true);
    playback.advance(600);
    sink.queuedBytes = 2 ** 21;
    playback.advance(700);
    sink.queuedBytes = 0;
    playback.advance(900);
    expect(playback.counts).toEqual({ sent: 2, dropped: 3 });
    const before = sequenceOf(video()[1]);
    playback.advance(1000);
    expect(playback.counts).toEqual({ sent: 3, dropped: 3 });
    expect((sequenceOf(video()[2]) - before) & 0xffff).toBe(4);
  });

  test('a live camera is joined at the next keyframe, wherever its clock stands', () => {
    const { playback, video } = play(true, { joinMs: 500 + 7_120 });
    expect(playback.next.timestamp).toBe((2 ** 32 - 5000 + 7_500 * 90) % 2 ** 32);
    playback.advance(500 + 7_499);
    expect(video()).toHaveLength(0);
    playback.advance(500 + 7_500);
    expect(video()).toHaveLength(1);
    expect(timestampOf(video()[0])).toBe(playback.next.timestamp - 9000);
  });

  test('a live camera is joined at the seam of its file when no keyframe is left in it', () => {
    const { playback, video } = play(true, { joinMs: 500 + 7_620 });
    playback.advance(500 + 7_999);
    expect(video()).toHaveLength(0);
    playback.advance(500 + 8_100);
    expect(video()).toHaveLength(2);
    expect(timestampOf(video()[0])).toBe((2 ** 32 - 5000 + 8_000 * 90) % 2 ** 32);
  });

  test('clients that share packets each get their own numbers, whether or not the bytes left at once', () => {
    for (const freeAtOnce of [true, false]) {
      const { playback, video } = play(true, { freeAtOnce });
      playback.advance(500 + 3_000);
      expect(video().map(timestampOf)).toEqual(
        Array.from({ length: 31 }, (_, index) => (2 ** 32 - 5000 + index * 9000) % 2 ** 32),
      );
    }
  });
});

describe('a camera with faults', () => {
  test('sends nothing while it stalls, then begins at a keyframe without a gap in its numbers', () => {
    const { playback, condition, video } = play(true);
    playback.advance(600);
    condition.stalled = true;
    playback.advance(900);
    condition.stalled = false;
    playback.advance(1000);
    expect(video()).toHaveLength(3);
    expect(timestampOf(video()[2]) - timestampOf(video()[1])).toBe(4 * 9000);
    expect((sequenceOf(video()[2]) - sequenceOf(video()[1])) & 0xffff).toBe(1);
    expect(playback.counts).toEqual({ sent: 3, dropped: 0 });
  });

  test('loses the share of packets it is told to', () => {
    const { playback, condition, video } = play(true, { random: seededRandom(1) });
    condition.loss = 0.25;
    playback.advance(500 + 60_000);
    // A play has two keyframes of three packets (SPS, PPS, IDR) and eight pictures of one.
    const packets = video().reduce((sum, frame) => sum + countPackets(frame), 0);
    expect(packets / (60 * 14)).toBeGreaterThan(0.7);
    expect(packets / (60 * 14)).toBeLessThan(0.8);
  });

  test('changes the places of neighbouring packets', () => {
    const { playback, condition, video } = play(true, { random: () => 0.5 });
    condition.reorder = 1;
    playback.advance(500);
    const first = video()[0] ?? Buffer.alloc(0);
    expect(countPackets(first)).toBe(3);
    const second = first.subarray(4 + first.readUInt16BE(2));
    expect((sequenceOf(first) - sequenceOf(second)) & 0xffff).toBe(1);
  });

  test('shows another clip from its next keyframe on, and back; time goes on', () => {
    const { playback, condition, video } = play(true);
    const own = condition.source;
    const other = { clip, units: packClip({ ...clip, sps: [nal.sps(0, 0x2a)] }) };
    playback.advance(600);
    condition.source = other;
    playback.advance(900);
    expect(video().at(-1)?.includes(nal.sps())).toBe(false);
    playback.advance(1000);
    expect(video().at(-1)?.includes(nal.sps(0, 0x2a))).toBe(true);
    condition.source = own;
    playback.advance(1500);
    expect(video().at(-1)?.includes(nal.sps())).toBe(true);
    const steps = video().map((frame, index, all) => (timestampOf(frame) - timestampOf(all[index - 1])) >>> 0);
    expect(steps.slice(1)).toEqual(Array(10).fill(9000));
  });

  test('jumps in RTP time and in the wall clock of its reports', () => {
    const { playback, condition, video, reports } = play(true);
    playback.advance(600);
    condition.clockShiftMs = -3_600_000;
    playback.advance(500 + 5_100);
    const [before, after] = [video()[1], video()[2]];
    expect((timestampOf(after) - timestampOf(before)) | 0).toBe((9000 - 3600 * 90_000) | 0);
    const last = reports().at(-1);
    const at = ntpToUtcMs(last?.readUInt32BE(12) ?? 0, last?.readUInt32BE(16) ?? 0, utcMs);
    expect(at).toBeCloseTo(utcMs + 5100 - 3_600_000, 1);
  });
});

function countPackets(frame: Buffer): number {
  let count = 0;
  for (let at = 0; at < frame.length; at += 4 + frame.readUInt16BE(at + 2)) count += 1;
  return count;
}
