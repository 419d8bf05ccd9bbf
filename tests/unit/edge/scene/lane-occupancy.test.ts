import { describe, expect, test } from 'vitest';
import type { Box, Point } from '../../../../src/domain/geometry.ts';
import type { GroundMap } from '../../../../src/domain/ground.ts';
import { LaneOccupancy } from '../../../../src/edge/scene/rule/lane-occupancy.ts';

const square = 1;
/** Runs from left to right, 0.2 of the height wide. */
const level: readonly Point[] = [
  [0, 0.4],
  [1, 0.4],
  [1, 0.6],
  [0, 0.6],
];
/** Runs from the lower left to the upper right at 45° on a square picture, 0.2 wide across. */
const slanted: readonly Point[] = [
  [0.1, 0.76],
  [0.24, 0.9],
  [0.9, 0.24],
  [0.76, 0.1],
];
/** Runs away from the camera. */
const receding: readonly Point[] = [
  [0.2, 1],
  [0.8, 1],
  [0.55, 0.2],
  [0.45, 0.2],
];

const shareOf = (polygon: readonly Point[], boxes: readonly Box[], aspect = square) => {
  return new LaneOccupancy(polygon, undefined).use(boxes, aspect).freeWidth['freeWidthShare'];
};

describe('the free width of a lane', () => {
  test.each<[string, readonly Point[], Box[], number]>([
    ['half a level lane taken', level, [[0.4, 0.4, 0.6, 0.5]], 0.5],
    [
      'two halves taken in different places',
      level,
      [
        [0.1, 0.4, 0.2, 0.5],
        [0.7, 0.5, 0.8, 0.6],
      ],
      0.5,
    ],
    [
      'two halves taken in the same place',
      level,
      [
        [0.1, 0.4, 0.3, 0.5],
        [0.2, 0.5, 0.4, 0.6],
      ],
      0,
    ],
    ['the middle taken', level, [[0.4, 0.45, 0.6, 0.55]], 0.25],
    ['one side of a slanted lane', slanted, [[0.5, 0.45, 0.9, 0.9]], 0.35],
    ['near, half of a lane that recedes', receding, [[0.2, 0.8, 0.5, 0.95]], 0.5],
    ['far, half of it', receding, [[0.4, 0.3, 0.5, 0.4]], 0.5],
    ['all of it, far', receding, [[0.3, 0.3, 0.7, 0.4]], 0],
  ])('%s', (_what, polygon, boxes, expected) => {
    expect(shareOf(polygon, boxes)).toBeCloseTo(expected, 1);
  });

  test('nothing is said where no box is on it', () => {
    expect(new LaneOccupancy(level, undefined).use([[0.4, 0.7, 0.6, 0.9]], square)).toEqual({
      occupancy: 0,
      freeWidth: {},
    });
  });

  test('is measured anew when a box moves, comes or goes', () => {
    const lane = new LaneOccupancy(level, undefined);
    const half: Box = [0.4, 0.4, 0.6, 0.5];
    const free = (...boxes: Box[]) => lane.use(boxes, square).freeWidth['freeWidthShare'];
    expect(free(half)).toBeCloseTo(0.5, 1);
    expect(free([0.4, 0.4, 0.6, 0.55])).toBeCloseTo(0.25, 1);
    expect(free(half, [0.4, 0.5, 0.6, 0.6])).toBe(0);
    expect(free(half)).toBeCloseTo(0.5, 1);
  });

  test('across is told by the shape on the picture, not by normalised units', () => {
    // 0.3 wide and 0.4 high in normalised units is lying on a picture of 16:9.
    const lying: readonly Point[] = [
      [0.3, 0.3],
      [0.6, 0.3],
      [0.6, 0.7],
      [0.3, 0.7],
    ];
    const upperHalf: Box = [0.4, 0.3, 0.5, 0.5];
    expect(shareOf(lying, [upperHalf], 16 / 9)).toBeCloseTo(0.5, 1);
    expect(shareOf(lying, [upperHalf], 1)).toBeCloseTo(0.33, 1);
  });

  describe('on calibrated cameras', () => {
    // 10 m wide and 40 m deep; the upper half of the picture shows no ground.
    const ground: GroundMap = {
      toGround: ([x, y]) => (y < 0.5 ? undefined : { east: x * 10, north: (1 - y) * 80, errorM: 0.1 }),
      toPicture: (east, north) => [east / 10, 1 - north / 80],
      toPosition: () => undefined,
      distance: () => undefined,
      speed: () => undefined,
    };
    const lane: readonly Point[] = [
      [0.2, 0.55],
      [0.6, 0.55],
      [0.6, 0.95],
      [0.2, 0.95],
    ];

    test('is in metres', () => {
      const occupancy = new LaneOccupancy(lane, ground);
      expect(occupancy.use([[0.2, 0.7, 0.35, 0.8]], square).freeWidth).toEqual({ freeWidthM: 2.5 });
      expect(occupancy.use([[0.2, 0.55, 0.4, 0.95]], square).occupancy).toBeCloseTo(0.5, 1);
    });

    test('is a share where the lane reaches above the horizon', () => {
      const high: readonly Point[] = [
        [0.2, 0.3],
        [0.6, 0.3],
        [0.6, 0.95],
        [0.2, 0.95],
      ];
      const free = new LaneOccupancy(high, ground).use([[0.2, 0.7, 0.4, 0.8]], square).freeWidth;
      expect(free['freeWidthShare']).toBeCloseTo(0.5, 1);
    });
  });
});
