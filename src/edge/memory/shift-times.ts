/** Nothing that is remembered lies further from now than this. */
const reachMs = 400 * 86_400_000;
/** Before 2001 a time is as small as other figures are, and cannot be told from them. */
const tellableFrom = 1e12;

/**
 * Moves every time in what is remembered (JSON) by as much as the clock was set: numbers within 400 days of `around`,
 * which nothing else in it comes near. So a condition under way survives the restart after its clock was set.
 */
export function shiftTimes<T>(value: T, around: number, byMs: number): T {
  if (byMs === 0 || around < tellableFrom) return value;
  const shift = (each: unknown): unknown => {
    if (typeof each === 'number') return Math.abs(each - around) <= reachMs ? each + byMs : each;
    if (Array.isArray(each)) return each.map(shift);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [name, shift(inner)]));
  };
  return shift(value) as T;
}
