import {
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  type Object3D,
  PlaneGeometry,
  SphereGeometry,
} from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { paintTexture, tone } from '../set/canvas-texture.ts';
import { type Piece, piecesMesh } from '../set/merged-boxes.ts';
import { paintCharacters } from '../set/painted-writing.ts';
import { createHedge, leafHeap } from '../set/trees.ts';
import { createGlow } from './flame.ts';
import { irregularOutline } from './irregular-outline.ts';
import { poolGeometry } from './pool-geometry.ts';
import { createSmoke } from './smoke.ts';

/** What must not be taken for something else. */
export const lookAlikeKinds = [
  'wet-patch',
  'steam',
  'lamp-glow',
  'leaf-heap',
  'planter',
  'cone',
  'post-box',
  'tarpaulin',
  'shadow-patch',
  'red-banner',
  'manikin',
] as const;

/** One of them. */
export type LookAlikeKind = (typeof lookAlikeKinds)[number];

type Maker = (random: Random) => Pick<Actor, 'object' | 'size' | 'move'>;

/** Something without a class that looks like something with one. */
export function createLookAlike(random: Random, options: { kind?: LookAlikeKind } = {}): Actor {
  const kind = options.kind ?? random.pick(lookAlikeKinds);
  return { ...makers[kind](random), class: undefined };
}

function solid(pieces: readonly Piece[], size: Actor['size']): Pick<Actor, 'object' | 'size'> {
  const object = new Group();
  object.add(piecesMesh(pieces));
  return { object, size };
}

/** A dark flat patch: it mirrors nothing. */
function patch(random: Random, colour: readonly [number, number, number], alpha: number) {
  const lengthM = random.between(1.5, 6);
  const widthM = lengthM * random.between(0.4, 0.8);
  const texture = paintTexture(16, 64, (pen) => {
    const shore = pen.createLinearGradient(0, 0, 0, 64);
    shore.addColorStop(0, tone(...colour, alpha));
    shore.addColorStop(0.6, tone(...colour, alpha * 0.85));
    shore.addColorStop(1, tone(...colour, 0));
    pen.fillStyle = shore;
    pen.fillRect(0, 0, 16, 64);
  });
  const material = new MeshLambertMaterial({ map: texture, transparent: true, depthWrite: false });
  const flat = new Mesh(poolGeometry(irregularOutline(random, lengthM, widthM)), material);
  flat.position.y = 0.016;
  flat.receiveShadow = true;
  const object: Object3D = new Group();
  object.add(flat);
  return { object, size: [lengthM, 0.02, widthM] as const };
}

