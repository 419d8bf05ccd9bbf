/** The ground a thing stands on: its middle, metres, how it is turned, and half its length and width. */
export interface Footprint {
  readonly x: number;
  readonly z: number;
  /** Radians from +x towards −z. */
  readonly heading: number;
  readonly halfLength: number;
  readonly halfWidth: number;
}

/** Whether two footprints overlap: separating axes of two rectangles. */
export function overlap(one: Footprint, other: Footprint): boolean {
  const axes = [...axesOf(one), ...axesOf(other)];
  return axes.every(([x, z]) => {
    const between = Math.abs((other.x - one.x) * x + (other.z - one.z) * z);
    return between < reach(one, x, z) + reach(other, x, z);
  });
}

type Axis = readonly [x: number, z: number];

function axesOf({ heading }: Footprint): readonly [Axis, Axis] {
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  return [
    [cos, -sin],
    [sin, cos],
  ];
}

function reach(footprint: Footprint, x: number, z: number): number {
  const [[aheadX, aheadZ], [asideX, asideZ]] = axesOf(footprint);
  return (
    footprint.halfLength * Math.abs(aheadX * x + aheadZ * z) + footprint.halfWidth * Math.abs(asideX * x + asideZ * z)
  );
}
