import { describe, expect, test } from 'vitest';
import { sunElevation } from '../../../src/domain/sun.ts';

const huzhou = { lat: 30.87, lon: 120.43 };
const beijing = { lat: 39.9, lon: 116.41 };
const london = { lat: 51.51, lon: -0.13 };
const newYork = { lat: 40.71, lon: -74.01 };

/** Upper edge on the horizon, with refraction; and the end of civil twilight. Degrees of the sun's centre. */
const rise = -0.833;
const civil = -6;

const highest = (day: string, place: { lat: number; lon: number }) =>
  Math.max(...Array.from({ length: 1440 }, (_, minute) => sunElevation(Date.parse(day) + minute * 60_000, place)));

describe('the height of the sun', () => {
  test.each([
    ['the equinox, on the equator', '2026-03-20', { lat: 0, lon: 0 }, 90],
    ['the other equinox', '2026-09-23', { lat: 0, lon: 100 }, 90],
    ['midsummer, on the tropic', '2026-06-21', { lat: 23.44, lon: 113 }, 90],
    ['midwinter, on the other', '2026-12-21', { lat: -23.44, lon: -60 }, 90],
    ['midsummer in Huzhou', '2026-06-21', huzhou, 90 - 30.87 + 23.44],
    ['midwinter in Huzhou', '2026-12-22', huzhou, 90 - 30.87 - 23.44],
    ['midwinter beyond the polar circle', '2026-12-21', { lat: 68, lon: 20 }, 90 - 68 - 23.44],
  ])('at noon of %s', (_what, day, place, expected) => {
    // Declination moves by up to 0.4° a day at the equinoxes, and their moment is not noon.
    const within = Math.abs(place.lat) < 1 ? 0.3 : 0.1;
    expect(Math.abs(highest(day, place) - expected)).toBeLessThan(within);
  });

  // Local almanacs: sunrise and sunset of these days, to the minute.
  test.each([
    ['Huzhou, midsummer', huzhou, '2026-06-21T04:56+08:00', '2026-06-21T19:04+08:00', rise],
    ['Huzhou, midsummer, civil twilight', huzhou, '2026-06-21T04:28+08:00', '2026-06-21T19:32+08:00', civil],
    ['Beijing, midsummer', beijing, '2026-06-21T04:46+08:00', '2026-06-21T19:46+08:00', rise],
    ['Beijing, midwinter', beijing, '2026-12-22T07:33+08:00', '2026-12-22T16:53+08:00', rise],
    ['London, midsummer', london, '2026-06-21T04:43+01:00', '2026-06-21T21:21+01:00', rise],
    ['London, midwinter', london, '2026-12-21T08:04Z', '2026-12-21T15:53Z', rise],
    ['New York, equinox', newYork, '2026-03-20T06:59-04:00', '2026-03-20T19:08-04:00', rise],
  ])('passes the horizon in %s within two minutes of the almanac', (_what, place, up, down, degrees) => {
    const minutes = 2 * 60_000;
    expect(sunElevation(Date.parse(up) - minutes, place)).toBeLessThan(degrees);
    expect(sunElevation(Date.parse(up) + minutes, place)).toBeGreaterThan(degrees);
    expect(sunElevation(Date.parse(down) - minutes, place)).toBeGreaterThan(degrees);
    expect(sunElevation(Date.parse(down) + minutes, place)).toBeLessThan(degrees);
  });

  test.each([
    ['the polar day', '2026-06-21', 70, 1],
    ['the polar night', '2026-12-21', 70, -1],
  ])('keeps its sign through %s', (_what, day, lat, sign) => {
    for (let hour = 0; hour < 24; hour += 1) {
      expect(Math.sign(sunElevation(Date.parse(day) + hour * 3_600_000, { lat, lon: 25 }))).toBe(sign);
    }
  });
});
