import type { Actor } from '../actor.ts';
import { createBicycle } from '../actors/bicycle.ts';
import { createCar } from '../actors/car.ts';
import { createEBike } from '../actors/e-bike.ts';
import { createPerson } from '../actors/person.ts';
import type { Story } from '../site.ts';
import { type Leg, route } from './route.ts';
import type { Range } from './viewpoint.ts';

/** Seconds at a take's end in which nobody new is on the stage: it starts over with a quiet place. */
const quietEndS = 2.5;

/** Somebody or something that goes through along x at an even pace. */
export function passBy(
  story: Story,
  actor: Actor,
  way: { atS: number; z: number; dir: 1 | -1; paceMps: number; y?: number; reachM?: number },
): void {
  const { atS, z, dir, paceMps, y = 0, reachM = 26 } = way;
  const latest = story.lengthS - quietEndS;
  // Who would still be in view when the take starts over sets out earlier.
  const startS = Math.max(0.2, Math.min(atS, latest - (2 * reachM) / paceMps));
  const endM = Math.min(2 * reachM, (latest - startS) * paceMps);
  story.play(actor, route(startS, [-dir * reachM, z], [{ to: [dir * (endM - reachM), z], paceMps }], y));
}

/** A few people who walk by, one way or the other. */
export function walkers(
  story: Story,
  options: { count: Range; z: Range; y?: number; fromS?: number; untilS?: number; reachM?: number },
): void {
  const { count, z, y = 0, fromS = 1, untilS = story.lengthS * 0.6, reachM = 13 } = options;
  for (let left = story.random.whole(...count); left > 0; left -= 1) {
    const random = story.random.branch();
    const carries = random.pick(['nothing', 'nothing', 'bag'] as const);
    passBy(story, createPerson(random.branch(), { carries }), {
      atS: random.between(fromS, untilS),
      z: random.between(...z),
      y,
      dir: random.pick([1, -1]),
      paceMps: random.between(1, 1.6),
      reachM,
    });
  }
}

/** Cars and two-wheelers that drive by in a lane. */
export function traffic(
  story: Story,
  options: { count: Range; z: number; dir: 1 | -1; fromS?: number; untilS?: number; reachM?: number },
): void {
  const { count, z, dir, fromS = 0.5, untilS = story.lengthS - 8, reachM = 34 } = options;
  const paceMps = story.random.between(6, 9);
  const cars = story.random.whole(...count);
  for (let car = 0; car < cars; car += 1) {
    const random = story.random.branch();
    const isCar = random.chance(0.75);
    const bike = random.pick([createBicycle, createEBike]);
    const actor = isCar ? createCar(random.branch()) : bike(random.branch(), { rider: true });
    // One behind the other, so that none drives through another.
    const atS = fromS + ((car + random.between(0.2, 0.8)) / cars) * (untilS - fromS);
    passBy(story, actor, { atS, z: z + random.between(-0.15, 0.15), dir, paceMps: isCar ? paceMps : 4.5, reachM });
  }
}

/** Plays an actor leg by leg from where it comes into view. */
export function comes(
  story: Story,
  actor: Actor,
  startS: number,
  from: readonly [x: number, z: number],
  legs: readonly Leg[],
  y = 0,
): void {
  story.play(actor, route(startS, from, legs, y));
}
