import { BufferGeometry, Color, CylinderGeometry, Float32BufferAttribute } from 'three';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** Size and paint of a hull; metres. */
export interface HullLook {
  readonly lengthM: number;
  readonly beamM: number;
  /** Of the side above the waterline, amidships. */
  readonly sideM: number;
  readonly paint: Color;
}

const draughtM = 0.22;
const stations = 9;

/** An open boat: planked sides, a floor, thwarts, gunwales, oars, and sometimes a canopy or an outboard engine. */
export function hullShape(look: HullLook, random: Random): PaintedShape {
  const { lengthM, beamM, sideM, paint } = look;
  const inside = new Color(random.pick([0x8a6a44, 0x6e5a40, 0xa8a294, 0x7a858a]));
  const gunwale = new Color(random.pick([0x3a2c1e, 0xe6e6e2, 0x2a2c2f]));
  const hasBluntBow = random.chance(0.35);
  const shape = new PaintedShape();
  const outline = (share: number): { x: number; half: number; top: number } => {
    const towards = share * 2 - 1;
    const taper = towards > 0 ? 1 - towards ** 2.2 * (hasBluntBow ? 0.55 : 0.97) : 1 - (-towards) ** 2.5 * 0.35;
    return {
      x: (share - 0.5) * lengthM,
      half: (beamM / 2) * taper,
      top: sideM * (1 + 0.7 * Math.max(0, towards) ** 2),
    };
  };
  const all = Array.from({ length: stations }, (_, index) => outline(index / (stations - 1)));
  for (const [index, to] of all.entries()) {
    const from = all[index - 1];
    if (from === undefined) continue;
    for (const side of [-1, 1]) {
      const low = (at: typeof to) => [at.x * 0.94, -draughtM, side * at.half * 0.62] as const;
      const high = (at: typeof to) => [at.x, at.top, side * at.half] as const;
      const inner = (at: typeof to) => [at.x * 0.94, 0.04, side * at.half * 0.72] as const;
      const rail = (at: typeof to) => [at.x * 0.985, at.top, side * at.half * 0.93] as const;
      shape.add(quad(low(from), low(to), high(to), high(from)), paint);
      shape.add(quad(inner(from), inner(to), rail(to), rail(from)), inside);
      shape.add(
        quad(inner(from), inner(to), [to.x * 0.94, 0.04, 0], [from.x * 0.94, 0.04, 0]),
        inside.clone().multiplyScalar(0.7),
      );
      shape.bar(high(from), high(to), 0.03, gunwale, { sides: 4 });
    }
  }
  const [stern, bow] = [all[0], all.at(-1)];
  if (stern !== undefined) addEnd(shape, stern, paint);
  if (bow !== undefined && hasBluntBow) addEnd(shape, bow, paint);
  for (const share of [0.25, 0.47, 0.7]) {
    const { x, half } = outline(share);
    shape.box([0.22, 0.04, half * 1.5], [x, sideM * 0.6, 0], inside);
  }
  addGear(shape, random, look);
  return shape;
}

function addEnd(shape: PaintedShape, { x, half, top }: { x: number; half: number; top: number }, paint: Color): void {
  const low = [x * 0.94, -draughtM] as const;
  shape.add(quad([...low, -half * 0.62], [...low, half * 0.62], [x, top, half], [x, top, -half]), paint);
}

function addGear(shape: PaintedShape, random: Random, { lengthM, beamM, sideM }: HullLook): void {
  const gear = random.pick(['oars', 'oars', 'canopy', 'engine'] as const);
  if (gear === 'oars') {
    for (const side of [-1, 1]) {
      const end = [lengthM * random.between(-0.05, 0.15), -0.02, side * (beamM / 2 + 0.9)] as const;
      shape
        .bar([0.1, sideM + 0.2, side * 0.25], end, 0.02, 0xb99a6a)
        .box([0.16, 0.03, 0.42], end, 0xb99a6a, [side * 0.3, 0, 0]);
    }
  }
  if (gear === 'canopy') {
    const roof = new CylinderGeometry(beamM * 0.48, beamM * 0.48, lengthM * 0.36, 10, 1, true, 0, Math.PI);
    const colour = random.pick([0x2f5f8a, 0x5a5a4a, 0x8a6a44, 0x3a6a4a]);
    shape.add(roof, colour, { at: [-lengthM * 0.22, sideM + 0.25, 0], turn: [0, 0, Math.PI / 2], scale: [1, 1, 1] });
  }
  if (gear === 'engine') {
    shape.box([0.22, 0.36, 0.24], [-lengthM * 0.5 - 0.08, sideM + 0.12, 0], 0x1d1f22);
    shape.bar([-lengthM * 0.5 - 0.1, sideM, 0], [-lengthM * 0.5 - 0.12, -0.25, 0], 0.05, 0x2c2e31);
  }
}

type Corner = readonly [number, number, number];

/** Two triangles; seen from both sides by their finish. */
function quad(a: Corner, b: Corner, c: Corner, d: Corner): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute([a, b, c, a, c, d].flat(), 3));
  geometry.computeVertexNormals();
  return geometry;
}
