import { describe, expect, test } from 'vitest';
import type { ZoneId } from '../../../../src/domain/ids.ts';
import type { Zone } from '../../../../src/domain/zone.ts';
import { watchArea, within } from '../../../../src/edge/watch-area.ts';

const zone = (...points: Zone['points'][number][]): Zone => ({
  id: 'z' as ZoneId,
  kind: points.length > 2 ? 'polygon' : 'line',
  points,
  tags: [],
});

describe('watch area', () => {
  test('reaches up by an object’s height and stays inside the picture', () => {
    const [box] = watchArea([zone([0.5, 0.5], [0.7, 0.5], [0.7, 1], [0.5, 1])]);
    expect(box?.map((each) => Math.round(each * 100) / 100)).toEqual([0.35, 0.15, 0.85, 1]);
  });

  test.each([
    [['top'], [0.35, 0.45, 0.85, 1]],
    [['centre'], [0.35, 0.3, 0.85, 0.9]],
    [
      ['bottom', 'top'],
      [0.35, 0.15, 0.85, 1],
    ],
  ] as const)('reaches where objects of the anchors %j reach', (anchors, expected) => {
    const [box] = watchArea([zone([0.5, 0.5], [0.7, 0.5], [0.7, 0.7], [0.5, 0.7])], anchors);
    expect(box?.map((each) => Math.round(each * 100) / 100)).toEqual(expected);
  });

  test('a line has an area as well', () => {
    const [box] = watchArea([zone([0.4, 0.8], [0.6, 0.8])]);
    expect(box?.map((each) => Math.round(each * 100) / 100)).toEqual([0.25, 0.45, 0.75, 0.85]);
  });

  test('a box in two parts of an area counts in both, one that only touches in none', () => {
    expect(
      within(
        [[0.2, 0.2, 0.8, 0.8]],
        [
          [0, 0, 0.4, 0.4],
          [0.6, 0.6, 1, 1],
          [0.8, 0, 1, 1],
        ],
      ),
    ).toEqual([
      [0.2, 0.2, 0.4, 0.4],
      [0.6, 0.6, 0.8, 0.8],
    ]);
  });
});
