import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { GroundMap } from '../../../../src/domain/ground.ts';
import type { TrackId } from '../../../../src/domain/ids.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { paceOf, standsBeside } from '../../../../src/edge/scene/rule/person-beside.ts';

const stall: Box = [0.5, 0.5, 0.6, 0.7];
const limits = { reachHeights: 0.8, reachM: 1.5 };

/** Feet here, 0.2 of the picture high. */
const personAt = (x: number, y: number, velocity: Track['velocity'] = [0, 0]): Track => ({
  ...{ id: 'p' as TrackId, state: 'confirmed', class: 'person', score: 0.8, bestScore: 0.8, hits: 5, velocity },
  ...{ firstSeenAt: 0, lastSeenAt: 0, box: [x - 0.02, y - 0.2, x + 0.02, y] },
});

/** Straight from above: twenty metres across, ten down. */
const fromAbove: GroundMap = {
  toGround: ([x, y]) => ({ east: x * 20, north: -y * 10, errorM: 0 }),
  toPosition: () => undefined,
  toPicture: (east, north) => [east / 20, -north / 10],
  distance: (a, b) => ({ metres: Math.hypot((a[0] - b[0]) * 20, (a[1] - b[1]) * 10), errorM: 0 }),
  speed: () => undefined,
};

describe('a person by a stall', () => {
  test.each<[string, number, number, boolean]>([
    ['in front of it', 0.55, 0.75, true],
    ['behind it, half hidden', 0.55, 0.6, true],
    ['beside it', 0.67, 0.7, true],
    ['just too far beside it', 0.7, 0.7, false],
    ['far in front of it', 0.55, 0.9, false],
  ])('%s, by heights', (_what, x, y, expected) => {
    expect(standsBeside(personAt(x, y), stall, limits, { aspect: 16 / 9 })).toBe(expected);
  });

  test.each<[string, number, number, boolean]>([
    ['1.4 m beside it', 0.67, 0.7, true],
    ['1.6 m beside it', 0.68, 0.7, false],
    ['1.4 m in front of it', 0.55, 0.84, true],
    ['behind it, where it hides the ground', 0.55, 0.52, true],
  ])('%s, by metres', (_what, x, y, expected) => {
    expect(standsBeside(personAt(x, y), stall, limits, { aspect: 16 / 9, ground: fromAbove })).toBe(expected);
  });

  test('its pace is in heights a second, whatever the shape of the picture', () => {
    expect(paceOf(personAt(0.5, 0.5, [0.09, 0]), 16 / 9)).toBeCloseTo(0.8, 6);
    expect(paceOf(personAt(0.5, 0.5, [0, 0.16]), 16 / 9)).toBeCloseTo(0.8, 6);
  });
});
