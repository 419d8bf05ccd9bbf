import type { Actor } from '../actor.ts';
import { createBicycle } from '../actors/bicycle.ts';
import { createCar } from '../actors/car.ts';
import { createEBike } from '../actors/e-bike.ts';
import { createPerson } from '../actors/person.ts';
import type { GroundPoint, Site, Story } from '../site.ts';
import { endOf, type Leg, route } from './route.ts';
import { outsideOf } from './view.ts';
import type { Range } from './viewpoint.ts';

/** A take starts over with a quiet place: nobody comes before, nor is there after, so many seconds at its ends. */
const quietStartS = 0.6;
const quietEndS = 1.5;
/** Who would walk in from further away than this comes out of a door, where there is one. */
const farWalkM = 15;
/** Vehicles come from down the road. */
const farDriveM = 55;

/** Where something that goes along x is out of the picture; `dir`: to which side. */
export function edgeOf(
  site: Site,
  from: GroundPoint,
  dir: 1 | -1,
  far: { radiusM: number; mostM: number },
): GroundPoint {
  return outsideOf(site.camera, from, dir === 1 ? 0 : Math.PI, far);
}

/** The same for vehicles. */
export function roadEnd(site: Site, from: GroundPoint, dir: 1 | -1, radiusM = 2.6): GroundPoint {
  return edgeOf(site, from, dir, { radiusM, mostM: farDriveM });
}

/** The same for people on foot; a door in the front at `doorZ` where that is nearer. */
export function walkEnd(site: Site, from: GroundPoint, dir: 1 | -1, doorZ?: number): GroundPoint {
  const end = edgeOf(site, from, dir, { radiusM: 0.6, mostM: farWalkM });
  const isFar = Math.abs(end[0] - from[0]) > farWalkM - 0.6;
  return isFar && doorZ !== undefined ? [from[0] + dir * farWalkM * 0.7, doorZ] : end;
}

/** When to set out to be through with these legs by a second, but not before the take has begun. */
export function startFor(byS: number, from: GroundPoint, legs: readonly Leg[]): number {
  return Math.max(quietStartS, byS - endOf(0, from, legs));
}

/** Something that goes through along x at an even pace; it is in the middle at about `atS`. */
export function passBy(
  story: Story,
  site: Site,
  actor: Actor,
  way: { atS: number; z: number; dir: 1 | -1; paceMps: number; y?: number; x?: number } & (
    | { radiusM: number }
    | { doorZ?: number }
  ),
): void {
  const { atS, z, dir, paceMps, y = 0, x = 0 } = way;
  const endTo = (side: 1 | -1) =>
    'radiusM' in way
      ? roadEnd(site, [x, z], side, way.radiusM)
      : walkEnd(site, [x, z], side, 'doorZ' in way ? way.doorZ : undefined);
  const [from, to] = [endTo(dir === 1 ? -1 : 1), endTo(dir)];
  const legs: Leg[] = [{ to: [x, z], paceMps }, { to }];
  const lastsS = endOf(0, from, legs);
  const latest = story.lengthS - quietEndS - lastsS;
  const startS = Math.max(quietStartS, Math.min(atS - endOf(0, from, legs.slice(0, 1)), latest));
  story.play(actor, route(startS, from, legs, y));
}

/** A few people who walk by, one way or the other. */
export function walkers(
  story: Story,
  site: Site,
  options: { count: Range; z: Range; y?: number; fromS?: number; untilS?: number; doorZ?: number },
): void {
  const { count, z, y = 0, fromS = 4, untilS = story.lengthS * 0.7, doorZ } = options;
  for (let left = story.random.whole(...count); left > 0; left -= 1) {
    const random = story.random.branch();
    const carries = random.pick(['nothing', 'nothing', 'bag'] as const);
    passBy(story, site, createPerson(random.branch(), { carries }), {
      atS: random.between(fromS, untilS),
      x: random.between(-3, 3),
      z: random.between(...z),
      y,
      dir: random.pick([1, -1]),
      paceMps: random.between(1, 1.6),
      ...(doorZ !== undefined && { doorZ }),
    });
  }
}

/** Cars and two-wheelers that drive by in a lane, one behind the other. */
export function traffic(
  story: Story,
  site: Site,
  options: { count: Range; z: number; dir: 1 | -1; fromS?: number; untilS?: number },
): void {
  const { count, z, dir, fromS = 4, untilS = story.lengthS - 7 } = options;
  const paceMps = story.random.between(7, 10);
  const cars = story.random.whole(...count);
  for (let car = 0; car < cars; car += 1) {
    const random = story.random.branch();
    const isCar = random.chance(0.75);
    const bike = random.pick([createBicycle, createEBike]);
    const actor = isCar ? createCar(random.branch()) : bike(random.branch(), { rider: true });
    const atS = fromS + ((car + random.between(0.2, 0.8)) / cars) * (untilS - fromS);
    const way = { atS, z: z + random.between(-0.15, 0.15), dir, paceMps: isCar ? paceMps : 5.5, radiusM: 2.6 };
    passBy(story, site, actor, way);
  }
}
