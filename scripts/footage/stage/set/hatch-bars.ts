import type { GroundPoint } from '../site.ts';

/** Slanted lines that cut a polygon, from border to border. */
export function hatchBars(
  polygon: readonly GroundPoint[],
  { spacingM, slope }: { spacingM: number; slope: 1 | -1 },
): (readonly [GroundPoint, GroundPoint])[] {
  // Along each line z − slope·x stays the same.
  const offsets = polygon.map(([x, z]) => z - slope * x);
  const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
  const bars: (readonly [GroundPoint, GroundPoint])[] = [];
  const step = spacingM * Math.SQRT2;
  for (let offset = least + step / 2; offset < most; offset += step) {
    const cuts = polygon
      .flatMap((from, index): GroundPoint[] => {
        const to = polygon[(index + 1) % polygon.length] ?? from;
        const [start, end] = [from[1] - slope * from[0] - offset, to[1] - slope * to[0] - offset];
        if (start === end || start < 0 === end < 0) return [];
        const share = start / (start - end);
        return [[from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]];
      })
      .sort((one, other) => one[0] - other[0]);
    for (let index = 0; index + 1 < cuts.length; index += 2) {
      const [from, to] = [cuts[index], cuts[index + 1]];
      if (from !== undefined && to !== undefined) bars.push([from, to]);
    }
  }
  return bars;
}
