import {
  BoxGeometry,
  type BufferGeometry,
  Color,
  CylinderGeometry,
  Float32BufferAttribute,
  Mesh,
  MeshLambertMaterial,
} from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';

/** One piece of something simple: a box or an upright round post, by its middle. */
export interface Piece {
  readonly at: readonly [number, number, number];
  readonly size: readonly [number, number, number];
  readonly colour: number;
  /** A post of `size[0]` across; a cone where `size[2]` is 0. */
  readonly round?: boolean;
  /** Radians about y, then about z. */
  readonly turn?: number;
  readonly tilt?: number;
}

const shared = new MeshLambertMaterial({ vertexColors: true });

/** One mesh of all the pieces, each in its colour. */
export function piecesMesh(pieces: readonly Piece[]): Mesh {
  const mesh = new Mesh(mergeGeometries(pieces.map(pieceGeometry)), shared);
  mesh.castShadow = true;
  mesh.receiveShadow = true;
  return mesh;
}

function pieceGeometry({ at, size, colour, round, turn = 0, tilt = 0 }: Piece): BufferGeometry {
  const [length, height, width] = size;
  const geometry =
    round === true ? new CylinderGeometry(width / 2, length / 2, height, 10) : new BoxGeometry(length, height, width);
  geometry
    .rotateZ(tilt)
    .rotateY(turn)
    .translate(...at);
  const tint = new Color(colour);
  const count = geometry.getAttribute('position').count;
  const colours = new Float32Array(count * 3);
  for (let index = 0; index < count; index += 1) tint.toArray(colours, index * 3);
  geometry.setAttribute('color', new Float32BufferAttribute(colours, 3));
  return geometry;
}
