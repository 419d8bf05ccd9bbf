import { describe, expect, test } from 'vitest';
import { type Rotated, rotate } from '../../../../src/edge/schedule/rotation.ts';

const cameras = (count: number, looksPerSecond = 0.5): Rotated[] =>
  Array.from({ length: count }, () => ({ looksPerSecond, watched: true, watchedSinceMs: 0 }));
const watched = (all: readonly Rotated[]) => all.flatMap((each, index) => (each.watched ? [index] : []));

describe('turns', () => {
  test('all or none', () => {
    const all = cameras(4);
    expect(rotate(all, 1, 1_000, 4)).toEqual([]);
    expect(rotate(all, 0, 1_000, 4)).toHaveLength(4);
    expect(watched(all)).toEqual([]);
    rotate(all, 1, 2_000, 4);
    expect(watched(all)).toEqual([0, 1, 2, 3]);
  });

  test('a share is watched for a time, then who has waited longest', () => {
    const all = cameras(4);
    rotate(all, 0.5, 60_000, 4);
    expect(watched(all)).toEqual([0, 1]);
    rotate(all, 0.5, 89_999, 4);
    expect(watched(all)).toEqual([0, 1]);
    rotate(all, 0.5, 90_000, 4);
    expect(watched(all)).toEqual([2, 3]);
    rotate(all, 0.5, 120_000, 4);
    expect(watched(all)).toEqual([0, 1]);
  });

  test('only so many come in at once, and until then the others stay', () => {
    const all = cameras(4);
    rotate(all, 0.5, 60_000, 4);
    rotate(all, 0.5, 90_000, 1);
    expect(watched(all)).toEqual([0, 2]);
    rotate(all, 0.5, 91_000, 1);
    expect(watched(all)).toEqual([2, 3]);
  });

  test('one that needs more room than the others gets its turn', () => {
    const all = [...cameras(4, 0.1), ...cameras(1, 0.5)];
    let seen = false;
    for (let now = 60_000; now < 600_000; now += 1_000) {
      rotate(all, 0.6, now, 5);
      seen ||= all[4]?.watched === true;
    }
    expect(seen).toBe(true);
  });
});
