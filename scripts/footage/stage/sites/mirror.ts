import type { Random } from '../random.ts';
import type { GroundPoint } from '../site.ts';

/** A place is laid out once, and half of its layouts stand the other way round: x is turned over. */
export class Mirror {
  readonly side: 1 | -1;

  constructor(random: Random) {
    this.side = random.pick([1, -1] as const);
  }

  x(x: number): number {
    return x * this.side;
  }

  point([x, z]: GroundPoint): GroundPoint {
    return [this.x(x), z];
  }

  points(points: readonly GroundPoint[]): readonly GroundPoint[] {
    return points.map((point) => this.point(point));
  }

  /** Four corners of a piece of ground, from one corner to the opposite one. */
  area(from: GroundPoint, to: GroundPoint): readonly GroundPoint[] {
    return this.points([from, [to[0], from[1]], to, [from[0], to[1]]]);
  }

  heading(heading: number): number {
    return this.side === 1 ? heading : Math.PI - heading;
  }
}
