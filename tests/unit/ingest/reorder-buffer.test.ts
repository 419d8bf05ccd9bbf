import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReorderBuffer } from '../../../src/edge/ingest/reorder-buffer.ts';
import { rtp } from '../../support/rtp-builder.ts';

function run(arrivals: readonly (readonly [sequence: number, at: number])[], endMs = 0) {
  const delivered: number[] = [];
  let reordered = 0;
  const buffer = new ReorderBuffer({
    deliver: (packet) => delivered.push(packet.readUInt16BE(2)),
    onReordered: () => {
      reordered += 1;
    },
  });
  for (const [sequence, at] of arrivals) buffer.push(rtp({ sequence, timestamp: 0, payload: Buffer.alloc(1) }), at);
  buffer.expire(endMs);
  return { delivered, reordered };
}

const at0 = (...sequences: readonly number[]) => sequences.map((sequence) => [sequence, 0] as const);

describe('reorder buffer', () => {
  test('hands on what is in order at once', () => {
    expect(run(at0(65_534, 65_535, 0, 1))).toEqual({ delivered: [65_534, 65_535, 0, 1], reordered: 0 });
  });

  test('puts late packets back, over the wrap-around', () => {
    expect(run(at0(65_534, 0, 1, 65_535, 2))).toEqual({ delivered: [65_534, 65_535, 0, 1, 2], reordered: 1 });
    expect(run(at0(1, 4, 3, 2)).delivered).toEqual([1, 2, 3, 4]);
  });

  test('gives up what is missing after 100 ms, by the next packet or by time alone', () => {
    const waiting = [...at0(1), [3, 10], [4, 60]] as const;
    expect(run([...waiting, [5, 109]]).delivered).toEqual([1]);
    expect(run([...waiting, [5, 110]]).delivered).toEqual([1, 3, 4, 5]);
    expect(run(waiting, 110).delivered).toEqual([1, 3, 4]);
  });

  test('gives up what is missing when the window is full', () => {
    const sequences = Array.from({ length: 64 }, (_, index) => index + 3);
    expect(run(at0(1, ...sequences.slice(0, -1))).delivered).toEqual([1]);
    expect(run(at0(1, ...sequences)).delivered).toEqual([1, ...sequences]);
  });

  test('hands on doubles and what comes too late, for the receiver to count', () => {
    expect(run(at0(5, 7, 7, 4, 5)).delivered).toEqual([5, 7, 4, 5]);
  });

  test('follows a sender that starts over', () => {
    expect(run(at0(9000, 9001, 20, 22, 21)).delivered).toEqual([9000, 9001, 20, 21, 22]);
  });

  test('hands on every packet sooner or later, whatever comes', () => {
    const arrivals = fc.array(
      fc.tuple(
        fc.nat(70).map((step) => (65_500 + step) & 0xffff),
        fc.nat(300),
      ),
    );
    fc.assert(
      fc.property(arrivals, (steps) => {
        expect(run(steps, 10_000).delivered.toSorted()).toEqual(steps.map(([sequence]) => sequence).toSorted());
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
