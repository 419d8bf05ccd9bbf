import { Group, Mesh, MeshLambertMaterial } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { paintTexture, tone } from '../set/canvas-texture.ts';
import { mirrorSky } from '../set/sky-mirror.ts';
import { irregularOutline } from './irregular-outline.ts';
import { poolGeometry } from './pool-geometry.ts';

/** Above the road, metres: over its markings. */
const depthM = 0.025;

/** Standing water on a road; `sizeM` is its length. */
export function createWaterSurface(random: Random, options: { sizeM?: number } = {}): Actor {
  const lengthM = options.sizeM ?? random.between(3, 9);
  const widthM = lengthM * random.between(0.45, 0.8);
  const outline = irregularOutline(random, lengthM, widthM);
  // From clear over dark ground to the brown of a flood.
  const mud = random.between(0, 1);
  const light = random.between(0.75, 1.15);
  const colour = [(52 + 92 * mud) * light, (54 + 70 * mud) * light, (52 + 40 * mud) * light] as const;
  const texture = paintTexture(16, 64, (pen) => {
    const shore = pen.createLinearGradient(0, 0, 0, 64);
    shore.addColorStop(0, tone(...colour, 0.95));
    shore.addColorStop(0.93, tone(...colour, 0.9));
    shore.addColorStop(0.97, tone(...colour, 0.5));
    shore.addColorStop(1, tone(colour[0] * 0.4, colour[1] * 0.4, colour[2] * 0.4, 0));
    pen.fillStyle = shore;
    pen.fillRect(0, 0, 16, 64);
  });
  const material = new MeshLambertMaterial({
    map: texture,
    transparent: true,
    depthWrite: false,
    polygonOffset: true,
    polygonOffsetFactor: -4,
    polygonOffsetUnits: -4,
  });
  mirrorSky(material, 'water', {
    scale: random.between(1.6, 3),
    strength: random.between(0.01, 0.03),
    roofs: random.between(0.25, 0.5),
  });
  const water = new Mesh(poolGeometry(outline), material);
  water.position.y = depthM;
  water.receiveShadow = true;
  const object = new Group();
  object.add(water);
  return { object, class: 'water_surface', size: [lengthM, depthM, widthM] };
}
