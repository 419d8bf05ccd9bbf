import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { TrackId } from '../../../../src/domain/ids.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { CountHistory } from '../../../../src/edge/scene/rule/count-history.ts';
import { isAboard, Water } from '../../../../src/edge/scene/rule/on-water.ts';
import { metresApart, spreadOf } from '../../../../src/edge/scene/rule/people-spread.ts';
import { rectangle, zone } from '../../../support/scene-case.ts';

describe('how a count grew', () => {
  /** A count every second: `[from, count]` in order. */
  const grown = (steps: readonly (readonly [from: number, count: number])[], untilS: number) => {
    const history = new CountHistory(300_000);
    for (let second = 0; second <= untilS; second += 1) {
      const [, count = 0] = steps.filter(([from]) => second >= from).at(-1) ?? [];
      history.add(second * 1000, count);
    }
    return history.growth;
  };

  test.each<[string, readonly (readonly [number, number])[], number, number]>([
    ['not at all', [[0, 16]], 200, 0],
    ['too new to say', [[0, 16]], 15, 0],
    [
      'by half',
      [
        [0, 16],
        [100, 24],
      ],
      120,
      0.5,
    ],
    [
      'not before two stretches show it',
      [
        [0, 16],
        [100, 24],
      ],
      109,
      0,
    ],
    [
      'back where it was',
      [
        [0, 16],
        [100, 24],
        [110, 16],
      ],
      140,
      0,
    ],
    [
      'from a dip of a moment',
      [
        [0, 18],
        [101, 12],
        [103, 18],
      ],
      140,
      0,
    ],
    [
      'longer ago than the window',
      [
        [0, 16],
        [10, 24],
      ],
      330,
      0,
    ],
    [
      'fewer people',
      [
        [0, 24],
        [100, 16],
      ],
      140,
      0,
    ],
  ])('%s', (_what, steps, untilS, expected) => {
    expect(grown(steps, untilS)).toBeCloseTo(expected);
  });

  test('a clock that is set back begins anew', () => {
    const history = new CountHistory(300_000);
    for (const at of [100_000, 120_000, 140_000]) history.add(at, 10);
    history.add(0, 30);
    expect(history.save().stretches).toEqual([[0, 30]]);
  });
});

const person = (x: number, y: number, high = 0.2): Track => ({
  id: `${x} ${y}` as TrackId,
  state: 'confirmed',
  class: 'person',
  box: [x - 0.03, y - high, x + 0.03, y],
  score: 0.8,
  bestScore: 0.9,
  firstSeenAt: 0,
  lastSeenAt: 0,
  hits: 5,
  velocity: [0, 0],
});

describe('how people are spread out', () => {
  const steps = [0, 1, 2, 3, 4];
  test('along a line, whichever way it runs', () => {
    // On a square picture; 0.1 apart is half a body's height, 0.85 m.
    const lines = [
      steps.map((n) => person(0.2 + 0.1 * n, 0.5)),
      steps.map((n) => person(0.5, 0.3 + 0.1 * n)),
      steps.map((n) => person(0.2 + 0.06 * n, 0.3 + 0.08 * n)),
    ];
    for (const line of lines) {
      const { alongM, acrossM } = spreadOf(line, 1, undefined);
      expect(alongM).toBeCloseTo(0.85 * Math.SQRT2);
      expect(acrossM).toBeCloseTo(0);
    }
  });

  test('in a block', () => {
    const block = steps.flatMap((n) => steps.map((m) => person(0.2 + 0.1 * n, 0.3 + 0.1 * m)));
    const { alongM, acrossM } = spreadOf(block, 1, undefined);
    expect(alongM).toBeCloseTo(acrossM);
  });

  test('a picture twice as wide as high counts its width twice', () => {
    expect(metresApart(person(0.2, 0.5), person(0.3, 0.5), 2, undefined)).toBeCloseTo(1.7);
    expect(metresApart(person(0.2, 0.5), person(0.3, 0.5), 1, undefined)).toBeCloseTo(0.85);
  });
});

describe('on the water', () => {
  const pond = new Water(zone('pond', 'polygon', rectangle(0.5, 0.5, 1, 1), ['water']));

  test('depth is measured from the shore, not from the border of the picture', () => {
    expect(pond.depth([0.6, 0.99], 1)).toBeCloseTo(0.1);
    expect(pond.depth([0.99, 0.7], 1)).toBeCloseTo(0.2);
    expect(pond.depth([0.6, 0.9], 2)).toBeCloseTo(0.2);
  });

  const boat = [{ box: [0.4, 0.4, 0.6, 0.5] as const }];
  test.each<[string, Box, boolean]>([
    ['feet in its box', [0.45, 0.3, 0.5, 0.45], true],
    ['feet below its box, most of the body in it', [0.45, 0.41, 0.5, 0.52], true],
    ['in the water before it', [0.45, 0.45, 0.5, 0.6], false],
    ['beside it', [0.65, 0.3, 0.7, 0.45], false],
  ])('aboard: %s', (_what, box, expected) => {
    expect(isAboard(box, boat)).toBe(expected);
  });

  const owner: Box = [0.7, 0.3, 0.8, 0.5];
  test.each<[string, Box, boolean]>([
    ['right below', [0.7, 0.52, 0.8, 0.72], true],
    ['cut short by waves', [0.71, 0.52, 0.79, 0.62], true],
    ['across a quay', [0.7, 0.59, 0.8, 0.79], true],
    ['too far below', [0.7, 0.61, 0.8, 0.81], false],
    ['beside', [0.74, 0.52, 0.84, 0.72], false],
    ['a head', [0.73, 0.52, 0.77, 0.56], false],
    ['not in the water', [0.7, 0.2, 0.8, 0.4], false],
  ])('a mirror image: %s', (_what, box, expected) => {
    expect(pond.mirrors(box, owner)).toBe(expected);
  });
});
