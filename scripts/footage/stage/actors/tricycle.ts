import { type Color, Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { createRider, riderPart } from './two-wheeler-rider.ts';
import { crossPanel, type Profile, profileBody, shadedUpwards, sidePanels, sideRectangle } from './vehicle-body.ts';
import { addCargo } from './vehicle-cargo.ts';
import { VehicleLights } from './vehicle-lights.ts';
import { oneOf } from './vehicle-paint.ts';
import { createAxle } from './wheel.ts';

const wheelM = 0.27;
const [frontWheelX, rearWheelX] = [1.12, -0.82];
const bed = { frontX: -0.2, rearX: -1.52, widthM: 1.08, floorM: 0.52 } as const;
const frame = 0x2a2c2f;

/** An electric cargo three-wheeler: open bed, closed box (parcels) or a roof over the rider, who is a part apart. */
export function createTricycle(random: Random, options: { rider?: boolean; load?: boolean } = {}): Actor {
  const hasRider = options.rider ?? random.chance(0.5);
  const hasLoad = options.load ?? random.chance(0.5);
  const style = random.pick(
    hasLoad ? (['open', 'open', 'box'] as const) : (['open', 'open', 'box', 'empty roof'] as const),
  );
  const paint = oneOf(random, [0x1f6fb0, 0xb8201c, 0x2f8f4f, 0xd8781c, 0x2a3f8a, 0x8a8d90]);
  const shape = new PaintedShape();
  addFront(shape, paint);
  const topM = style === 'box' ? addBox(random, shape) : addBed(random, shape, paint, hasLoad);
  const hasRoof = style === 'empty roof' || random.chance(0.25);
  if (hasRoof) addRoof(shape, paint);
  const lampRandom = random.branch();
  const rider = hasRider
    ? createRider(random.branch(), {
        seat: [0.05, 0.74],
        grip: [0.72, 1.02, 0.32],
        feet: { x: 0.5, y: 0.36, z: 0.18 },
        lean: 0.1,
        keepsFeet: true,
      })
    : undefined;
  const lights = new VehicleLights(lampRandom, {
    front: [[1.02, 0.78, 0]],
    rear: [-1, 1].map((side) => [bed.rearX - 0.04, 0.5, side * 0.42] as const),
    radiusM: 0.08,
  });
  const axles = [
    createAxle({ x: frontWheelX, radiusM: wheelM, widthM: 0.11, trackM: 0 }),
    createAxle({ x: rearWheelX, radiusM: wheelM, widthM: 0.13, trackM: 1.02 }),
  ];
  const object = new Group().add(shape.mesh('plastic'), ...axles.map((axle) => axle.object), lights.object);
  if (rider !== undefined) object.add(rider.object);
  return {
    object,
    class: 'tricycle',
    ...(rider !== undefined && { parts: [riderPart(rider)] }),
    size: [2.95, Math.max(hasRoof ? 1.85 : 1.12, topM, hasRider ? 1.7 : 0), 1.12],
    move: (moment) => {
      for (const axle of axles) axle.roll(moment.wayM);
      lights.show(moment);
      rider?.move(moment);
    },
  };
}

/** Fork, handlebars, leg shield, footboard, saddle and frame. */
function addFront(shape: PaintedShape, paint: Color): void {
  const shield: Profile = {
    outline: [
      [0.78, 0.32],
      [0.86, 0.32],
      [0.98, 0.72],
      [0.9, 1],
      [0.82, 1],
      [0.86, 0.72],
    ],
    halfWidthM: () => 0.27,
  };
  const saddle: Profile = {
    outline: [
      [-0.18, 0.34],
      [0.22, 0.34],
      [0.26, 0.62],
      [-0.18, 0.62],
    ],
    halfWidthM: () => 0.24,
  };
  shape.add(profileBody(shield), paint).add(profileBody(saddle), paint);
  shape.box([0.5, 0.12, 0.4], [0.02, 0.68, 0], 0x17181a).box([0.08, 0.3, 0.4], [-0.2, 0.85, 0], 0x17181a);
  shape.box([1, 0.06, 0.56], [0.34, 0.33, 0], frame).box([1.9, 0.1, 0.3], [-0.5, 0.36, 0], frame);
  shape.bar([0.8, 1.02, 0], [frontWheelX, wheelM, 0], 0.035, frame);
  for (const side of [-1, 1]) {
    shape.bar([0.94, 0.6, side * 0.08], [frontWheelX, wheelM, side * 0.08], 0.025, 0x8a8e92);
    shape.bar([0.78, 1.03, 0], [0.7, 1.05, side * 0.36], 0.02, frame);
    shape.box([0.04, 0.12, 0.09], [0.76, 1.18, side * 0.36], 0x17181a);
  }
  shape.box([0.34, 0.04, 0.14], [frontWheelX, wheelM * 2 + 0.05, 0], paint);
  shape.box([0.08, 0.14, 0.18], [0.97, 0.78, 0], 0xdde2e4);
}

function addBed(random: Random, shape: PaintedShape, paint: Color, hasLoad: boolean): number {
  const { frontX, rearX, widthM, floorM } = bed;
  const [lengthM, middle, sideM] = [frontX - rearX, (frontX + rearX) / 2, random.between(0.22, 0.42)];
  shape.box([lengthM, 0.06, widthM], [middle, floorM, 0], frame);
  for (const side of [-1, 1])
    shape.box([lengthM, sideM, 0.035], [middle, floorM + sideM / 2, side * (widthM / 2 - 0.02)], paint);
  for (const x of [frontX, rearX]) shape.box([0.035, sideM, widthM], [x, floorM + sideM / 2, 0], paint);
  for (const side of [-1, 1]) shape.box([0.05, 0.08, 0.14], [rearX - 0.03, 0.5, side * 0.42], 0x8a0f12);
  return hasLoad ? floorM + 0.05 + addCargo(random, shape, { ...bed, floorM: floorM + 0.04 }) : floorM + sideM;
}

/** The closed box of a parcel service. */
function addBox(random: Random, shape: PaintedShape): number {
  const { frontX, rearX, widthM, floorM } = bed;
  const heightM = random.between(0.95, 1.25);
  const [lengthM, middle] = [frontX - rearX + 0.1, (frontX + rearX) / 2];
  const paint = oneOf(random, [0x2f7fc0, 0x2f9f5a, 0xe07a1a, 0xd8d8d4, 0xe0c020, 0x303338]);
  shape.box([lengthM, heightM, widthM], [middle, floorM + heightM / 2, 0], paint);
  for (const side of [-1, 1]) {
    const at = [middle, floorM + heightM * 0.6, side * (widthM / 2 + 0.01)] as const;
    shape.box([lengthM * 0.6, heightM * 0.3, 0.015], at, oneOf(random, [0xf0f0ec, 0x303338, 0xe0c020]));
    shape.box([lengthM, 0.05, 0.02], [middle, floorM + 0.06, side * (widthM / 2 + 0.01)], frame);
  }
  shape.box([0.015, heightM * 0.9, 0.03], [rearX - 0.06, floorM + heightM / 2, 0], frame);
  return floorM + heightM;
}

/** A small roof with a windscreen over the rider. */
function addRoof(shape: PaintedShape, paint: Color): void {
  const screen: Profile = {
    outline: [
      [0.84, 0.98],
      [0.9, 0.98],
      [0.7, 1.74],
      [0.64, 1.74],
    ],
    halfWidthM: () => 0.4,
  };
  shape.add(profileBody(screen), frame);
  shape.add(shadedUpwards(crossPanel(screen, [0.9, 0.98], [0.7, 1.74], 0.04), 0x2a3238, 0x5a6a74), 0);
  shape.add(sidePanels(screen, sideRectangle(0.7, 1.3, 0.76, 1.4)), frame);
  shape.box([1.2, 0.06, 0.96], [0.2, 1.78, 0], paint);
  for (const side of [-1, 1]) shape.bar([-0.22, 0.6, side * 0.4], [-0.3, 1.76, side * 0.42], 0.02, frame);
}
