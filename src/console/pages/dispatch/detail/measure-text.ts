import { formatDuration } from '../../../time/format.ts';

/** A measurement's value for people, by the unit in its name; undefined for a word, which the dictionary has. */
export function measureText(name: string, value: number | string): string | undefined {
  if (typeof value === 'string') return undefined;
  if (name.endsWith('Ms')) return formatDuration(value);
  if (name.endsWith('Share') || shares.includes(name)) return `${round(value * 100, 1)} %`;
  if (name.endsWith('M')) return `${round(value, 1)} m`;
  return String(round(value, 2));
}

/** Shares by a name of their own. */
const shares: readonly string[] = ['occupancy', 'prone'];

/** A place as `30.87000, 120.43000 ± 1.2 m`. */
export function placeText({ lat, lon, errorM }: { lat: number; lon: number; errorM: number }): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)} ± ${round(errorM, 1)} m`;
}

/** A speed as `1.4 ± 0.3 m/s`. */
export function speedText({ mps, errorMps }: { mps: number; errorMps: number }): string {
  return `${round(mps, 1)} ± ${round(errorMps, 1)} m/s`;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
