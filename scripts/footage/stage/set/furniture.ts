import { Color, Group, Mesh, MeshLambertMaterial, type Object3D, PlaneGeometry, SphereGeometry } from 'three';
import type { Random } from '../random.ts';
import { paintTexture, tone } from './canvas-texture.ts';
import { createHalo } from './lamp-halo.ts';
import { type Piece, piecesMesh } from './merged-boxes.ts';
import { glowAtNight } from './night-glow.ts';
import { paintCharacters } from './painted-writing.ts';

export { createHedge, createTree } from './trees.ts';

/** Where furniture stands: its middle. At heading 0 its length runs along x and its front looks to +z. */
export interface Spot {
  readonly x: number;
  readonly z: number;
  /** Of the ground there, metres. */
  readonly y?: number;
  readonly heading?: number;
  readonly lengthM?: number;
}

function standing(at: Spot, ...parts: readonly Object3D[]): Object3D {
  const object = new Group();
  object.add(...parts);
  object.position.set(at.x, at.y ?? 0, at.z);
  object.rotation.y = at.heading ?? 0;
  return object;
}

/** A street lamp; `lightStage` lights those near the middle of the picture. Its arm reaches to +z, `lengthM` is its height. */
export function createLampPost(random: Random, at: Spot): Object3D {
  const heightM = at.lengthM ?? random.between(5.5, 8.5);
  const armM = random.pick([0.4, 1.2, 1.8]);
  const colour = random.pick([0x6d7175, 0x4c5256, 0x8f9496, 0x39413c]);
  const post = piecesMesh([
    { at: [0, heightM / 2, 0], size: [0.2, heightM, 0.11], colour, round: true },
    { at: [0, 0.25, 0], size: [0.34, 0.5, 0.3], colour, round: true },
    { at: [0, heightM, armM / 2], size: [0.08, 0.08, armM], colour },
    { at: [0, heightM, armM], size: [0.26, 0.12, 0.62], colour },
  ]);
  const bulb = new MeshLambertMaterial({ color: 0xd8d8d0 });
  const shine = random.pick([0xffd9a0, 0xffe9c8, 0xfff4e6]);
  glowAtNight(bulb, new Color(shine), { night: 1.6, dusk: 1.4, infrared: 0.4 });
  const lamp = new Mesh(new SphereGeometry(0.16, 8, 6), bulb);
  lamp.scale.set(0.8, 0.45, 1.8);
  lamp.position.set(0, heightM - 0.07, armM);
  lamp.userData['lamp'] = true;
  const halo = createHalo(2.6, shine);
  halo.position.copy(lamp.position);
  return standing(at, post, lamp, halo);
}

/** A metal fence with upright bars. */
export function createFence(random: Random, at: Spot): Object3D {
  const lengthM = at.lengthM ?? 6;
  const heightM = random.between(0.8, 1.2);
  const colour = random.pick([0xd6d9da, 0x4a6f55, 0x30353a, 0x9ba3a8, 0xc9a13a]);
  const spanM = lengthM / Math.max(1, Math.round(lengthM / 2.2));
  const barM = random.between(0.16, 0.3);
  const pieces: Piece[] = [0.16, heightM].map((y) => ({ at: [0, y, 0], size: [lengthM, 0.05, 0.05], colour }));
  for (let x = -lengthM / 2; x <= lengthM / 2 + 0.01; x += spanM)
    pieces.push({ at: [x, (heightM + 0.1) / 2, 0], size: [0.09, heightM + 0.1, 0.09], colour });
  for (let x = -lengthM / 2 + barM; x < lengthM / 2; x += barM)
    pieces.push({ at: [x, heightM / 2 + 0.06, 0], size: [0.025, heightM - 0.14, 0.025], colour });
  return standing(at, piecesMesh(pieces));
}

