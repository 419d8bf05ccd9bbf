import type { UtcMs } from './ids.ts';

const radians = Math.PI / 180;
const dayMs = 86_400_000;
/** Noon of 1 January 2000, UTC (J2000.0). */
const epoch = Date.UTC(2000, 0, 1, 12);

/**
 * Height of the sun above the horizon, degrees, within 0.1° for 1950–2050 (low-precision formulas of the Astronomical
 * Almanac, section C). Refraction is left out.
 */
export function sunElevation(at: UtcMs, place: { readonly lat: number; readonly lon: number }): number {
  const days = (at - epoch) / dayMs;
  const meanLongitude = 280.46 + 0.9856474 * days;
  const anomaly = (357.528 + 0.9856003 * days) * radians;
  const longitude = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * radians;
  const obliquity = (23.439 - 0.0000004 * days) * radians;
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(longitude));
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude));
  const siderealDegrees = 280.46061837 + 360.98564736629 * days + place.lon;
  const hourAngle = siderealDegrees * radians - ascension;
  const latitude = place.lat * radians;
  return (
    Math.asin(
      Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle),
    ) / radians
  );
}
