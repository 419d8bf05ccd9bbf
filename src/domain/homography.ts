import type { Point } from './geometry.ts';

/** A projection of one plane on another, rows first, for columns (x, y, 1). */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** Where a point goes; undefined for one that has no image: it lies on the horizon or beyond. */
export function project(h: Homography, [x, y]: Point): Point | undefined {
  const w = h[6] * x + h[7] * y + h[8];
  return w > leastWeight ? [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w] : undefined;
}

/** How fast a point's image moves when the point moves by `velocity`. */
export function projectVelocity(h: Homography, [x, y]: Point, [dx, dy]: Point): Point | undefined {
  const image = project(h, [x, y]);
  if (image === undefined) return undefined;
  const w = h[6] * x + h[7] * y + h[8];
  const dw = h[6] * dx + h[7] * dy;
  return [(h[0] * dx + h[1] * dy - image[0] * dw) / w, (h[3] * dx + h[4] * dy - image[1] * dw) / w];
}

/** Weights are 1 in the middle of what was fitted: what is a billion times as far away is the horizon. */
const leastWeight = 1e-9;

/** `b` first, then `a`. */
export function compose(a: Homography, b: Homography): Homography {
  const cell = (row: 0 | 3 | 6, column: 0 | 1 | 2) => {
    const down = [b[column], b[3 + column], b[6 + column]] as [number, number, number];
    return a[row] * down[0] + (a[row + 1] ?? 0) * down[1] + (a[row + 2] ?? 0) * down[2];
  };
  return [
    ...([cell(0, 0), cell(0, 1), cell(0, 2)] as const),
    ...([cell(3, 0), cell(3, 1), cell(3, 2)] as const),
    ...([cell(6, 0), cell(6, 1), cell(6, 2)] as const),
  ];
}

/** Negative for a projection that turns left into right: a plane seen from behind. */
export function determinant([a, b, c, d, e, f, g, h, i]: Homography): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/** The way back, with weights that are positive for what the way there shows; undefined for a singular projection. */
export function invert(m: Homography): Homography | undefined {
  const [a, b, c, d, e, f, g, h, i] = m;
  const k = determinant(m);
  if (k === 0 || !Number.isFinite(k)) return undefined;
  return [
    ...([(e * i - f * h) / k, (c * h - b * i) / k, (b * f - c * e) / k] as const),
    ...([(f * g - d * i) / k, (a * i - c * g) / k, (c * d - a * f) / k] as const),
    ...([(d * h - e * g) / k, (b * g - a * h) / k, (a * e - b * d) / k] as const),
  ];
}
