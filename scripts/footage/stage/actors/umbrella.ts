import { type BufferGeometry, Color, CylinderGeometry, Float32BufferAttribute, Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { oneOf } from './vehicle-paint.ts';

const cloths = [0xc8281f, 0x2a5fa8, 0x2f8f4f, 0xe0b020, 0xe07a1a, 0x8a3f90, 0xd8d0b8, 0x8a6a44, 0x2a8f98] as const;

/** A parasol on its pole, as vendors and cafés put up: plain, of two colours or with a valance; 2 to 3 m across. */
export function createUmbrella(random: Random): Actor {
  const [radiusM, rimM] = [random.between(1.05, 1.5), random.between(1.9, 2.2)];
  const riseM = radiusM * random.between(0.28, 0.46);
  const segments = random.pick([4, 6, 8, 8, 8]);
  const first = oneOf(random, cloths);
  const second = random.chance(0.55) ? oneOf(random, [0xeceae2, 0xeceae2, ...cloths]) : first;
  const shape = new PaintedShape();
  shape.add(canopy(radiusM, 0.03, riseM, segments, [first, second]), 0, { at: [0, riseM / 2, 0] });
  if (random.chance(0.6)) {
    const hem = random.between(0.12, 0.24);
    const colours = random.chance(0.5) ? [second, first] : [first, second];
    shape.add(canopy(radiusM, radiusM, hem, segments, colours), 0, { at: [0, -hem / 2, 0] });
  }
  shape.bar([0, riseM - 0.05, 0], [0, riseM + 0.12, 0], 0.03, 0xd8d8d8);
  const cloth = shape.mesh('cloth');
  // Thin cloth would be striped by its own shadow.
  cloth.receiveShadow = false;
  const top = new Group().add(cloth);
  top.position.y = rimM;
  top.rotation.set(random.between(-0.1, 0.1), random.between(0, Math.PI), random.between(-0.1, 0.1));
  const stand = new PaintedShape().bar([0, 0, 0], [0, rimM + riseM * 0.9, 0], 0.03, 0xb8bcc0);
  const foot = random.pick(['block', 'disc', 'none'] as const);
  if (foot === 'block') stand.box([0.5, 0.16, 0.5], [0, 0.08, 0], 0x9a968e);
  if (foot === 'disc') stand.bar([0, 0, 0], [0, 0.12, 0], 0.32, 0x2a2c2f, { sides: 10, endRadiusM: 0.24 });
  const object = new Group().add(top, stand.mesh());
  return { object, class: 'umbrella', size: [radiusM * 2, rimM + riseM + 0.12, radiusM * 2] };
}

/** A ring of cloth, its segments in turn in one colour and another. */
function canopy(
  rimM: number,
  topM: number,
  heightM: number,
  segments: number,
  colours: readonly Color[],
): BufferGeometry {
  const cloth = new CylinderGeometry(topM, rimM, heightM, segments, 1, true).toNonIndexed();
  cloth.computeVertexNormals();
  const corners = cloth.getAttribute('position').count;
  const perSegment = corners / segments;
  const painted = Array.from({ length: corners }, (_, corner) => {
    const colour = colours[Math.floor(corner / perSegment) % colours.length] ?? new Color(0xffffff);
    return colour.toArray();
  });
  cloth.setAttribute('color', new Float32BufferAttribute(painted.flat(), 3));
  return cloth;
}
