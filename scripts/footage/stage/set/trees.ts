import {
  type BufferGeometry,
  CylinderGeometry,
  DoubleSide,
  Euler,
  Float32BufferAttribute,
  Group,
  Mesh,
  MeshLambertMaterial,
  type Object3D,
  PlaneGeometry,
  type Texture,
  Vector3,
} from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import type { Random } from '../random.ts';
import { paintTexture, tone } from './canvas-texture.ts';
import type { Spot } from './furniture.ts';
import { piecesMesh } from './merged-boxes.ts';

/** Shapes of a crown: share of the height that is bare stem, and how wide against the height. */
const crowns = [
  { stem: 0.35, wide: 0.75, high: 0.65 },
  { stem: 0.15, wide: 0.35, high: 0.85 },
  { stem: 0.45, wide: 0.95, high: 0.5 },
  { stem: 0.3, wide: 0.55, high: 0.7 },
] as const;

/** A street tree: a stem and a crown of leaf cards; `lengthM` is its height. */
export function createTree(random: Random, at: Spot): Object3D {
  const heightM = at.lengthM ?? random.between(4.5, 9);
  const { stem, wide, high } = random.pick(crowns);
  const radius = new Vector3((wide * heightM) / 2, (high * heightM) / 2, (wide * heightM) / 2);
  const middle = new Vector3(0, heightM * (1 - high / 2), 0);
  const bark = random.pick([0x5b4a3a, 0x6d6256, 0x4a4038, 0x7a7264]);
  const trunkM = heightM * (stem + 0.25);
  const trunk = new Mesh(
    new CylinderGeometry(heightM * 0.012, heightM * 0.022, trunkM, 7),
    new MeshLambertMaterial({ color: bark }),
  );
  trunk.position.y = trunkM / 2;
  trunk.castShadow = true;
  const object = new Group();
  object.add(
    trunk,
    foliage(random, { middle, radius, cards: random.whole(26, 40), cardM: Math.max(0.9, wide * heightM * 0.5) }),
  );
  object.position.set(at.x, at.y ?? 0, at.z);
  object.rotation.y = random.between(0, Math.PI * 2);
  return object;
}

/** A clipped hedge, `lengthM` along x. */
export function createHedge(random: Random, at: Spot): Object3D {
  const lengthM = at.lengthM ?? 6;
  const heightM = random.between(0.5, 1.1);
  const widthM = random.between(0.5, 0.9);
  const green = random.pick([0x2f4526, 0x3a4a28, 0x27402a]);
  const core = piecesMesh([
    { at: [0, heightM * 0.42, 0], size: [lengthM, heightM * 0.84, widthM * 0.8], colour: green },
  ]);
  const object = new Group();
  const cards = Math.min(90, Math.round(lengthM * 7));
  const radius = new Vector3(lengthM / 2, heightM * 0.4, widthM * 0.42);
  object.add(
    core,
    foliage(random, { middle: new Vector3(0, heightM * 0.55, 0), radius, cards, cardM: heightM * 0.75, isBox: true }),
  );
  object.position.set(at.x, at.y ?? 0, at.z);
  object.rotation.y = at.heading ?? 0;
  return object;
}

/** Leaf cards about an ellipsoid or in a box, lit as if the whole were round. */
function foliage(
  random: Random,
  crown: { middle: Vector3; radius: Vector3; cards: number; cardM: number; isBox?: boolean },
): Mesh {
  const cards: BufferGeometry[] = [];
  for (let index = 0; index < crown.cards; index += 1) {
    const card = new PlaneGeometry(crown.cardM, crown.cardM);
    const way = new Vector3(random.between(-1, 1), random.between(-1, 1), random.between(-1, 1));
    if (crown.isBox !== true) way.normalize().multiplyScalar(random.between(0.45, 0.85));
    const place = way.clone().multiply(crown.radius).add(crown.middle);
    card.applyMatrix4(
      new Mesh().matrix.makeRotationFromEuler(
        new Euler(random.between(-1.2, 1.2), random.between(0, Math.PI * 2), random.between(-1, 1)),
      ),
    );
    card.translate(place.x, place.y, place.z);
    cards.push(card);
  }
  const merged = mergeGeometries(cards);
  const positions = merged.getAttribute('position');
  const normal = new Vector3();
  const normals: number[] = [];
  for (let index = 0; index < positions.count; index += 1) {
    normal.fromBufferAttribute(positions, index).sub(crown.middle).divide(crown.radius);
    normal.y += 0.4;
    normals.push(...normal.normalize().toArray());
  }
  merged.setAttribute('normal', new Float32BufferAttribute(normals, 3));
  const material = new MeshLambertMaterial({ map: leafTexture(random), alphaTest: 0.45, side: DoubleSide });
  const mesh = new Mesh(merged, material);
  mesh.castShadow = true;
  return mesh;
}

function leafTexture(random: Random): Texture {
  const base = random.pick([
    [74, 104, 48],
    [92, 112, 54],
    [58, 88, 50],
    [112, 116, 52],
    [68, 92, 62],
    [150, 118, 50],
  ] as const);
  const texture = paintTexture(128, 128, (pen) => {
    for (let leaf = 0; leaf < 420; leaf += 1) {
      const way = random.between(0, Math.PI * 2);
      const away = 60 * Math.sqrt(random.between(0, 1)) * random.between(0.7, 1);
      const light = random.between(0.5, 1.3);
      pen.fillStyle = tone(base[0] * light, base[1] * light, base[2] * light);
      pen.beginPath();
      pen.ellipse(
        64 + Math.cos(way) * away,
        64 + Math.sin(way) * away,
        random.between(2.5, 6),
        random.between(1.5, 3.5),
        random.between(0, 3),
        0,
        Math.PI * 2,
      );
      pen.fill();
    }
  });
  return texture;
}
