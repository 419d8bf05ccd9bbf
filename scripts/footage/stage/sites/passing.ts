import type { Actor, Pose } from '../actor.ts';
import type { GroundPoint, Site, Story } from '../site.ts';
import type { Mirror } from './mirror.ts';
import { outsideOf } from './view.ts';
import { Way } from './way.ts';

/** A place that remembers which way round it stands. */
export interface TurnableSite extends Site {
  readonly mirror: Mirror;
}

/** Somebody's way through the picture: over a point at a time, in the coordinates of the layout. */
export interface Passing {
  readonly over: GroundPoint;
  readonly atS: number;
  readonly heading: number;
  readonly paceMps: number;
  readonly pose?: Pose;
  readonly y?: number;
  /** Half of the actor's length. */
  readonly radiusM?: number;
}

/** Comes from outside the picture and goes on until it has left it. */
export function passBy(story: Story, site: TurnableSite, actor: Actor, passing: Passing): void {
  const { over, atS, heading, paceMps, pose, y, radiusM = 0.6 } = passing;
  const from = entryOf(site, over, heading + Math.PI, radiusM);
  const to = entryOf(site, over, heading, radiusM);
  const comesS = Math.hypot(over[0] - from[0], over[1] - from[1]) / paceMps;
  const start = { atS: atS - comesS, x: from[0], z: from[1], ...(y !== undefined && { y }) };
  story.play(actor, new Way(site.mirror, start).to(to[0], to[1], paceMps, { ...(pose && { pose }) }).path);
}

/** The nearest point that way from which an actor is not seen yet, in the coordinates of the layout. */
export function entryOf(site: TurnableSite, from: GroundPoint, heading: number, radiusM = 0.6): GroundPoint {
  const { camera, mirror } = site;
  return mirror.point(outsideOf(camera, mirror.point(from), mirror.heading(heading), { radiusM }));
}

/** A way that begins outside the picture so that it gets to the point at that second. */
export function arrival(
  site: TurnableSite,
  to: GroundPoint,
  { byS, heading, paceMps, radiusM }: { byS: number; heading: number; paceMps: number; radiusM?: number },
): Way {
  const from = entryOf(site, to, heading + Math.PI, radiusM);
  const comesS = Math.hypot(to[0] - from[0], to[1] - from[1]) / paceMps;
  return new Way(site.mirror, { atS: byS - comesS, x: from[0], z: from[1] }).to(to[0], to[1], paceMps);
}
