import type { Actor } from '../actor.ts';
import { createPerson } from '../actors/person.ts';
import { Random } from '../random.ts';
import type { GroundPoint, Story } from '../site.ts';
import { endOf, type Leg, route } from './route.ts';

/** Somebody rides up, leaves a bike and walks away; later the bike is fetched. */
export interface ParkedBike {
  readonly make: (random: Random, options: { rider: boolean }) => Actor;
  readonly from: GroundPoint;
  readonly place: GroundPoint;
  /** It points there, radians from +x towards −z. */
  readonly heading: number;
  readonly parkS: number;
  /** Where the rider goes on foot. */
  readonly walksTo: GroundPoint;
  readonly fetchS: number;
  /** Where it is ridden to. */
  readonly leavesTo: GroundPoint;
  readonly y?: number;
}

const rideMps = 3.6;
/** The last metres are ridden in the direction in which the bike will stand. */
const runInM = 1.6;

/** Plays it; the same bike with and without its rider. */
export function parkBike(story: Story, bike: ParkedBike): void {
  const { make, from, place, heading, parkS, fetchS, walksTo, leavesTo, y = 0 } = bike;
  const seed = story.random.whole(1, 2 ** 31);
  const before: GroundPoint = [place[0] - runInM * Math.cos(heading), place[1] + runInM * Math.sin(heading)];
  const ride: Leg[] = [
    { to: before, paceMps: rideMps },
    { to: place, paceMps: 2, ease: 'stop' },
  ];
  story.play(make(new Random(seed), { rider: true }), route(parkS - endOf(0, from, ride), from, ride, y));
  story.play(
    make(new Random(seed), { rider: false }),
    route(parkS, place, [{ to: place, waitS: fetchS - parkS, waitHeading: heading }], y),
  );
  const beside: GroundPoint = [place[0] - 0.6 * Math.sin(heading), place[1] - 0.6 * Math.cos(heading)];
  story.play(createPerson(story.random.branch()), route(parkS, beside, [{ to: walksTo, paceMps: 1.5 }], y));
  story.play(
    make(new Random(seed), { rider: true }),
    route(
      fetchS,
      place,
      [
        { to: before, paceMps: 1.6, ease: 'start' },
        { to: leavesTo, paceMps: rideMps },
      ],
      y,
    ),
  );
}
