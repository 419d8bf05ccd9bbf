import type { Path } from '../path.ts';
import type { GroundPoint, Site } from '../site.ts';
import { roadEnd, startFor } from './life.ts';
import { endOf, type Leg, route } from './route.ts';

/** A vehicle that drives up along x, stands somewhere and drives on. */
export interface Visit {
  readonly at: GroundPoint;
  /** Where it drives before and after. */
  readonly laneZ: number;
  readonly dir: 1 | -1;
  readonly paceMps: number;
  /** When it comes to a stop; later where the road is long. */
  readonly arriveS: number;
  readonly waitS: number;
  /** Half of its length. */
  readonly radiusM?: number;
}

/** Way on which a vehicle slows down and changes to where it stands. */
const bendM = 11;

/** Its path, and from when to when it stands. */
export function visit(site: Site, { at, laneZ, dir, paceMps, arriveS, waitS, radiusM = 2.6 }: Visit) {
  const before: GroundPoint = [at[0] - dir * bendM, laneZ];
  const after: GroundPoint = [at[0] + dir * bendM, laneZ];
  const from = roadEnd(site, before, dir === 1 ? -1 : 1, radiusM);
  const toStop = { to: at, ease: 'stop', bends: true } as const;
  const startS = startFor(arriveS, from, [{ to: before, paceMps }, toStop]);
  const legs: Leg[] = [
    { to: before, paceMps },
    { ...toStop, waitS },
  ];
  const goS = endOf(startS, from, legs);
  const onwards: Leg[] = [
    { to: after, paceMps: paceMps * 0.9, ease: 'start', bends: true },
    { to: roadEnd(site, after, dir, radiusM), paceMps },
  ];
  const path: Path = route(startS, from, [...legs, ...onwards]);
  return { path, stopS: goS - waitS, goS };
}
