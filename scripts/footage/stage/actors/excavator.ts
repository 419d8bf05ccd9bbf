import { type Color, Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { type Profile, profileBody, type SidePoint, shadedUpwards, sidePanels, sideRectangle } from './vehicle-body.ts';
import { oneOf } from './vehicle-paint.ts';

const [steel, black] = [0x3a3b3d, 0x17181a];
const deckM = 1.02;

/** A crawler excavator: its house turns on the tracks and its arm digs, slowly. */
export function createExcavator(random: Random): Actor {
  const paint = oneOf(random, [0xe6a514, 0xe6a514, 0xe07a1a, 0xe8b820, 0x3a9a98, 0xd0562a]);
  const scale = random.pick([0.62, 0.85, 1, 1]) * random.between(0.95, 1.05);
  const phase = random.between(0, Math.PI * 2);
  const restS = random.between(0, Math.PI * 2);
  const [boom, stick, bucket] = [boomOf(paint), stickOf(paint), bucketOf(random)];
  boom.position.set(1.15, 0.55, 0.15);
  stick.position.set(4.15, 0.25, 0);
  bucket.position.set(2.05, -0.05, 0);
  stick.add(bucket);
  boom.add(stick);
  const house = houseOf(paint);
  house.position.y = deckM;
  house.add(boom);
  const machine = new Group().add(tracks(), house);
  machine.scale.setScalar(scale);
  // The arm reaches far ahead: the middle of it all is before the tracks.
  machine.position.x = -scale;
  return {
    object: new Group().add(machine),
    class: 'excavator',
    size: [7.4 * scale, 4.6 * scale, 2.7 * scale],
    move: ({ timeS, speedMps }) => {
      // On its way it carries the arm folded and low.
      const works = speedMps > 0 ? 0 : 1;
      const turn = timeS * 0.35 + phase;
      house.rotation.y = works * (restS - Math.PI + 0.7 * Math.sin(turn)) * 0.35;
      boom.rotation.z = 0.5 + works * 0.16 * Math.sin(turn * 1.7);
      stick.rotation.z = -1.75 + works * 0.32 * Math.sin(turn * 1.7 + 1.1);
      bucket.rotation.z = -0.75 + works * 0.5 * Math.sin(turn * 1.7 + 2);
    },
  };
}

function tracks(): Group {
  const shape = new PaintedShape();
  const outline: SidePoint[] = Array.from({ length: 12 }, (_, step) => {
    const angle = -Math.PI / 2 + (step / 12) * Math.PI * 2 + Math.PI / 12;
    return [(Math.cos(angle) > 0 ? 1.4 : -1.4) + Math.cos(angle) * 0.42, 0.42 + Math.sin(angle) * 0.42] as const;
  });
  for (const side of [-1, 1]) {
    const track: Profile = { outline, halfWidthM: () => 0.28 };
    shape.add(profileBody(track), black, { at: [0, 0, side * 1.05] });
    shape.add(sidePanels(track, sideRectangle(-1.35, 0.24, 1.35, 0.6)), steel, { at: [0, 0, side * 1.05] });
    for (let plate = -5; plate <= 5; plate += 1)
      shape.box([0.14, 0.05, 0.58], [plate * 0.27, 0.85, side * 1.05], 0x2a2b2d);
  }
  shape.box([1.7, 0.4, 1.7], [0, 0.6, 0], steel);
  shape.bar([0, 0.75, 0], [0, deckM, 0], 0.6, black, { sides: 12 });
  return new Group().add(shape.mesh());
}

/** Platform, engine, counterweight and cab; the cab is on the left. */
function houseOf(paint: Color): Group {
  const shape = new PaintedShape();
  const dark = paint.clone().multiplyScalar(0.55);
  shape.box([3.1, 0.22, 2.5], [-0.35, 0.11, 0], steel);
  const engine: Profile = {
    outline: [
      [-1.95, 0.2],
      [0.35, 0.2],
      [0.35, 1.05],
      [-0.5, 1.2],
      [-1.75, 1.2],
      [-1.98, 1],
    ],
    halfWidthM: () => 1.24,
  };
  shape.add(profileBody(engine), paint);
  shape.add(sidePanels(engine, sideRectangle(-1.3, 0.4, -0.4, 0.95)), dark);
  shape.box([0.5, 0.85, 2.5], [-1.95, 0.62, 0], 0x3f4144);
  shape.bar([-1, 1.2, 0.6], [-1, 1.65, 0.6], 0.06, black);
  shape.box([0.9, 0.45, 0.8], [0.7, 0.42, 0.85], paint);
  const cab: Profile = {
    outline: [
      [-0.35, 0.2],
      [1.25, 0.2],
      [1.35, 0.75],
      [1.05, 1.78],
      [0.9, 1.86],
      [-0.35, 1.86],
    ],
    halfWidthM: () => 0.48,
  };
  const at = [0, 0, -0.74] as const;
  shape.add(profileBody(cab), paint, { at });
  const glass: SidePoint[] = [
    [0.42, 0.5],
    [1.24, 0.5],
    [1.25, 0.75],
    [0.98, 1.7],
    [0.42, 1.7],
  ];
  shape.add(shadedUpwards(sidePanels(cab, glass)), 0, { at });
  shape.add(shadedUpwards(sidePanels(cab, sideRectangle(-0.28, 0.85, 0.34, 1.7))), 0, { at });
  const screen: Profile = {
    outline: [
      [1.24, 0.35],
      [1.33, 0.35],
      [1.38, 0.75],
      [1.08, 1.75],
      [0.98, 1.75],
      [1.2, 0.75],
    ],
    halfWidthM: () => 0.42,
  };
  shape.add(shadedUpwards(profileBody(screen)), 0, { at });
  return new Group().add(shape.mesh('plastic'));
}

function boomOf(paint: Color): Group {
  const boom: Profile = {
    outline: [
      [-0.15, -0.16],
      [0.3, -0.15],
      [2, 0.5],
      [4.25, 0.1],
      [4.3, 0.38],
      [2, 1.05],
      [1.6, 1],
      [-0.15, 0.18],
    ],
    halfWidthM: () => 0.2,
  };
  const shape = new PaintedShape().add(profileBody(boom), paint);
  for (const z of [-0.3, 0.3]) shape.bar([0.35, -0.45, z], [1.85, 0.55, z], 0.09, 0x6a6d70);
  shape.bar([1.9, 1.15, 0], [3.9, 0.85, 0], 0.09, 0x6a6d70);
  return new Group().add(shape.mesh('plastic'));
}

function stickOf(paint: Color): Group {
  const stick: Profile = {
    outline: [
      [-0.65, 0.25],
      [-0.6, 0],
      [0, -0.18],
      [2.05, -0.12],
      [2.1, 0.08],
      [0.1, 0.3],
    ],
    halfWidthM: () => 0.16,
  };
  const shape = new PaintedShape().add(profileBody(stick), paint);
  shape.bar([0.2, 0.38, 0], [1.6, 0.3, 0], 0.07, 0x6a6d70);
  return new Group().add(shape.mesh('plastic'));
}

function bucketOf(random: Random): Group {
  const bucket: Profile = {
    outline: [
      [-0.1, 0.1],
      [0.12, -0.25],
      [0.75, -0.55],
      [0.95, -0.2],
      [0.8, 0.25],
      [0.35, 0.4],
      [0, 0.3],
    ],
    halfWidthM: () => 0.5,
  };
  const shape = new PaintedShape().add(profileBody(bucket), oneOf(random, [0x3a3b3d, 0x55504a]));
  for (const z of [-0.38, -0.13, 0.13, 0.38]) shape.box([0.3, 0.06, 0.1], [0.82, -0.62, z], 0x77797c, [0, 0, -0.45]);
  return new Group().add(shape.mesh());
}
