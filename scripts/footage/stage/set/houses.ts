import { BoxGeometry, Group, Mesh, MeshLambertMaterial, type Object3D, PlaneGeometry } from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import type { Random } from '../random.ts';
import type { GroundPoint } from '../site.ts';
import { facadeLook } from './facade-looks.ts';
import { type GroundFloor, groundLook } from './ground-floor-looks.ts';
import { balconyPieces, roofPieces, shopPieces } from './house-extras.ts';
import { piecesMesh } from './merged-boxes.ts';
import { glowAtNight } from './night-glow.ts';
import { type WallLook, wallLook } from './wall-looks.ts';

/** Height of a shop's floor, metres. */
const groundFloorM = 3.6;

/** A house: (x, z) is its middle; at heading 0 its width runs along x and its front looks to +z. All sides have a front's ground floor. */
export function createHouse(
  random: Random,
  house: {
    x: number;
    z: number;
    widthM: number;
    depthM: number;
    heightM: number;
    heading?: number;
    ground?: GroundFloor;
  },
): Object3D {
  const { x, z, widthM, depthM, heightM, heading = 0, ground = 'wall' } = house;
  const object = new Group();
  const lowM = Math.min(groundFloorM, heightM);
  const upper = facadeLook(random);
  const lower = groundLook(random, ground);
  const upperMaterial = new MeshLambertMaterial({ map: upper.texture });
  glowAtNight(upperMaterial, upper.glow, { night: 0.9, dusk: 0.55 });
  const lowerMaterial = new MeshLambertMaterial({ map: lower.texture });
  glowAtNight(lowerMaterial, lower.glow, { night: 1, dusk: 0.7 });
  const sides = [
    [widthM, depthM, 0],
    [depthM, widthM, Math.PI / 2],
    [widthM, depthM, Math.PI],
    [depthM, widthM, -Math.PI / 2],
  ] as const;
  const around = (fromM: number, toM: number, tileM: readonly [number, number]) =>
    mergeGeometries(
      sides.map(([acrossM, deepM, turn]) =>
        panel(acrossM, toM - fromM, { bottomM: fromM, awayM: deepM / 2, tileM }).rotateY(turn),
      ),
    );
  object.add(shaded(new Mesh(around(0, lowM, [lower.tileM, lowM]), lowerMaterial)));
  if (heightM > lowM)
    object.add(shaded(new Mesh(around(lowM, heightM, [upper.tileM, upper.floorM * 4]), upperMaterial)));
  const measures = { widthM, depthM, heightM, lowM, floorM: upper.floorM, cellM: upper.tileM / upper.columns };
  const shops = ground === 'shops' && heightM > lowM + 1 ? shopPieces(random, measures) : [];
  object.add(piecesMesh([...roofPieces(random, measures), ...balconyPieces(random, measures), ...shops]));
  object.position.set(x, 0, z);
  object.rotation.y = heading;
  return object;
}

/** A wall of a yard, a site or a lobby, 0.2 m thick. */
export function createWall(
  random: Random,
  { from, to, heightM, look }: { from: GroundPoint; to: GroundPoint; heightM: number; look?: WallLook },
): Object3D {
  const lengthM = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const { texture, tileM } = wallLook(
    random,
    look ?? random.pick(['brick', 'plaster', 'plaster', 'hoarding'] as const),
  );
  const geometry = new BoxGeometry(lengthM, heightM, 0.2);
  const uv = geometry.getAttribute('uv');
  for (let index = 0; index < uv.count; index += 1) uv.setX(index, (uv.getX(index) * lengthM) / tileM);
  const object = new Group();
  object.add(shaded(new Mesh(geometry.translate(0, heightM / 2, 0), new MeshLambertMaterial({ map: texture }))));
  object.position.set((from[0] + to[0]) / 2, 0, (from[1] + to[1]) / 2);
  object.rotation.y = Math.atan2(from[1] - to[1], to[0] - from[0]);
  return object;
}

/** An upright panel, `awayM` before the middle; its texture repeats every `tileM`. */
function panel(
  widthM: number,
  heightM: number,
  { bottomM, awayM, tileM }: { bottomM: number; awayM: number; tileM: readonly [number, number] },
): PlaneGeometry {
  const geometry = new PlaneGeometry(widthM, heightM);
  const uv = geometry.getAttribute('uv');
  for (let index = 0; index < uv.count; index += 1)
    uv.setXY(index, (uv.getX(index) * widthM) / tileM[0], (uv.getY(index) * heightM) / tileM[1]);
  geometry.translate(0, bottomM + heightM / 2, awayM);
  return geometry;
}

function shaded(mesh: Mesh): Mesh {
  mesh.castShadow = true;
  mesh.receiveShadow = true;
  return mesh;
}
