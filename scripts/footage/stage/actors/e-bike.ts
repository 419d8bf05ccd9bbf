import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { createPusher } from './two-wheeler-pusher.ts';
import { createRider, type Rider, riderPart } from './two-wheeler-rider.ts';
import { createEBikeBody } from './two-wheeler-scooter.ts';
import { createWheel } from './two-wheeler-wheel.ts';

/** Helmets of riders. */
const helmets = [0xf2f2ee, 0x16181d, 0xc4383b, 0xd86a86, 0x2a62c8, 0xf3c41b];

/** An electric scooter as it stands by the thousand in Chinese streets: thick bodywork on small fat wheels. */
export function createEBike(random: Random, options: { rider?: boolean; pushed?: boolean } = {}): Actor {
  const rider = options.rider === true && options.pushed !== true;
  const body = createEBikeBody(random, !rider && options.pushed !== true);
  const wheels = body.wheelsX.map((x) =>
    createWheel({ x, radiusM: body.wheelM, tyreM: 0.1, rim: body.rim, disc: 0.55, spokes: 3 }),
  );
  const object = new Group();
  object.add(body.mesh, ...wheels.map((wheel) => wheel.object));
  const people: Rider[] = [];
  if (rider) {
    const wears = random.chance(0.7) ? { hat: { kind: 'helmet', colour: random.pick(helmets) } as const } : {};
    people.push(createRider(random, body.saddle, { ...wears, ...body.livery }));
    if (random.chance(0.15)) people.push(createRider(random, body.pillion));
  }
  if (options.pushed === true)
    people.push(createPusher(random, { x: body.saddle.grip[0] - 0.25, z: -0.48, grip: body.saddle.grip }));
  for (const person of people) object.add(person.object);
  return {
    object,
    class: 'e-bike',
    ...(people.length > 0 && { parts: people.map(riderPart) }),
    size: [1.75, rider ? 1.65 : 1.1, options.pushed === true ? 1.2 : 0.7],
    move: (moment) => {
      for (const wheel of wheels) wheel.roll(moment.wayM);
      for (const person of people) person.move(moment);
    },
  };
}
