import { type Color, Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { CarCoachwork } from './car-coachwork.ts';
import { type CarKind, carShapes } from './car-shapes.ts';
import { VehicleLights } from './vehicle-lights.ts';
import { carPaint, oneOf, plates } from './vehicle-paint.ts';

/** Liveries of taxis: below and above the belt line. */
const taxiPaints = [
  [0xd8a81c, 0x1f5f9f],
  [0x2f8f4f, 0xe6e6e0],
  [0x2a9aa8, 0xd8a81c],
  [0xb4231f, 0xd8a81c],
  [0x3f78b8, 0xdcdcdc],
] as const;

/** A passenger car: saloon, hatchback, off-roader, small van or taxi. */
export function createCar(random: Random, { kind }: { kind?: CarKind } = {}): Actor {
  const chosen = kind ?? random.pick(['sedan', 'sedan', 'sedan', 'hatchback', 'suv', 'suv', 'van', 'taxi'] as const);
  const shape = carShapes[chosen];
  const [lower, upper] = paints(random, chosen);
  const car = new CarCoachwork(shape, lower, upper);
  car.addGlass(chosen === 'van' && random.chance(0.4));
  car.addTrim(random.chance(0.2) ? plates.green : plates.blue);
  if (chosen === 'taxi') car.shape.box([0.18, 0.14, 0.7], [shape.roofMiddle, shape.heightM + 0.06, 0], 0xe8d060);
  if (chosen === 'suv' && random.chance(0.6)) car.addRoofRails();
  const scale = random.between(0.95, 1.05);
  const lights = new VehicleLights(random, car.lamps());
  const axles = car.axles(random.pick([0xb4b8bc, 0x8c9196, 0x2a2c2f]));
  const vehicle = new Group().add(car.shape.mesh('lacquer'), ...axles.map(({ object }) => object), lights.object);
  vehicle.scale.setScalar(scale);
  return {
    object: new Group().add(vehicle),
    class: 'car',
    size: [shape.lengthM * scale, shape.heightM * scale, shape.widthM * scale],
    move: (moment) => {
      for (const axle of axles) axle.roll(moment.wayM / scale);
      lights.show(moment);
    },
  };
}

function paints(random: Random, kind: CarKind): readonly [Color, Color] {
  if (kind === 'taxi') {
    const [below, above] = random.pick(taxiPaints);
    return [oneOf(random, [below]), oneOf(random, [above])];
  }
  const paint = carPaint(random);
  return [paint, paint];
}
