import { Group } from 'three';
import type { Random } from '../random.ts';
import { createLampPost, createTree } from '../set/furniture.ts';
import { createHouse } from '../set/houses.ts';
import { createKerb, createMarking, createSurface } from '../set/surfaces.ts';
import type { GroundPoint } from '../site.ts';
import type { Range } from './viewpoint.ts';

/** Height of a pavement above its road, metres. */
export const pavementY = 0.12;

/** How far streets, rows and walls go to either side. */
const reachM = 70;
/** The ground far away, below everything that lies on it. */
const sheetM = 200;
const sheetY = -0.06;

/** Corners of a rectangle on the ground. */
export function rectangle(x1: number, z1: number, x2: number, z2: number): GroundPoint[] {
  return [
    [x1, z1],
    [x2, z1],
    [x2, z2],
    [x1, z2],
  ];
}

/** Ground up to the horizon, for what lies behind. */
export function createSheet(random: Random, kind: 'asphalt' | 'concrete' | 'grass' | 'soil'): Group {
  return grouped(createSurface(random, { kind, points: rectangle(-sheetM, -sheetM, sheetM, sheetM), y: sheetY }));
}

/** A street along x: carriageway from `farZ` to `nearZ`, pavements beyond its kerbs. */
export interface StreetShape {
  readonly farZ: number;
  readonly nearZ: number;
  /** Widths of the far and the near pavement, metres; 0: none. */
  readonly pavementsM: readonly [far: number, near: number];
  readonly centreLine: boolean;
}

/** The street's surfaces, kerbs and lines. */
export function createStreet(random: Random, { farZ, nearZ, pavementsM, centreLine }: StreetShape): Group {
  const street = grouped(createSurface(random, { kind: 'asphalt', points: rectangle(-reachM, farZ, reachM, nearZ) }));
  const paving = random.pick(['paving', 'paving', 'concrete', 'tiles'] as const);
  const sides = [
    [farZ, farZ - pavementsM[0]],
    [nearZ, nearZ + pavementsM[1]],
  ] as const;
  for (const [kerbZ, backZ] of sides) {
    if (kerbZ === backZ) continue;
    const points = rectangle(-reachM, Math.min(kerbZ, backZ), reachM, Math.max(kerbZ, backZ));
    street.add(createSurface(random, { kind: paving, points, y: pavementY }));
    street.add(createKerb({ points: along(kerbZ), heightM: pavementY + 0.02 }));
  }
  if (centreLine) {
    const middle = (farZ + nearZ) / 2;
    street.add(line(middle, 0.14, { colour: random.pick(['yellow', 'white'] as const), dashed: random.chance(0.6) }));
  }
  return street;
}

/** A line along the street. */
export function line(z: number, widthM: number, look: { colour?: 'white' | 'yellow'; dashed?: boolean }): Group {
  return grouped(createMarking({ from: [-reachM, z], to: [reachM, z], widthM, ...look }));
}

/** Houses side by side that look towards +z with their fronts at `z`. */
export function createHouseRow(
  random: Random,
  options: { z: number; heightM: Range; ground: 'shops' | 'wall' | 'lobby'; from?: number; to?: number },
): Group {
  const { z, heightM, ground, from = -reachM, to = reachM } = options;
  const row = new Group();
  for (let x = from; x < to; ) {
    const widthM = random.between(9, 20);
    const depthM = random.between(8, 13);
    const setBack = random.chance(0.25) ? random.between(0.2, 1.2) : 0;
    const middle = { x: x + widthM / 2, z: z - setBack - depthM / 2 };
    row.add(createHouse(random, { ...middle, widthM, depthM, heightM: random.between(...heightM), ground }));
    x += widthM + (random.chance(0.2) ? random.between(2, 5) : random.between(0, 0.15));
  }
  return row;
}

/** Trees or lamps along x, none within `clear`. */
export function createAlley(
  random: Random,
  options: { z: number; everyM: number; of: readonly ('tree' | 'lamp')[]; clear?: Range; from?: number; to?: number },
): Group {
  const { z, everyM, of, clear, from = -45, to = 45 } = options;
  const alley = new Group();
  for (let x = from + random.between(0, everyM); x < to; x += everyM * random.between(0.85, 1.15)) {
    if (clear !== undefined && x > clear[0] && x < clear[1]) continue;
    const at = { x, z: z + random.between(-0.2, 0.2) };
    alley.add(random.pick(of) === 'tree' ? createTree(random, at) : createLampPost(random, at));
  }
  return alley;
}

/** What holds the pieces of a place. */
export function grouped(...pieces: readonly Parameters<Group['add']>[number][]): Group {
  const group = new Group();
  group.add(...pieces);
  return group;
}

function along(z: number): GroundPoint[] {
  return [
    [-reachM, z],
    [reachM, z],
  ];
}
