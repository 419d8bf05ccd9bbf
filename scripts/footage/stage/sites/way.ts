import type { Pose } from '../actor.ts';
import { Path, type Waypoint } from '../path.ts';
import type { GroundPoint } from '../site.ts';
import type { Mirror } from './mirror.ts';

/** What an actor does on a piece of its way. */
interface Doing {
  readonly pose?: Pose;
  /** Where it faces, else as it goes. */
  readonly heading?: number;
}

/** Pieces of a way over which a vehicle slows down or picks up speed, and pieces of a bend. */
const rampPieces = 5;
const bendPieces = 8;
/** How hard drivers brake and start, m/s². */
const rampMps2 = 1.6;
/** Nearer than this is no way. */
const leastWayM = 0.01;

/** Where an actor goes, told step by step in the coordinates of the layout. */
export class Way {
  readonly #mirror: Mirror;
  readonly #points: Waypoint[];
  #x: number;
  #z: number;

  constructor(mirror: Mirror, start: { atS: number; x: number; z: number; y?: number }) {
    this.#mirror = mirror;
    this.#x = start.x;
    this.#z = start.z;
    this.#points = [{ ...start, x: mirror.x(start.x) }];
  }

  /** Seconds of the take at which it has got so far. */
  get atS(): number {
    return this.#last.atS;
  }

  get path(): Path {
    return new Path(this.#points);
  }

  /** Goes there at an even pace. */
  to(x: number, z: number, paceMps: number, { y, ...doing }: Doing & { y?: number } = {}): this {
    const wayM = Math.hypot(x - this.#x, z - this.#z);
    if (wayM < leastWayM) return this;
    this.#begin(doing);
    this.#x = x;
    this.#z = z;
    return this.#arrive(wayM / paceMps, { ...(y !== undefined && { y }) });
  }

  /** Drives there and comes to a stop. */
  stopAt(x: number, z: number, paceMps: number): this {
    return this.#ramp([x, z], paceMps, (part, share) => 1 - part * (1 - share) ** 2, true);
  }

  /** Drives there from standing. */
  startTo(x: number, z: number, paceMps: number): this {
    return this.#ramp([x, z], paceMps, (part, share) => part * share ** 2, false);
  }

  /** Stays for so many seconds. */
  stay(seconds: number, doing: Doing = {}): this {
    if (seconds <= 0) return this;
    this.#begin(doing);
    return this.#arrive(seconds);
  }

  stayUntil(atS: number, doing: Doing = {}): this {
    return this.stay(atS - this.atS, doing);
  }

  /** Turns on the spot. */
  turn([from, to]: readonly [number, number], seconds: number): this {
    this.#begin({ heading: from });
    return this.#arrive(seconds, { heading: this.#mirror.heading(to) });
  }

  /** Follows a bend round a centre at an even pace; angles as headings, seen from the centre. */
  bend(centre: GroundPoint, radiusM: number, [from, to]: readonly [number, number], paceMps: number): this {
    const sense = Math.sign(to - from);
    this.#begin({ heading: from + (sense * Math.PI) / 2 });
    for (let piece = 1; piece <= bendPieces; piece += 1) {
      const angle = from + ((to - from) * piece) / bendPieces;
      const [x, z] = [centre[0] + radiusM * Math.cos(angle), centre[1] - radiusM * Math.sin(angle)];
      const wayM = Math.hypot(x - this.#x, z - this.#z);
      this.#x = x;
      this.#z = z;
      this.#arrive(wayM / paceMps, { heading: this.#mirror.heading(angle + (sense * Math.PI) / 2) });
    }
    return this;
  }

  get #last(): Waypoint {
    const last = this.#points.at(-1);
    if (last === undefined) throw new RangeError('a way has a start');
    return last;
  }

  /** What is done from here on belongs to the point it begins at. */
  #begin({ pose, heading }: Doing): void {
    const last = this.#last;
    this.#points[this.#points.length - 1] = {
      ...last,
      ...(pose !== undefined && { pose }),
      ...(heading !== undefined && { heading: this.#mirror.heading(heading) }),
    };
  }

  #arrive(seconds: number, more: { y?: number; heading?: number } = {}): this {
    const { atS, y } = this.#last;
    const place = { atS: atS + seconds, x: this.#mirror.x(this.#x), z: this.#z };
    this.#points.push({ ...place, ...(y !== undefined && { y }), ...more });
    return this;
  }

  /** `reached`: share of the way by a share of the time of its ramp, which is `part` of the way. */
  #ramp(to: GroundPoint, paceMps: number, reached: (part: number, share: number) => number, stops: boolean): this {
    const [fromX, fromZ] = [this.#x, this.#z];
    const wayM = Math.hypot(to[0] - fromX, to[1] - fromZ);
    if (wayM < leastWayM) return this;
    const part = Math.min(wayM, paceMps ** 2 / (2 * rampMps2)) / wayM;
    const reach = (share: number, pace: number) =>
      this.to(fromX + (to[0] - fromX) * share, fromZ + (to[1] - fromZ) * share, pace);
    if (stops) reach(reached(part, 0), paceMps);
    for (let piece = 1; piece <= rampPieces; piece += 1) {
      const middle = (piece - 0.5) / rampPieces;
      reach(reached(part, piece / rampPieces), paceMps * (stops ? 1 - middle : middle));
    }
    return stops ? this : reach(1, paceMps);
  }
}
