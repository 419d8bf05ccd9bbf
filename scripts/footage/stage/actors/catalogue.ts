import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import type { Actor, ActorMaker } from '../actor.ts';
import type { Random } from '../random.ts';
import type { GroundUse } from '../site.ts';
import { createAnimal } from './animal.ts';
import { createBicycle } from './bicycle.ts';
import { createBin } from './bin.ts';
import { createBoat } from './boat.ts';
import { createBus } from './bus.ts';
import { createCar } from './car.ts';
import { createDebrisPile } from './debris-pile.ts';
import { createEBike } from './e-bike.ts';
import { createExcavator } from './excavator.ts';
import { createFireEngine } from './fire-engine.ts';
import { createFlame } from './flame.ts';
import { createGarbageBag } from './garbage-bag.ts';
import { createGoods } from './goods.ts';
import { createLeftObject } from './left-object.ts';
import { createLookAlike, type LookAlikeKind } from './look-alikes.ts';
import { createMotorcycle } from './motorcycle.ts';
import { createPerson } from './person.ts';
import { createPram } from './pram.ts';
import { createSmoke } from './smoke.ts';
import { createStall } from './stall.ts';
import { createTricycle } from './tricycle.ts';
import { createTruck } from './truck.ts';
import { createUmbrella } from './umbrella.ts';
import { createWaterSurface } from './water-surface.ts';
import { createWheelchair } from './wheelchair.ts';

/** Something that can be put about a place, and the grounds where it may be met. */
export interface CatalogueEntry {
  readonly make: ActorMaker;
  readonly on: readonly GroundUse[];
}

const everywhere: readonly GroundUse[] = ['road', 'pavement', 'yard', 'grass'];
const onFoot: readonly GroundUse[] = ['pavement', 'yard', 'grass', 'indoor', 'road'];
const paved: readonly GroundUse[] = ['road', 'pavement', 'yard'];
const kerbside: readonly GroundUse[] = ['pavement', 'yard', 'road', 'grass'];

/** Ridden, pushed or left standing. */
const riding = [{ rider: true }, { rider: true }, { pushed: true }, {}, {}] as const;

/** A maker of each class; what it makes, or a part of that, is of the class. */
export const catalogue: Readonly<Record<ObjectClass, CatalogueEntry>> = {
  person: { make: (random) => createPerson(random), on: onFoot },
  bicycle: { make: (random) => createBicycle(random, random.pick(riding)), on: [...paved, 'indoor'] },
  'e-bike': {
    make: (random) => createEBike(random, random.pick(riding)),
    on: [...paved, 'indoor'],
  },
  motorcycle: { make: (random) => createMotorcycle(random, { rider: random.chance(0.5) }), on: paved },
  tricycle: { make: (random) => createTricycle(random), on: paved },
  car: { make: (random) => createCar(random), on: ['road', 'yard', 'pavement'] },
  bus: { make: (random) => createBus(random), on: ['road'] },
  truck: { make: (random) => createTruck(random), on: ['road', 'yard'] },
  fire_engine: { make: (random) => createFireEngine(random), on: ['road', 'yard'] },
  excavator: { make: (random) => createExcavator(random), on: ['yard', 'road', 'grass'] },
  wheelchair: {
    make: (random) => createWheelchair(random, { pushed: random.chance(0.4) }),
    on: ['pavement', 'indoor', 'yard'],
  },
  pram: { make: (random) => createPram(random, { pushed: random.chance(0.6) }), on: ['pavement', 'indoor', 'yard'] },
  boat: { make: (random) => createBoat(random, { rower: random.chance(0.5) }), on: ['water'] },
  animal: { make: (random) => createAnimal(random), on: everywhere },
  stall: { make: (random) => createStall(random), on: kerbside },
  umbrella: { make: umbrellaOrHolder, on: ['pavement', 'yard', 'grass', 'road'] },
  goods: { make: (random) => createGoods(random), on: kerbside },
  garbage_bag: { make: (random) => createGarbageBag(random), on: kerbside },
  overflowing_bin: { make: (random) => createBin(random, { overflowing: true }), on: kerbside },
  debris_pile: { make: (random) => createDebrisPile(random), on: everywhere },
  left_object: { make: (random) => createLeftObject(random), on: onFoot },
  water_surface: { make: (random) => createWaterSurface(random), on: paved },
  flame: { make: (random) => createFlame(random), on: everywhere },
  smoke: { make: (random) => createSmoke(random), on: everywhere },
  uncovered_load: {
    make: (random) => createTruck(random, { kind: 'muck', load: 'uncovered' }),
    on: ['road', 'yard'],
  },
};

/** What has no class and must not be taken for something that has: shut bins and the look-alikes. */
export const lookAlikes: readonly CatalogueEntry[] = [
  { make: (random) => createBin(random), on: [...kerbside, 'indoor'] },
  ...(
    [
      ['wet-patch', paved],
      ['shadow-patch', paved],
      ['steam', kerbside],
      ['lamp-glow', [...kerbside, 'indoor']],
      ['leaf-heap', kerbside],
      ['planter', [...kerbside, 'indoor']],
      ['cone', paved],
      ['post-box', ['pavement', 'yard']],
      ['tarpaulin', everywhere],
      ['red-banner', ['pavement', 'yard', 'grass']],
      ['manikin', ['pavement', 'indoor']],
    ] as const satisfies readonly (readonly [LookAlikeKind, readonly GroundUse[]])[]
  ).map(([kind, on]): CatalogueEntry => ({ make: (random) => createLookAlike(random, { kind }), on })),
];

/** Most umbrellas in a street are a vendor's; the others are somebody's in the rain or the sun. */
function umbrellaOrHolder(random: Random): Actor {
  return random.chance(0.6) ? createUmbrella(random) : createPerson(random, { carries: 'umbrella' });
}
