import { describe, expect, test } from 'vitest';
import { PictureSlots } from '../../../../src/edge/detect/picture-slots.ts';

const look = (bytes: number, value: number) => ({
  picture: {
    width: bytes / 3,
    height: 1,
    format: 'rgb24' as const,
    data: new Uint8Array(bytes).fill(value),
    sourceWidth: 640,
    sourceHeight: 360,
  },
  regions: [[0, 0, 1, 1] as const],
});
const memory = (packed: ReturnType<PictureSlots['pack']>) => packed.requests[0]?.picture.data.buffer;

describe('pictures on their way to a thread', () => {
  test('arrive as they are, in shared memory, one after the other', () => {
    const looks = [look(300, 1), look(600, 2)];
    const packed = new PictureSlots().pack(looks);
    expect(packed.requests).toEqual(looks);
    for (const { picture } of packed.requests) expect(picture.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(new Set(packed.requests.map(({ picture }) => picture.data.buffer)).size).toBe(1);
  });

  test('memory in use is left alone, and used again afterwards', () => {
    const slots = new PictureSlots();
    const first = slots.pack([look(300, 1)]);
    const second = slots.pack([look(300, 2)]);
    expect(memory(second)).not.toBe(memory(first));
    expect(first.requests[0]?.picture.data[0]).toBe(1);
    first.release();
    expect(memory(slots.pack([look(3000, 3)]))).toBe(memory(first));
    second.release();
    expect(memory(slots.pack([look(300_000, 4)]))).not.toBe(memory(second));
  });

  test('a very large group goes as it is', () => {
    const looks = [look(3_000_000, 1), look(3_000_000, 2)];
    expect(new PictureSlots().pack(looks).requests).toBe(looks);
  });
});
