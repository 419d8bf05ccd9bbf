import {
  BoxGeometry,
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
import { fill, type Pen, paintTexture, type Rgb, tone } from './canvas-texture.ts';
import type { Spot } from './furniture.ts';

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
  const leaves = leafTones(random);
  const side = paintTexture(64, 64, (pen) => {
    fill(pen, [leaves[0] * 0.45, leaves[1] * 0.45, leaves[2] * 0.45]);
    paintLeaves(pen, random, leaves, { count: 260, place: () => [random.between(0, 64), random.between(0, 64)] });
  });
  const box = new BoxGeometry(lengthM, heightM * 0.84, widthM * 0.8).translate(0, heightM * 0.42, 0);
  const uv = box.getAttribute('uv');
  for (let index = 0; index < uv.count; index += 1) uv.setX(index, uv.getX(index) * Math.max(1, Math.round(lengthM)));
  const core = new Mesh(box, new MeshLambertMaterial({ map: side }));
  core.castShadow = true;
  core.receiveShadow = true;
  const object = new Group();
  const cards = Math.min(90, Math.round(lengthM * 7));
  const radius = new Vector3(lengthM / 2, heightM * 0.4, widthM * 0.42);
  object.add(
    core,
    foliage(random, {
      middle: new Vector3(0, heightM * 0.55, 0),
      radius,
      cards,
      cardM: heightM * 0.75,
      isBox: true,
      leaves,
    }),
  );
  object.position.set(at.x, at.y ?? 0, at.z);
  object.rotation.y = at.heading ?? 0;
  return object;
}

/** Fallen leaves swept together, `sizeM` across. */
export function leafHeap(random: Random, sizeM: number): Mesh {
  const leaves = random.pick<Rgb>([
    [150, 112, 50],
    [128, 84, 44],
    [160, 136, 60],
    [104, 92, 54],
  ]);
  const radius = new Vector3(sizeM / 2, sizeM * 0.2, sizeM / 2);
  return foliage(random, { middle: new Vector3(0, sizeM * 0.06, 0), radius, cards: 36, cardM: sizeM * 0.4, leaves });
}

/** Leaf cards about an ellipsoid or in a box, lit as if the whole were round. */
function foliage(
  random: Random,
  crown: { middle: Vector3; radius: Vector3; cards: number; cardM: number; isBox?: boolean; leaves?: Rgb },
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
  const material = new MeshLambertMaterial({
    map: leafTexture(random, crown.leaves ?? leafTones(random)),
    alphaTest: 0.45,
    side: DoubleSide,
  });
  const mesh = new Mesh(merged, material);
  mesh.castShadow = true;
  return mesh;
}

function leafTones(random: Random): Rgb {
  return random.pick<Rgb>([
    [74, 104, 48],
    [92, 112, 54],
    [58, 88, 50],
    [112, 116, 52],
    [68, 92, 62],
    [150, 118, 50],
  ]);
}

function leafTexture(random: Random, leaves: Rgb): Texture {
  const place = () => {
    const way = random.between(0, Math.PI * 2);
    const away = 60 * Math.sqrt(random.between(0, 1)) * random.between(0.7, 1);
    return [64 + Math.cos(way) * away, 64 + Math.sin(way) * away] as const;
  };
  return paintTexture(128, 128, (pen) => paintLeaves(pen, random, leaves, { count: 420, place }));
}

function paintLeaves(
  pen: Pen,
  random: Random,
  leaves: Rgb,
  { count, place }: { count: number; place: () => readonly [number, number] },
): void {
  for (let leaf = 0; leaf < count; leaf += 1) {
    const [x, y] = place();
    const light = random.between(0.5, 1.3);
    pen.fillStyle = tone(leaves[0] * light, leaves[1] * light, leaves[2] * light);
    pen.beginPath();
    pen.ellipse(x, y, random.between(2.5, 6), random.between(1.5, 3.5), random.between(0, 3), 0, Math.PI * 2);
    pen.fill();
  }
}
