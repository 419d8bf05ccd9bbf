import { type Moment, type Pose, poseChangeS } from './actor.ts';

/** Where an actor is at a time: ground coordinates in metres; heading in radians from +x towards −z, else as it walks. */
export interface Waypoint {
  readonly atS: number;
  readonly x: number;
  readonly z: number;
  readonly heading?: number;
  /** From here on; `walk` where none is given and the actor moves, else `stand`. */
  readonly pose?: Pose;
  /** Height of the ground below it, metres. */
  readonly y?: number;
}

/** Place, heading and doing at one moment; undefined before the first waypoint and after the last. */
export interface Place extends Moment {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
}

/** Way that is not worth turning round for: a standing actor keeps its heading. */
const leastWayM = 0.02;

/** The way through the waypoints, straight and at even speed from each to the next. */
export class Path {
  readonly #points: readonly Waypoint[];

  /** @throws RangeError for no waypoints or for times that do not rise. */
  constructor(points: readonly Waypoint[]) {
    if (points.length === 0) throw new RangeError('a path needs a waypoint');
    for (const [index, { atS }] of points.entries()) {
      const before = points[index - 1];
      if (before !== undefined && atS <= before.atS) throw new RangeError(`waypoint ${index}: ${atS} s is not later`);
    }
    this.#points = points;
  }

  at(timeS: number): Place | undefined {
    const first = this.#points[0];
    const last = this.#points.at(-1);
    if (first === undefined || last === undefined || timeS < first.atS || timeS > last.atS) return undefined;
    const index = Math.max(
      0,
      this.#points.findLastIndex(({ atS }) => atS <= timeS),
    );
    const from = this.#points[index] ?? first;
    const to = this.#points[index + 1] ?? from;
    const share = to === from ? 0 : (timeS - from.atS) / (to.atS - from.atS);
    const wayM = distance(from, to);
    let covered = wayM * share;
    for (let step = 0; step < index; step += 1) {
      const [start, end] = [this.#points[step], this.#points[step + 1]];
      if (start !== undefined && end !== undefined) covered += distance(start, end);
    }
    const pose = this.#poseFrom(index);
    return {
      timeS,
      x: between(from.x, to.x, share),
      y: between(from.y ?? 0, to.y ?? 0, share),
      z: between(from.z, to.z, share),
      heading: this.#headingFrom(index, share),
      wayM: covered,
      speedMps: to === from ? 0 : wayM / (to.atS - from.atS),
      pose,
      before: index === 0 ? pose : this.#poseFrom(index - 1),
      sinceChangeS: index === 0 ? poseChangeS : timeS - from.atS,
    };
  }

  #poseFrom(index: number): Pose {
    const from = this.#points[index];
    const to = this.#points[index + 1] ?? from;
    if (from?.pose !== undefined) return from.pose;
    return from !== undefined && to !== undefined && distance(from, to) > leastWayM ? 'walk' : 'stand';
  }

  #headingFrom(index: number, share: number): number {
    const from = this.#points[index];
    const to = this.#points[index + 1];
    if (from?.heading !== undefined)
      return to?.heading === undefined ? from.heading : turn(from.heading, to.heading, share);
    if (from !== undefined && to !== undefined && distance(from, to) > leastWayM)
      return Math.atan2(from.z - to.z, to.x - from.x);
    return index > 0 ? this.#headingFrom(index - 1, 1) : 0;
  }
}

function distance(from: Waypoint, to: Waypoint): number {
  return Math.hypot(to.x - from.x, to.z - from.z);
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** The short way round. */
function turn(from: number, to: number, share: number): number {
  const difference = ((((to - from + Math.PI) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)) - Math.PI;
  return from + difference * share;
}