/** A bench, with or without a back. */
export function createBench(random: Random, at: Spot): Object3D {
  const lengthM = at.lengthM ?? random.between(1.3, 2);
  const wood = random.pick([0x7b5a3a, 0x8d6d4a, 0x5f4a36, 0x8e9090]);
  const pieces: Piece[] = [
    { at: [0, 0.44, 0], size: [lengthM, 0.06, 0.42], colour: wood },
    { at: [-lengthM * 0.4, 0.21, 0], size: [0.1, 0.42, 0.4], colour: 0x3c3f42 },
    { at: [lengthM * 0.4, 0.21, 0], size: [0.1, 0.42, 0.4], colour: 0x3c3f42 },
  ];
  if (random.chance(0.6)) pieces.push({ at: [0, 0.7, -0.2], size: [lengthM, 0.36, 0.05], colour: wood });
  return standing(at, piecesMesh(pieces));
}

/** A row of hoops to lean bicycles on. */
export function createBikeRack(random: Random, at: Spot): Object3D {
  const lengthM = at.lengthM ?? 3;
  const colour = random.pick([0xb8bcc0, 0x7f8488, 0x3f6f9a]);
  const stepM = random.between(0.55, 0.8);
  const pieces: Piece[] = [{ at: [0, 0.05, 0], size: [lengthM, 0.05, 0.06], colour }];
  for (let x = -lengthM / 2; x <= lengthM / 2; x += stepM) {
    pieces.push(
      { at: [x, 0.28, -0.2], size: [0.04, 0.5, 0.04], colour },
      { at: [x, 0.28, 0.2], size: [0.04, 0.5, 0.04], colour },
      { at: [x, 0.53, 0], size: [0.04, 0.04, 0.44], colour },
    );
  }
  return standing(at, piecesMesh(pieces));
}

/** A traffic or notice sign on a post. */
export function createSign(random: Random, at: Spot): Object3D {
  const heightM = random.between(2.1, 2.7);
  const kind = random.pick(['no-parking', 'blue', 'notice'] as const);
  const texture = paintTexture(64, 64, (pen) => {
    pen.fillStyle = kind === 'notice' ? tone(235, 235, 228) : tone(24, 78, 168);
    pen.fillRect(0, 0, 64, 64);
    if (kind === 'no-parking') {
      pen.strokeStyle = tone(200, 26, 26);
      pen.lineWidth = 9;
      pen.beginPath();
      pen.arc(32, 32, 26, 0, Math.PI * 2);
      pen.moveTo(14, 14);
      pen.lineTo(50, 50);
      pen.stroke();
    } else {
      const colour = kind === 'notice' ? tone(190, 24, 24) : tone(245, 245, 245);
      paintCharacters(pen, random, { left: 8, top: 12, width: 48, height: 15, colour });
      paintCharacters(pen, random, { left: 8, top: 36, width: 48, height: 15, colour });
    }
  });
  const plate = new Mesh(new PlaneGeometry(0.62, 0.62), new MeshLambertMaterial({ map: texture }));
  plate.position.set(0, heightM - 0.3, 0.06);
  plate.castShadow = true;
  const post = piecesMesh([
    { at: [0, heightM / 2, 0], size: [0.08, heightM, 0.08], colour: 0x9a9fa3, round: true },
    { at: [0, heightM - 0.3, 0.04], size: [0.64, 0.64, 0.02], colour: 0x8c9195 },
  ]);
  return standing(at, post, plate);
}

/** Bollards in a row. */
export function createBollards(random: Random, at: Spot): Object3D {
  const lengthM = at.lengthM ?? 6;
  const stepM = random.between(1.2, 1.8);
  const colour = random.pick([0x3a3d40, 0xc9ccd0, 0xd8b021, 0x8b8f92]);
  const pieces: Piece[] = [];
  for (let x = -lengthM / 2; x <= lengthM / 2 + 0.01; x += stepM) {
    pieces.push(
      { at: [x, 0.38, 0], size: [0.18, 0.76, 0.15], colour, round: true },
      { at: [x, 0.62, 0], size: [0.19, 0.08, 0.19], colour: 0xc23a2a, round: true },
    );
  }
  return standing(at, piecesMesh(pieces));
}
