import type { Actor } from '../actor.ts';
import { createPerson } from '../actors/person.ts';
import { createStall } from '../actors/stall.ts';
import { createTricycle } from '../actors/tricycle.ts';
import { Random } from '../random.ts';
import type { GroundPoint, Site, Story } from '../site.ts';
import { edgeOf, startFor, walkEnd } from './life.ts';
import { endOf, type Leg, route } from './route.ts';
import { pavementY } from './street.ts';

/** Where and when somebody sells. */
export interface Pitch {
  readonly at: GroundPoint;
  /** The way it comes and goes on. */
  readonly dir: 1 | -1;
  readonly openS: number;
  readonly closeS: number;
}

const rideMps = 3.2;
const pushMps = 1.5;
/** From the middle of a stall to who pushes it. */
const armM = 1.35;

/** Something that stands there for a while. */
export function standing(
  story: Story,
  actor: Actor,
  { at, heading = 0, fromS, toS }: { at: GroundPoint; heading?: number; fromS: number; toS: number },
): void {
  story.play(actor, route(fromS, at, [{ to: at, waitS: toS - fromS, waitHeading: heading }], pavementY));
}

/** A vendor rides up on a loaded tricycle, stands behind it and rides on. */
export function sellFromTricycle(story: Story, site: Site, { at, dir, openS, closeS }: Pitch): void {
  const [x, z] = at;
  const seed = story.random.whole(1, 2 ** 31);
  const tricycle = (rider: boolean) => createTricycle(new Random(seed), { rider, load: true });
  const end = (side: 1 | -1) => edgeOf(site, at, side, { radiusM: 1.5, mostM: 22 });
  const from = end(dir === 1 ? -1 : 1);
  const arrival: Leg[] = [
    { to: [x - dir * 2, z], paceMps: rideMps },
    { to: at, paceMps: rideMps, ease: 'stop' },
  ];
  const departure: Leg[] = [
    { to: [x + dir * 2, z], paceMps: rideMps, ease: 'start' },
    { to: end(dir), paceMps: rideMps },
  ];
  story.play(tricycle(true), route(openS - endOf(0, from, arrival), from, arrival, pavementY));
  standing(story, tricycle(false), { at, heading: dir === 1 ? 0 : Math.PI, fromS: openS, toS: closeS });
  story.play(tricycle(true), route(closeS, at, departure, pavementY));
  const place: GroundPoint = [x + story.random.between(-0.4, 0.4), z - 0.95];
  const round: GroundPoint = [x + dir * 1.9, z + 0.7];
  const legs: Leg[] = [{ to: [round[0], place[1]], paceMps: 1.1 }];
  const waitS = closeS - endOf(openS, round, [...legs, { to: place }]) - 0.5;
  const vendor = createPerson(story.random.branch(), { build: 'adult', carries: 'nothing' });
  story.play(vendor, route(openS, round, [...legs, { to: place, waitS, waitHeading: -Math.PI / 2 }], pavementY));
}

/** A vendor pushes a stall here, stands behind it and pushes it on. */
export function sellFromStall(story: Story, site: Site, { at, dir, openS, closeS }: Pitch): void {
  const [x, z] = at;
  const end = (side: 1 | -1) => edgeOf(site, at, side, { radiusM: 2.6, mostM: 12 });
  const [from, to] = [end(dir === 1 ? -1 : 1), end(dir)];
  const comesS = openS - endOf(0, from, [{ to: at, paceMps: pushMps }]);
  const heading = dir === 1 ? 0 : Math.PI;
  const stay: Leg = { to: at, paceMps: pushMps, waitS: closeS - openS, waitHeading: heading };
  story.play(createStall(story.random.branch()), route(comesS, from, [stay, { to, paceMps: pushMps }], pavementY));
  const behind = (point: GroundPoint): GroundPoint => [point[0] - dir * armM, point[1]];
  const place: GroundPoint = [x, z - 1];
  const here: Leg[] = [
    { to: behind(at), paceMps: pushMps },
    { to: place, paceMps: 1.2 },
  ];
  const back: Leg = { to: behind(at), paceMps: 1.2 };
  const arrivedS = endOf(comesS, behind(from), here);
  const waitS = closeS - endOf(arrivedS, place, [back]);
  const wait: Leg = { to: place, paceMps: 1.2, waitS, waitHeading: -Math.PI / 2 };
  const legs = [...here.slice(0, 1), wait, back, { to: behind(to), paceMps: pushMps }];
  const vendor = createPerson(story.random.branch(), { build: 'adult', carries: 'nothing' });
  story.play(vendor, route(comesS, behind(from), legs, pavementY));
}

/** Comes along the frontage, stands before the pitch and goes on. */
export function shopAt(
  story: Story,
  site: Site,
  guest: { at: GroundPoint; comesS: number; staysS: number; dir: 1 | -1; doorZ: number },
): void {
  const { at, comesS, staysS, dir, doorZ } = guest;
  const from = walkEnd(site, at, dir === 1 ? -1 : 1, doorZ);
  const person = createPerson(story.random.branch(), { carries: story.random.pick(['nothing', 'bag']) });
  const startS = startFor(comesS, from, [{ to: at }]);
  const legs: Leg[] = [
    { to: at, waitS: staysS, waitHeading: Math.PI / 2 },
    { to: [at[0] + dir * 3, at[1] + 0.2] },
    { to: walkEnd(site, [at[0] + dir * 3, at[1]], dir, doorZ) },
  ];
  story.play(person, route(startS, from, legs, pavementY));
}
