import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import { AccessUnitRing, unitOverheadBytes } from '../../../src/edge/ingest/access-unit-ring.ts';

function unit(at: number, keyframe: boolean, bytes = 1_000): AccessUnit {
  return {
    cameraId: 'cam' as CameraId,
    codec: 'h264',
    keyframe,
    data: Buffer.alloc(bytes),
    rtpTimestamp: at * 90,
    ptsMs: at,
    ntpMs: undefined,
    receivedAt: at,
  };
}

/** A picture every 100 ms, a keyframe every second. */
function fill(ring: AccessUnitRing, seconds: number, bytes = 1_000): void {
  for (let index = 0; index < seconds * 10; index += 1) ring.push(unit(index * 100, index % 10 === 0, bytes));
}

const cost = 1_000 + unitOverheadBytes;

describe('the ring', () => {
  test('reaches back as far as asked, begins at a keyframe, and no further than one group more', () => {
    const ring = new AccessUnitRing({ maxBytes: 1e9, maxMs: 5_000 });
    fill(ring, 60);
    const [first] = ring.clip(0, Number.MAX_SAFE_INTEGER);
    expect(first?.keyframe).toBe(true);
    expect(ring.spanMs).toBeGreaterThanOrEqual(5_000);
    expect(ring.spanMs).toBeLessThan(6_100);
    // Memory is taken in slabs of 64 KiB, and given to the next pictures when the oldest go.
    expect(ring.bytes).toBeGreaterThanOrEqual(ring.size * cost);
    expect(ring.bytes).toBeLessThanOrEqual(ring.size * cost + 2 * 65_536);
  });

  test.each([5_000, 20_000, 33_333])('never holds more than %i bytes', (maxBytes) => {
    const ring = new AccessUnitRing({ maxBytes, maxMs: 10_000 });
    for (let index = 0; index < 300; index += 1) {
      ring.push(unit(index * 100, index % 10 === 0));
      expect(ring.bytes).toBeLessThanOrEqual(maxBytes);
      expect(ring.clip(0, 1e9)[0]?.keyframe ?? true).toBe(true);
    }
  });

  test('of a group that alone is too large it keeps what decodes, and counts the rest', () => {
    const ring = new AccessUnitRing({ maxBytes: 4 * cost, maxMs: 10_000 });
    fill(ring, 1);
    expect(ring.clip(0, 1e9).map(({ receivedAt }) => receivedAt)).toEqual([0, 100, 200, 300]);
    expect(ring.cut).toBe(6);
    ring.push(unit(1_000, true));
    ring.push(unit(1_100, false));
    expect(ring.clip(0, 1e9).map(({ receivedAt }) => receivedAt)).toEqual([1_000, 1_100]);
  });

  test('a keyframe larger than the ring is not kept, and nothing that needs it', () => {
    const ring = new AccessUnitRing({ maxBytes: 2_000, maxMs: 10_000 });
    ring.push(unit(0, true, 5_000));
    ring.push(unit(100, false, 10));
    expect([ring.size, ring.bytes, ring.cut]).toEqual([0, 0, 2]);
    ring.push(unit(200, true, 500));
    expect(ring.clip(0, 1e9)).toHaveLength(1);
  });

  test('keeps nothing before the first keyframe', () => {
    const ring = new AccessUnitRing({ maxBytes: 1e6, maxMs: 10_000 });
    ring.push(unit(0, false));
    expect([ring.size, ring.spanMs, ring.clip(0, 1e9)]).toEqual([0, 0, []]);
  });

  test('a clip begins at the keyframe before its time and ends at its time', () => {
    const ring = new AccessUnitRing({ maxBytes: 1e9, maxMs: 60_000 });
    fill(ring, 20);
    const times = ring.clip(7_350, 9_050).map(({ receivedAt }) => receivedAt);
    expect([times[0], times.at(-1)]).toEqual([7_000, 9_000]);
    expect(ring.clip(-5_000, 250).map(({ receivedAt }) => receivedAt)).toEqual([0, 100, 200]);
    expect(ring.clip(50_000, 60_000)[0]?.receivedAt).toBe(19_000);
  });

  test('a clip is whole and its own: neither its sender nor the ring that goes on changes it', () => {
    const ring = new AccessUnitRing({ maxBytes: 300_000, maxMs: 60_000 });
    const sent = Array.from({ length: 200 }, (_, index) => {
      const size = index % 10 === 0 ? 20_000 : 500 + index;
      return { ...unit(index * 100, index % 10 === 0, 0), data: Buffer.alloc(size, index + 1) };
    });
    for (const each of sent) ring.push(each);
    const clip = ring.clip(0, 1e9);
    expect(clip.length).toBeGreaterThan(50);
    for (const each of sent) each.data.fill(0);
    fill(ring, 60);
    for (const { receivedAt, data } of clip) {
      const index = receivedAt / 100;
      expect(data.equals(Buffer.alloc(index % 10 === 0 ? 20_000 : 500 + index, index + 1))).toBe(true);
    }
  });

  test('its memory is used again: none is taken once it is full', () => {
    const ring = new AccessUnitRing({ maxBytes: 500_000, maxMs: 60_000 });
    fill(ring, 60, 4_000);
    const full = ring.bytes;
    for (let index = 600; index < 3_000; index += 1) ring.push(unit(index * 100, index % 10 === 0, 4_000));
    expect(Math.abs(ring.bytes - full)).toBeLessThanOrEqual(20 * unitOverheadBytes);
    expect(ring.spanMs).toBeGreaterThan(9_000);
    ring.clear();
    expect([ring.bytes, ring.size]).toEqual([0, 0]);
  });

  test('the memory it states is the memory it takes', () => {
    const before = settledMemory();
    const rings = Array.from({ length: 50 }, () => new AccessUnitRing({ maxBytes: 1_000_000, maxMs: 60_000 }));
    for (const ring of rings) {
      for (let index = 0; index < 2_000; index += 1) {
        const data = Buffer.allocUnsafe(index % 25 === 0 ? 12_000 : 1_800);
        ring.push({ ...unit(index * 40, index % 25 === 0, 0), data });
      }
    }
    const after = settledMemory();
    const stated = rings.reduce((sum, ring) => sum + ring.bytes, 0);
    const taken = after - before;
    expect(stated).toBeGreaterThan(40_000_000);
    expect(taken).toBeGreaterThan(stated * 0.8);
    expect(taken).toBeLessThan(stated * 1.3);
    // Read after the measurement: the rings must not be collected before it.
    expect(rings).toHaveLength(50);
  });
});

/** Bytes in use once everything that was let go of is collected; buffers are swept a while after their owners. */
function settledMemory(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 4; round += 1) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
