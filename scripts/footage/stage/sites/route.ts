import type { Pose } from '../actor.ts';
import { Path, type Waypoint } from '../path.ts';
import type { GroundPoint } from '../site.ts';

/** From one place to the next, and what is done there. */
export interface Leg {
  readonly to: GroundPoint;
  /** Height of the ground there, metres. */
  readonly y?: number;
  /** On the way there; else as on the leg before, at first a walk. */
  readonly paceMps?: number;
  /** Stands when it comes there (`stop`), begins from standing (`start`), or both (`hop`); even pace unless given. */
  readonly ease?: 'stop' | 'start' | 'hop';
  /** Changes lane on the way instead of heading straight there. */
  readonly bends?: boolean;
  /** On the way there. */
  readonly pose?: Pose;
  /** Stays there for so long. */
  readonly waitS?: number;
  /** In this pose. */
  readonly waitPose?: Pose;
  /** Facing there, radians from +x towards −z. */
  readonly waitHeading?: number;
}

/** A usual walk. */
const walkMps = 1.25;
/** Points on a leg whose pace changes. */
const easeSteps = 10;

/** A way on foot or on wheels: from a place at a second, leg by leg. */
export function route(startS: number, from: GroundPoint, legs: readonly Leg[], y = 0): Path {
  const points: Waypoint[] = [{ atS: startS, x: from[0], z: from[1], y }];
  let pace = walkMps;
  for (const leg of legs) {
    pace = leg.paceMps ?? pace;
    const start = points.pop();
    if (start === undefined) break;
    const way = onTheWay(start, leg, pace);
    const last = way.pop();
    points.push(...way);
    if (last === undefined) continue;
    const { pose: _, heading: __, ...place } = last;
    const { waitS, waitPose, waitHeading } = leg;
    if (waitS === undefined) {
      points.push(place);
      continue;
    }
    const pose = waitPose ?? 'stand';
    points.push({ ...place, pose, ...(waitHeading !== undefined && { heading: waitHeading }) });
    points.push({ ...place, atS: place.atS + waitS });
  }
  return new Path(points);
}

/** When a path is over. */
export function endOf(startS: number, from: GroundPoint, legs: readonly Leg[]): number {
  let [at, pace, [x, z]] = [startS, walkMps, from];
  for (const leg of legs) {
    pace = leg.paceMps ?? pace;
    at += durationOf(Math.hypot(leg.to[0] - x, leg.to[1] - z), pace, leg.ease) + (leg.waitS ?? 0);
    [x, z] = leg.to;
  }
  return at;
}

function onTheWay(start: Waypoint, { to: [x, z], y = start.y ?? 0, ease, bends, pose }: Leg, pace: number): Waypoint[] {
  const wayM = Math.hypot(x - start.x, z - start.z);
  const lastsS = durationOf(wayM, pace, ease);
  const steps = ease !== undefined || bends === true ? easeSteps : 1;
  const from = start.y ?? 0;
  const first = pose === undefined ? start : { ...start, pose };
  return [
    first,
    ...Array.from({ length: steps }, (_, index): Waypoint => {
      const time = (index + 1) / steps;
      const share = covered(time, ease);
      const across = bends === true ? share * share * (3 - 2 * share) : share;
      return {
        atS: start.atS + lastsS * time,
        x: start.x + (x - start.x) * share,
        z: start.z + (z - start.z) * across,
        y: from + (y - from) * share,
        ...(pose !== undefined && { pose }),
      };
    }),
  ];
}

/** A pace that changes evenly covers half as much. */
function durationOf(wayM: number, pace: number, ease: Leg['ease']): number {
  return Math.max(0.05, (wayM / pace) * (ease === undefined ? 1 : ease === 'hop' ? 1.5 : 2));
}

function covered(time: number, ease: Leg['ease']): number {
  switch (ease) {
    case undefined:
      return time;
    case 'stop':
      return 1 - (1 - time) ** 2;
    case 'start':
      return time ** 2;
    case 'hop':
      return time * time * (3 - 2 * time);
  }
}
