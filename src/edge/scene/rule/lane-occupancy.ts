import { type Box, insidePolygon, type Point } from '../../../domain/geometry.ts';
import type { GroundMap } from '../../../domain/ground.ts';
import { PolygonSamples } from '../../../domain/polygon-samples.ts';
import type { SceneDetails } from '../../../domain/scene-event.ts';

/** Places along a lane at which its free width is measured, and points across it at each: a lane of 6 m to 0.2 m. */
const stations = 48;
const across = 32;
/** Cuts with fewer points are the tips of a lane whose ends are drawn at a slant. */
const leastPoints = 4;

/** A plane in which the lane is measured: metres on the ground, or the picture with square units. */
interface Plane {
  readonly unit: 'm' | 'share';
  readonly corners: readonly Point[];
  readonly toPicture: (point: Point) => Point | undefined;
}

/** One cut across the lane: points of the picture from side to side. */
interface Cut {
  readonly points: readonly Point[];
  /** Width that a point stands for. */
  readonly step: number;
}

/** A lane as measured on pictures of one shape. */
interface Measure {
  readonly aspect: number;
  readonly samples: PolygonSamples;
  readonly unit: Plane['unit'];
  readonly cuts: readonly Cut[];
}

/** What boxes leave of a lane. */
export interface LaneUse {
  /** Share of the polygon under the boxes, 0–1. */
  readonly occupancy: number;
  /**
   * Widest passage at the narrowest place beside the boxes, as a detail: metres, or the share of the lane's width there.
   * None where no box is on the lane.
   */
  readonly freeWidth: SceneDetails;
}

/**
 * Boxes are measured on a grid this fine, below what a detector can tell: what stands on a lane stands there for long,
 * and then is measured once.
 */
const gridSteps = 256;

/**
 * How much of a lane is taken, and how much width is left at the narrowest place. The lane's direction is that of the
 * polygon's longer extent.
 */
export class LaneOccupancy {
  readonly #polygon: readonly Point[];
  readonly #ground: GroundMap | undefined;
  #measure: Measure | undefined;
  #last: { readonly boxes: readonly Box[]; readonly aspect: number; readonly use: LaneUse } | undefined;

  /** `ground`: of calibrated cameras, for a width in metres. */
  constructor(polygon: readonly Point[], ground: GroundMap | undefined) {
    this.#polygon = polygon;
    this.#ground = ground;
  }

  /** `aspect`: width of the picture by its height. */
  use(exact: readonly Box[], aspect: number): LaneUse {
    const boxes = exact.map(onGrid);
    if (this.#last?.aspect === aspect && areSame(this.#last.boxes, boxes)) return this.#last.use;
    const { samples, cuts, unit } = this.#at(aspect);
    const occupancy = Math.round(samples.coveredBy(boxes) * 1000) / 1000;
    const use = { occupancy, freeWidth: freeWidth(cuts, unit, boxes) };
    this.#last = { boxes, aspect, use };
    return use;
  }

  #at(aspect: number): Measure {
    if (this.#measure?.aspect === aspect) return this.#measure;
    const plane = groundPlane(this.#polygon, this.#ground) ?? picturePlane(this.#polygon, aspect);
    const samples = new PolygonSamples(this.#polygon, aspect);
    this.#measure = { aspect, samples, unit: plane.unit, cuts: cutsOf(plane) };
    return this.#measure;
  }
}

function onGrid([x1, y1, x2, y2]: Box): Box {
  const snap = (edge: number) => Math.round(edge * gridSteps) / gridSteps;
  return [snap(x1), snap(y1), snap(x2), snap(y2)];
}

function areSame(before: readonly Box[], now: readonly Box[]): boolean {
  return (
    before.length === now.length && now.every((box, index) => box.every((edge, side) => edge === before[index]?.[side]))
  );
}

function freeWidth(cuts: readonly Cut[], unit: Plane['unit'], boxes: readonly Box[]): SceneDetails {
  let least = Number.POSITIVE_INFINITY;
  for (const { points, step } of cuts) {
    const free = longestFree(points, boxes);
    if (free < points.length) least = Math.min(least, unit === 'm' ? free * step : free / points.length);
  }
  if (!Number.isFinite(least)) return {};
  return unit === 'm' ? { freeWidthM: Math.round(least * 10) / 10 } : { freeWidthShare: Math.round(least * 100) / 100 };
}

/** Undefined without calibration, and where a corner shows no ground. */
function groundPlane(polygon: readonly Point[], ground: GroundMap | undefined): Plane | undefined {
  if (ground === undefined) return undefined;
  const corners: Point[] = [];
  for (const corner of polygon) {
    const there = ground.toGround(corner);
    if (there === undefined) return undefined;
    corners.push([there.east, there.north]);
  }
  return { unit: 'm', corners, toPicture: ([east, north]) => ground.toPicture(east, north) };
}

function picturePlane(polygon: readonly Point[], aspect: number): Plane {
  const corners = polygon.map(([x, y]): Point => [x * aspect, y]);
  return { unit: 'share', corners, toPicture: ([x, y]) => [x / aspect, y] };
}

function cutsOf({ corners, toPicture }: Plane): Cut[] {
  const angle = directionOf(corners);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = corners.map(([x, y]): Point => [x * cos + y * sin, y * cos - x * sin]);
  const [from, length] = extent(turned.map(([along]) => along));
  const [left, width] = extent(turned.map(([, side]) => side));
  const step = width / across;
  return Array.from({ length: stations }, (_, station) => {
    const along = from + ((station + 0.5) / stations) * length;
    const points = Array.from({ length: across }, (_, index): Point => [along, left + (index + 0.5) * step])
      .filter((point) => insidePolygon(point, turned))
      .map(([u, v]) => toPicture([u * cos - v * sin, u * sin + v * cos]))
      .filter((point) => point !== undefined);
    return { points, step };
  }).filter(({ points }) => points.length >= leastPoints);
}

/** Angle of the principal axis of the polygon's area. */
function directionOf(corners: readonly Point[]): number {
  const [left, width] = extent(corners.map(([x]) => x));
  const [top, height] = extent(corners.map(([, y]) => y));
  const inside: Point[] = [];
  for (let row = 0; row < across; row += 1) {
    for (let column = 0; column < across; column += 1) {
      const point: Point = [left + ((column + 0.5) / across) * width, top + ((row + 0.5) / across) * height];
      if (insidePolygon(point, corners)) inside.push(point);
    }
  }
  const mean = (of: (point: Point) => number) => inside.reduce((sum, point) => sum + of(point), 0) / inside.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const xx = mean(([x]) => (x - meanX) ** 2);
  const yy = mean(([, y]) => (y - meanY) ** 2);
  const xy = mean(([x, y]) => (x - meanX) * (y - meanY));
  return Math.atan2(2 * xy, xx - yy) / 2;
}

function extent(values: readonly number[]): readonly [from: number, length: number] {
  const from = Math.min(...values);
  return [from, Math.max(...values) - from];
}

/** Most neighbouring points outside all boxes. */
function longestFree(points: readonly Point[], boxes: readonly Box[]): number {
  let longest = 0;
  let run = 0;
  for (const [x, y] of points) {
    const taken = boxes.some((box) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
    run = taken ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}
