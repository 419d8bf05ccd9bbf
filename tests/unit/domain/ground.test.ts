import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offsetOf, placeAt } from '../../../src/domain/ground.ts';

describe('metres east and north', () => {
  // Lengths of a degree on the WGS-84 ellipsoid (NGA, "Length of a degree"), metres.
  test.each([
    [0, 110_574, 111_320],
    [15, 110_649, 107_550],
    [30, 110_852, 96_486],
    [45, 111_132, 78_847],
    [60, 111_412, 55_800],
    [75, 111_618, 28_902],
  ])('of a degree at latitude %d', (lat, northM, eastM) => {
    const [east] = offsetOf({ lat, lon: 120 }, { lat, lon: 120.001 });
    const [, north] = offsetOf({ lat: lat - 0.000_5, lon: 120 }, { lat: lat + 0.000_5, lon: 120 });
    expect(Math.abs(east * 1_000 - eastM)).toBeLessThan(1);
    expect(Math.abs(north * 1_000 - northM)).toBeLessThan(1);
  });

  test('lead to a place and back', () => {
    const metres = fc.double({ min: -2_000, max: 2_000, noNaN: true });
    const lat = fc.double({ min: -70, max: 70, noNaN: true });
    fc.assert(
      fc.property(lat, fc.double({ min: -179, max: 179, noNaN: true }), metres, metres, (south, lon, east, north) => {
        const from = { lat: south, lon };
        const [backEast, backNorth] = offsetOf(from, placeAt(from, [east, north]));
        expect(Math.abs(backEast - east)).toBeLessThan(0.01);
        expect(Math.abs(backNorth - north)).toBeLessThan(0.01);
        // And there is no difference between going and coming.
        const [away, up] = offsetOf(placeAt(from, [east, north]), from);
        expect(Math.hypot(away + backEast, up + backNorth)).toBeLessThan(1e-6);
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  test('are none to the place itself', () => {
    expect(offsetOf({ lat: 30, lon: 120 }, { lat: 30, lon: 120 })).toEqual([0, 0]);
    expect(placeAt({ lat: 30, lon: 120 }, [0, 0])).toEqual({ lat: 30, lon: 120 });
  });
});
