import { Group, type Object3D } from 'three';
import type { Random } from '../random.ts';
import { createTree } from '../set/furniture.ts';
import { createHouse, createWall } from '../set/houses.ts';
import { type Piece, piecesMesh } from '../set/merged-boxes.ts';
import { createSurface } from '../set/surfaces.ts';
import type { Mirror } from './mirror.ts';

/** How an entrance lobby is cut. */
export interface LobbyPlan {
  readonly halfM: number;
  readonly doorX: number;
  readonly doorM: number;
  /** The way along the house, metres before its door. */
  readonly outsideM: number;
}

const wallM = 5;
const depthM = 12;
const doorHeightM = 2.6;

/** Floor, walls, door, lift and letter boxes of a lobby, and what is seen through its door. */
export function createLobbyRoom(random: Random, mirror: Mirror, plan: LobbyPlan): Object3D {
  const room = new Group();
  const { halfM, doorX, doorM } = plan;
  const [left, right] = [doorX - doorM / 2, doorX + doorM / 2];
  const look = random.pick(['lobby', 'lobby', 'plaster'] as const);
  const wall = (from: readonly [number, number], to: readonly [number, number]) =>
    createWall(random.branch(), { from: mirror.point(from), to: mirror.point(to), heightM: wallM, look });
  room.add(
    createSurface(random, {
      kind: random.pick(['tiles', 'tiles', 'concrete']),
      points: mirror.area([-halfM, 0], [halfM, depthM]),
    }),
    wall([-halfM, 0], [left, 0]),
    wall([right, 0], [halfM, 0]),
    wall([-halfM, 0], [-halfM, depthM]),
    wall([halfM, 0], [halfM, depthM]),
    createFittings(random, mirror, plan),
    createOutside(random, mirror, plan),
  );
  // Under a ceiling no wall throws a shadow across the room.
  room.traverse((each) => {
    each.castShadow = false;
  });
  return room;
}

/** Door frame and lintel, mat, lift doors, letter boxes, notice board, extinguishers. */
function createFittings(random: Random, mirror: Mirror, { halfM, doorX, doorM }: LobbyPlan): Object3D {
  const frame = random.pick([0x55585c, 0x8a6a48, 0xb9bcc0, 0x7a3b30]);
  const wallColour = random.pick([0xd8d0c0, 0xc8c2b6, 0xd4d6d8]);
  const steel = random.pick([0x9aa0a4, 0xb4a788, 0x7d8286]);
  const x = (at: number) => mirror.x(at);
  const pieces: Piece[] = [
    { at: [x(doorX), (doorHeightM + wallM) / 2, 0], size: [doorM, wallM - doorHeightM, 0.2], colour: wallColour },
    { at: [x(doorX), doorHeightM, 0.04], size: [doorM + 0.3, 0.18, 0.3], colour: frame },
    { at: [x(doorX), 0.012, 1], size: [doorM * 0.8, 0.02, 1.2], colour: random.pick([0x5a3030, 0x3a3f3a, 0x4a4038]) },
  ];
  for (const side of [-1, 1]) {
    pieces.push({
      at: [x(doorX + (side * doorM) / 2), doorHeightM / 2, 0.04],
      size: [0.16, doorHeightM, 0.3],
      colour: frame,
    });
    // The leaves stand open along the wall.
    const leafX = doorX + side * (doorM / 2 + 0.08);
    pieces.push({ at: [x(leafX), doorHeightM / 2, 0.75], size: [0.06, doorHeightM - 0.1, 1.15], colour: frame });
  }
  const liftZ = random.between(2.6, 3.6);
  pieces.push(
    { at: [x(halfM - 0.12), 1.15, liftZ], size: [0.1, 2.3, 1.3], colour: frame },
    { at: [x(halfM - 0.17), 1.1, liftZ - 0.3], size: [0.06, 2.1, 0.55], colour: steel },
    { at: [x(halfM - 0.17), 1.1, liftZ + 0.3], size: [0.06, 2.1, 0.55], colour: steel },
    { at: [x(halfM - 0.14), 1.2, liftZ - 1], size: [0.06, 0.22, 0.12], colour: 0x303438 },
    { at: [x(halfM - 0.2), 0.4, liftZ + 1.5], size: [0.25, 0.75, 0.6], colour: 0xb03028 },
    { at: [x(halfM * 0.72), 1.6, 0.13], size: [0.9, 0.7, 0.05], colour: random.pick([0x3a6a8a, 0xa89068, 0xe0e0da]) },
  );
  const boxColour = random.pick([0x5f7f6a, 0x8a8d90, 0x6a5a48]);
  const rows = random.whole(3, 5);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < 5; column += 1) {
      const at = [x(-halfM + 0.2), 0.9 + row * 0.26, 2 + column * 0.36] as const;
      pieces.push({ at, size: [0.2, 0.24, 0.34], colour: boxColour });
      pieces.push({ at: [x(-halfM + 0.31), at[1] + 0.05, at[2]], size: [0.02, 0.03, 0.22], colour: 0x202224 });
    }
  }
  return piecesMesh(pieces);
}

function createOutside(random: Random, mirror: Mirror, { outsideM }: LobbyPlan): Object3D {
  const outside = new Group();
  outside.add(
    createSurface(random, { kind: 'paving', points: mirror.area([-30, -outsideM - 2.4], [30, 0]), y: -0.005 }),
    createSurface(random, { kind: 'asphalt', points: mirror.area([-30, -30], [30, -outsideM - 2.4]), y: -0.02 }),
    createHouse(random, {
      x: mirror.x(random.between(-6, 6)),
      z: -21,
      widthM: 34,
      depthM: 8,
      heightM: 12,
      ground: 'shops',
    }),
    createTree(random, { x: mirror.x(random.pick([-1, 1]) * random.between(1.6, 4)), z: -outsideM - 4 }),
  );
  return outside;
}
