import {
  Box3,
  BoxGeometry,
  type BufferGeometry,
  Color,
  type ColorRepresentation,
  CylinderGeometry,
  DoubleSide,
  Euler,
  Float32BufferAttribute,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  MeshStandardMaterial,
  type Object3D,
  Quaternion,
  Vector3,
} from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';

/** Surfaces that everything painted by its corners shares: `lacquer` shines, `cloth` has two sides, `lit` is a lamp. */
export const finishes = {
  matte: new MeshLambertMaterial({ vertexColors: true }),
  cloth: new MeshLambertMaterial({ vertexColors: true, side: DoubleSide }),
  lacquer: new MeshStandardMaterial({ vertexColors: true, roughness: 0.35, metalness: 0.1 }),
  plastic: new MeshStandardMaterial({ vertexColors: true, roughness: 0.55 }),
  lit: new MeshBasicMaterial({ vertexColors: true }),
} as const;

const sky = new Color(0xc4d4e4);

/** A kind of surface. */
export type Finish = keyof typeof finishes;

/** Where a piece goes: metres, and turns in radians about x, y and z. */
export interface Placing {
  readonly at?: readonly [number, number, number];
  readonly turn?: readonly [number, number, number];
  readonly scale?: readonly [number, number, number];
}

/** Collects coloured pieces and makes one mesh of them: one draw call for a whole car body. */
export class PaintedShape {
  readonly #pieces: BufferGeometry[] = [];

  /** Adds a piece in one colour, as it lies or placed. */
  add(piece: BufferGeometry, colour: ColorRepresentation, { at, turn, scale }: Placing = {}): this {
    const loose = piece.index === null ? piece.clone() : piece.toNonIndexed();
    for (const name of Object.keys(loose.attributes)) {
      if (name !== 'position' && name !== 'normal' && name !== 'color') loose.deleteAttribute(name);
    }
    loose.applyMatrix4(
      new Matrix4().compose(
        new Vector3(...(at ?? [0, 0, 0])),
        new Quaternion().setFromEuler(new Euler(...(turn ?? [0, 0, 0]))),
        new Vector3(...(scale ?? [1, 1, 1])),
      ),
    );
    if (!loose.hasAttribute('color')) paint(loose, new Color(colour));
    this.#pieces.push(loose);
    return this;
  }

  /** A box by its size, its middle at `at`. */
  box(
    size: readonly [number, number, number],
    at: readonly [number, number, number],
    colour: ColorRepresentation,
    turn: readonly [number, number, number] = [0, 0, 0],
  ): this {
    return this.add(new BoxGeometry(...size), colour, { at, turn });
  }

  /** A round bar from one point to another, thinner at the end where `endRadiusM` says so. */
  bar(
    from: readonly [number, number, number],
    to: readonly [number, number, number],
    radiusM: number,
    colour: ColorRepresentation,
    { sides = 6, endRadiusM = radiusM }: { sides?: number; endRadiusM?: number } = {},
  ): this {
    const [start, end] = [new Vector3(...from), new Vector3(...to)];
    const along = end.clone().sub(start);
    const bar = new CylinderGeometry(endRadiusM, radiusM, along.length(), sides);
    bar.applyQuaternion(new Quaternion().setFromUnitVectors(new Vector3(0, 1, 0), along.normalize()));
    const middle = start.add(end).multiplyScalar(0.5);
    return this.add(bar, colour, { at: [middle.x, middle.y, middle.z] });
  }

  /** All pieces as one mesh that casts and takes shadows. */
  mesh(finish: Finish = 'matte'): Mesh {
    const whole = mergeGeometries(this.#pieces);
    if (finish === 'lacquer') mirrorSky(whole);
    const mesh = new Mesh(whole, finishes[finish]);
    mesh.castShadow = true;
    mesh.receiveShadow = true;
    return mesh;
  }
}

/** Length, height and width of a ground box round an object whose origin lies on the ground below its middle. */
export function sizeOf(object: Object3D): readonly [number, number, number] {
  const { min, max } = new Box3().setFromObject(object, true);
  return [2 * Math.max(max.x, -min.x), max.y, 2 * Math.max(max.z, -min.z)];
}

/** Nothing is mirrored in what we draw: what looks up gets some of the sky's colour instead. */
function mirrorSky(whole: BufferGeometry): void {
  const [normals, colours] = [whole.getAttribute('normal'), whole.getAttribute('color')];
  const colour = new Color();
  for (let corner = 0; corner < normals.count; corner += 1) {
    const up = Math.max(0, normals.getY(corner));
    colour.fromBufferAttribute(colours, corner).lerp(sky, 0.16 * up * up);
    colours.setXYZ(corner, colour.r, colour.g, colour.b);
  }
}

function paint(piece: BufferGeometry, colour: Color): void {
  const corners = piece.getAttribute('position').count;
  const colours = new Float32Array(corners * 3);
  for (let corner = 0; corner < corners; corner += 1) colour.toArray(colours, corner * 3);
  piece.setAttribute('color', new Float32BufferAttribute(colours, 3));
}
