import { describe, expect, test } from 'vitest';
import { FrameNumbers } from '../../../../src/edge/decode/h264-frame-num.ts';

/** Bits as text into a NAL unit with its start code. */
function nal(byte: number, bits: string): Buffer {
  const padded = `${bits.replaceAll(' ', '')}1`.padEnd(64, '0');
  const bytes = padded.match(/.{8}/g) ?? [];
  return Buffer.from([0, 0, 0, 1, byte, ...bytes.map((each) => Number.parseInt(each, 2))]);
}

/** Baseline SPS: frame numbers of 4 bits; POC type 2, one reference picture. */
const sps = (gapsAllowed = false) => nal(0x67, `01000010 00000000 00011110 1 1 011 010 ${gapsAllowed ? 1 : 0}`);
/** first_mb 0, slice_type 0, pps 0, then frame_num. */
const slice = (frameNum: number, { idr = false, reference = true } = {}) =>
  nal((reference ? 0x60 : 0) | (idr ? 5 : 1), `1 1 1 ${frameNum.toString(2).padStart(4, '0')}`);
const key = (options?: { gapsAllowed: boolean }) => Buffer.concat([sps(options?.gapsAllowed), slice(0, { idr: true })]);

function missed(...units: Buffer[]): boolean[] {
  const numbers = new FrameNumbers();
  return units.map((unit) => numbers.missedBefore(unit));
}

describe('lost pictures by frame_num', () => {
  test('one after the other, around the end of the numbers', () => {
    const units = Array.from({ length: 40 }, (_, at) => slice((at + 1) % 16));
    expect(missed(key(), ...units)).toEqual([false, ...units.map(() => false)]);
  });

  test('one is missing', () => {
    expect(missed(key(), slice(1), slice(3), slice(4))).toEqual([false, false, true, false]);
  });

  test('pictures that are no reference share the number of the next reference', () => {
    const none = { reference: false };
    expect(missed(key(), slice(1, none), slice(1, none), slice(1), slice(2, none), slice(2))).toEqual(
      Array.from({ length: 6 }, () => false),
    );
  });

  test('a keyframe starts anew', () => {
    expect(missed(key(), slice(1), key(), slice(1))).toEqual([false, false, false, false]);
  });

  test('a camera that leaves numbers out by design says so', () => {
    expect(missed(key({ gapsAllowed: true }), slice(1), slice(5))).toEqual([false, false, false]);
  });

  test('nothing is said without an SPS, nor of garbage', () => {
    expect(missed(slice(1), slice(9), Buffer.alloc(50, 7), Buffer.alloc(0))).toEqual([false, false, false, false]);
  });
});
