import { describe, expect, test } from 'vitest';
import { ntpToUtcMs } from '../../../src/edge/ingest/rtcp.ts';
import type { Clip } from '../../../src/simulator/clip.ts';
import { Playback } from '../../../src/simulator/playback.ts';
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

function play(loop: boolean) {
  const sink = { frames: [] as Buffer[], queuedBytes: 0, send: (bytes: Buffer) => void sink.frames.push(bytes) };
  const startedAt = { monotonicMs: 500, utcMs };
  const source = { clip, units: packClip(clip) };
  const playback = new Playback({ source, loop, sink, channel: 0, startedAt, random: () => 0.999_999 });
  const on = (channel: number) => sink.frames.filter((frame) => frame[1] === channel);
  return { playback, sink, video: () => on(0), reports: () => on(1) };
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
});
