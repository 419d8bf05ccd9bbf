import type { Object3D } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { createPusher } from './two-wheeler-pusher.ts';
import { createRider, type Rider, riderPart } from './two-wheeler-rider.ts';
import { createScooterBody } from './two-wheeler-scooter.ts';
import { leaning } from './two-wheeler-stand.ts';
import { createWheel } from './two-wheeler-wheel.ts';
import { VehicleLights } from './vehicle-lights.ts';

/** Helmets of riders. */
const helmets = [0xf2f2ee, 0x16181d, 0xc4383b, 0xd86a86, 0x2a62c8, 0xf3c41b];

/** An electric scooter as it stands by the thousand in Chinese streets: thick bodywork on small fat wheels. */
export function createEBike(random: Random, options: { rider?: boolean; pushed?: boolean } = {}): Actor {
  const rider = options.rider === true && options.pushed !== true;
  const body = createScooterBody(random, !rider && options.pushed !== true);
  const { wheelM: radiusM, tyreM, disc, rearX, frontX } = body.style;
  const wheels = [rearX, frontX].map((x) => createWheel({ x, radiusM, tyreM, rim: body.rim, disc, spokes: 3 }));
  const leanRad = random.chance(0.5) ? -random.between(0.06, 0.15) : 0;
  const people: Rider[] = [];
  if (rider) {
    const wears = random.chance(0.7) ? { hat: { kind: 'helmet', colour: random.pick(helmets) } as const } : {};
    people.push(createRider(random, body.saddle, { ...wears, ...body.livery }));
    if (random.chance(0.15)) people.push(createRider(random, body.pillion));
  }
  if (options.pushed === true)
    people.push(createPusher(random, { x: body.saddle.grip[0] - 0.25, z: -0.48, grip: body.saddle.grip }));
  const pieces: Object3D[] = [body.mesh, ...[...wheels, ...people].map((piece) => piece.object)];
  const lights = rider ? new VehicleLights(random, body.lamps) : undefined;
  if (lights !== undefined) pieces.push(lights.object);
  return {
    object: leaning(pieces, people.length > 0 ? 0 : leanRad),
    class: 'e-bike',
    ...(people.length > 0 && { parts: people.map(riderPart) }),
    size: [1.75, rider ? 1.65 : 1.1, options.pushed === true ? 1.2 : 0.7],
    move: (moment) => {
      for (const wheel of wheels) wheel.roll(moment.wayM);
      for (const person of people) person.move(moment);
      lights?.show(moment);
    },
  };
}