const makers: Readonly<Record<LookAlikeKind, Maker>> = {
  'wet-patch': (random) => patch(random, [34, 34, 36], random.between(0.45, 0.7)),
  'shadow-patch': (random) => patch(random, [22, 24, 30], random.between(0.35, 0.55)),
  steam: (random) => {
    const { object, size, move } = createSmoke(random, { sizeM: random.between(0.5, 1), shade: 'white' });
    const duct = piecesMesh([{ at: [0, 0.5, 0], size: [0.4, 1, 0.4], colour: 0x9a9c9e, round: true }]);
    const above = new Group();
    above.add(object, duct);
    object.position.y = 1;
    return { object: above, size: [size[0], size[1] + 1, size[2]], ...(move !== undefined && { move }) };
  },
  'lamp-glow': (random) => {
    const heightM = random.between(0.4, 2.6);
    const colour = random.pick([0xffb060, 0xffd9a0, 0xff7040, 0xfff0d8]);
    const bulb = new Mesh(
      new SphereGeometry(random.between(0.1, 0.22), 10, 8),
      new MeshBasicMaterial({ color: colour }),
    );
    bulb.position.y = heightM;
    const object = new Group();
    const post = piecesMesh([{ at: [0, heightM / 2, 0], size: [0.06, heightM, 0.06], colour: 0x44474a }]);
    object.add(post, bulb, createGlow(random.between(0.8, 1.6), colour));
    return { object, size: [0.4, heightM + 0.2, 0.4] };
  },
  'leaf-heap': (random) => {
    const sizeM = random.between(0.8, 1.8);
    const heap = leafHeap(random, sizeM);
    const object = new Group();
    object.add(heap);
    return { object, size: [sizeM, sizeM * 0.3, sizeM] };
  },
  planter: (random) => {
    const colour = random.pick([0x8a5a3c, 0x9a9a98, 0x6a3a2c, 0x3f5a4a]);
    const lengthM = random.between(0.6, 1.6);
    const object = new Group();
    const bush = createHedge(random, { x: 0, z: 0, lengthM: lengthM * 0.9 });
    bush.position.y = 0.4;
    object.add(piecesMesh([{ at: [0, 0.25, 0], size: [lengthM, 0.5, 0.6], colour }]), bush);
    return { object, size: [lengthM, 1.1, 0.6] };
  },
  cone: (random) => {
    const colour = random.pick([0xe2501e, 0xd8401a, 0xe8742a]);
    return solid(
      [
        { at: [0, 0.02, 0], size: [0.4, 0.04, 0.4], colour: 0x2a2a2c },
        { at: [0, 0.37, 0], size: [0.32, 0.68, 0.05], colour, round: true },
        { at: [0, 0.42, 0], size: [0.24, 0.14, 0.18], colour: 0xe8e8e4, round: true },
      ],
      [0.4, 0.72, 0.4],
    );
  },
  'post-box': (random) => {
    const colour = random.pick([0x1f6b3a, 0xb02a22, 0x2a4f8a, 0x5a5f64]);
    return solid(
      [
        { at: [0, 0.65, 0], size: [0.5, 1.3, 0.45], colour },
        { at: [0, 1.34, 0], size: [0.56, 0.1, 0.5], colour },
        { at: [0.26, 1, 0], size: [0.02, 0.06, 0.3], colour: 0x151515 },
      ],
      [0.56, 1.4, 0.5],
    );
  },
  tarpaulin: (random) => {
    const colour = random.pick([0x2f5f9f, 0x3d7a52, 0x7f7f78, 0xb06a2c]);
    const lengthM = random.between(1.2, 2.6);
    const geometry = new SphereGeometry(1, 14, 8, 0, Math.PI * 2, 0, Math.PI / 2);
    const positions = geometry.getAttribute('position');
    for (let index = 0; index < positions.count; index += 1) {
      const fold = random.between(0.88, 1.08);
      positions.setXYZ(index, positions.getX(index) * fold, positions.getY(index) * fold, positions.getZ(index) * fold);
    }
    geometry.scale(lengthM / 2, random.between(0.5, 1), lengthM * 0.36);
    geometry.computeVertexNormals();
    const cover = new Mesh(geometry, new MeshLambertMaterial({ color: colour, flatShading: true }));
    cover.castShadow = true;
    const object = new Group();
    object.add(cover);
    return { object, size: [lengthM, 0.8, lengthM * 0.72] };
  },
  'red-banner': (random) => {
    const lengthM = random.between(2.5, 5);
    const heightM = random.between(1.6, 2.6);
    const texture = paintTexture(256, 32, (pen) => {
      pen.fillStyle = tone(196, 22, 24);
      pen.fillRect(0, 0, 256, 32);
      paintCharacters(pen, random, { left: 10, top: 7, width: 118, height: 18, colour: tone(252, 226, 90) });
      paintCharacters(pen, random, { left: 128, top: 7, width: 118, height: 18, colour: tone(252, 226, 90) });
    });
    const cloth = new Mesh(new PlaneGeometry(lengthM, 0.6), new MeshLambertMaterial({ map: texture, side: 2 }));
    cloth.position.y = heightM;
    cloth.castShadow = true;
    const object = new Group();
    object.add(
      cloth,
      piecesMesh(
        [-1, 1].map((end) => ({
          at: [(end * lengthM) / 2, heightM / 2 + 0.15, 0],
          size: [0.06, heightM + 0.3, 0.06],
          colour: 0x8a8d90,
        })),
      ),
    );
    return { object, size: [lengthM, heightM + 0.3, 0.1] };
  },
  manikin: (random) => {
    const skin = random.pick([0xe6e0d8, 0xd8c4a8, 0x2c2c2e]);
    const dress = random.pick([0x8a2f4a, 0x2f4a8a, 0xd8c8a0, 0x3a3a3c, 0xb04030]);
    return solid(
      [
        { at: [0, 0.04, 0], size: [0.42, 0.06, 0.42], colour: 0x6a6d70, round: true },
        { at: [0, 0.4, 0], size: [0.05, 0.8, 0.05], colour: 0x6a6d70, round: true },
        { at: [0, 0.85, 0], size: [0.46, 0.7, 0.22], colour: dress, round: true },
        { at: [0, 1.32, 0], size: [0.24, 0.5, 0.36], colour: dress, round: true },
        { at: [0, 1.58, 0], size: [0.09, 0.12, 0.09], colour: skin, round: true },
        { at: [0, 1.72, 0], size: [0.15, 0.24, 0.19], colour: skin, round: true },
      ],
      [0.45, 1.7, 0.45],
    );
  },
};
