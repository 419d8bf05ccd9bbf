import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../../../src/edge/detect/candidate.ts';
import { mergeCut } from '../../../../../src/edge/detect/packing/merge-cut.ts';
import type { Layout } from '../../../../../src/edge/detect/packing/pack-pictures.ts';
import { type Unpacked, unpack } from '../../../../../src/edge/detect/packing/unpack.ts';

const size = { width: 400, height: 200 };
/** The right part of picture 0 at the left, the middle of picture 1 right of it, 32 px between. */
const layout: Layout = {
  ...{ width: 416, height: 416 },
  placements: [
    { picture: 0, source: { x: 300, y: 0, width: 100, height: 200 }, x: 0, y: 0 },
    { picture: 1, source: { x: 100, y: 50, width: 200, height: 100 }, x: 132, y: 0 },
  ],
};
const seen = (x1: number, y1: number, x2: number, y2: number, score = 0.9): Candidate => ({
  x1,
  y1,
  x2,
  y2,
  score,
  class: 'car',
});
const back = (...candidates: Candidate[]) =>
  unpack(candidates, layout, [size, size]).map(({ from, x1, y1, x2, y2, cut }) => ({
    picture: from.picture,
    box: [x1, y1, x2, y2].map((value, axis) => Math.round(value * (axis % 2 === 0 ? size.width : size.height))),
    cut,
  }));

describe('unpacking', () => {
  test.each<[string, Candidate, ReturnType<typeof back>]>([
    ['a box of the first', seen(20, 20, 60, 80), [{ picture: 0, box: [320, 20, 360, 80], cut: false }]],
    ['a box of the second', seen(152, 20, 192, 60), [{ picture: 1, box: [120, 70, 160, 110], cut: false }]],
    ['in the gap: nobody’s', seen(105, 20, 127, 60), []],
    ['below both: nobody’s', seen(20, 300, 60, 380), []],
    [
      'into the gap: clipped, and cut where the picture goes on',
      seen(282, 20, 342, 60),
      [{ picture: 1, box: [250, 70, 300, 110], cut: true }],
    ],
    [
      'at the picture’s own border: not cut',
      seen(60, 20, 108, 60),
      [{ picture: 0, box: [360, 20, 400, 60], cut: false }],
    ],
    ['at an inner border: cut', seen(1, 20, 40, 60), [{ picture: 0, box: [301, 20, 340, 60], cut: true }]],
    ['three pixels from it: not cut', seen(3, 20, 40, 60), [{ picture: 0, box: [303, 20, 340, 60], cut: false }]],
    ['over the gap into another picture: no object of either', seen(10, 10, 180, 80), []],
    ['a corner of it over there: stays', seen(60, 20, 138, 60), [{ picture: 0, box: [360, 20, 400, 60], cut: false }]],
  ])('%s', (_, candidate, expected) => expect(back(candidate)).toEqual(expected));

  test('a lone picture has every box, clipped, but none without area', () => {
    const lone = { ...layout, placements: [{ picture: 0, source: { x: 0, y: 0, ...size }, x: 0, y: 0 }] };
    const found = unpack([seen(-10, 150, 100, 300), seen(0, 300, 50, 400)], lone, [size]);
    expect(found.map(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2])).toEqual([[0, 0.75, 0.25, 1]]);
  });

  test('there and back: a box inside a region of a picture is found where it was', () => {
    const placements = fc.constantFrom(...layout.placements);
    const share = fc.double({ min: 0.05, max: 0.45, noNaN: true });
    fc.assert(
      fc.property(placements, share, share, share, share, (from, left, top, right, bottom) => {
        const { source, x, y } = from;
        const [x1, y1] = [source.x + left * source.width, source.y + top * source.height];
        const [x2, y2] = [source.x + (1 - right) * source.width, source.y + (1 - bottom) * source.height];
        const shift = (value: number, at: number, start: number) => value - start + at;
        const candidate = seen(
          shift(x1, x, source.x),
          shift(y1, y, source.y),
          shift(x2, x, source.x),
          shift(y2, y, source.y),
        );
        const [found] = unpack([candidate], layout, [size, size]);
        expect(found?.from).toBe(from);
        expect(found?.x1).toBeCloseTo(x1 / size.width);
        expect(found?.y1).toBeCloseTo(y1 / size.height);
        expect(found?.x2).toBeCloseTo(x2 / size.width);
        expect(found?.y2).toBeCloseTo(y2 / size.height);
      }),
    );
  });
});

describe('what regions cut', () => {
  const [left, right] = [0, 200].map((x) => ({ picture: 0, source: { x, y: 0, width: 220, height: 200 }, x: 0, y: 0 }));
  const box = (
    [x1, y1, x2, y2]: readonly [number, number, number, number],
    { from = left, cut = false, score = 0.9, kind = 'car' as Candidate['class'] } = {},
  ): Unpacked => {
    if (from === undefined) throw new Error('no region');
    return { x1, y1, x2, y2, score, class: kind, from, cut, input: size };
  };
  const merged = (...found: Unpacked[]) => mergeCut(found).map(({ x1, y1, x2, y2, score }) => [x1, y1, x2, y2, score]);
  const part = { cut: true, score: 0.95 };

  test('a part gives way to the whole another region saw, whatever the scores', () => {
    expect(merged(box([0.4, 0.2, 0.55, 0.5], part), box([0.4, 0.2, 0.7, 0.5], { from: right, score: 0.6 }))).toEqual([
      [0.4, 0.2, 0.7, 0.5, 0.6],
    ]);
  });

  test('two parts of one object become one', () => {
    const pieces = [
      box([0.3, 0.2, 0.55, 0.5], part),
      box([0.5, 0.21, 0.8, 0.5], { from: right, cut: true, score: 0.7 }),
    ];
    expect(merged(...pieces)).toEqual([[0.3, 0.2, 0.8, 0.5, 0.95]]);
    expect(merged(...pieces.reverse())).toEqual([[0.3, 0.2, 0.8, 0.5, 0.95]]);
  });

  test('car and truck are parts of one vehicle, a person is not', () => {
    const other = (kind: Candidate['class']) => box([0.5, 0.2, 0.8, 0.5], { from: right, cut: true, kind });
    expect(merged(box([0.3, 0.2, 0.55, 0.5], part), other('truck'))).toHaveLength(1);
    expect(merged(box([0.3, 0.2, 0.55, 0.5], part), other('person'))).toHaveLength(2);
  });

  test.each<[string, Unpacked, Unpacked]>([
    ['at different heights', box([0.3, 0.1, 0.55, 0.3], part), box([0.5, 0.28, 0.8, 0.9], { from: right, cut: true })],
    ['that do not touch', box([0.3, 0.2, 0.45, 0.5], part), box([0.5, 0.2, 0.8, 0.5], { from: right, cut: true })],
    ['of one region', box([0.3, 0.2, 0.55, 0.5], part), box([0.5, 0.2, 0.8, 0.5], { cut: true })],
    ['a part and a whole beside it', box([0.3, 0.2, 0.55, 0.5], part), box([0.5, 0.2, 0.8, 0.5], { from: right })],
  ])('two %s stay two', (_, one, other) => expect(merged(one, other)).toHaveLength(2));

  test('nothing cut: as it came', () => {
    const found = [box([0.1, 0.1, 0.2, 0.2]), box([0.1, 0.1, 0.2, 0.2], { from: right })];
    expect(mergeCut(found)).toEqual(found);
  });
});
