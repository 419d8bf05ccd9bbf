import { BufferAttribute, BufferGeometry, Color } from 'three';

/** One elliptic cross-section of a limb or a garment of an upright body. */
export interface Ring<Name extends string> {
  readonly at: readonly [number, number, number];
  /** Half its width: along x and z where the stack goes up, along y and z where it goes forward. */
  readonly radius: readonly [number, number];
  readonly colour: number;
  /** A second colour in spots. */
  readonly spots?: number;
  readonly joint: Name;
  /** A second joint that pulls at it, and by how much, 0–1. */
  readonly toward?: readonly [joint: Name, share: number];
}

/** Cloth and coats are nowhere of one shade: so much lighter or darker from corner to corner. */
const foldShade = 0.09;

/** How a stack of rings becomes a surface. */
export interface StackStyle {
  readonly axis?: 'up' | 'forward';
  readonly sides?: number;
  /** 2 is an ellipse; more is boxier. */
  readonly power?: number;
  readonly isOpen?: boolean;
}

/** The surface of an upright body, put together from stacks of rings, and which joints move each corner. */
export class BodyShape<Name extends string> {
  readonly positions: number[] = [];
  readonly colours: number[] = [];
  readonly indices: number[] = [];
  readonly joints: { readonly first: Name; readonly second: Name; readonly share: number }[] = [];

  /** Joins rings from one end to the other; where two follow each other at one place the colour changes sharply. */
  stack(rings: readonly Ring<Name>[], { axis = 'up', sides = 8, power = 2, isOpen = false }: StackStyle = {}): void {
    const start = this.joints.length;
    const along = axis === 'up' ? 1 : 0;
    const isBackward = (rings.at(-1)?.at[along] ?? 0) < (rings[0]?.at[along] ?? 0);
    const isFlipped = (axis === 'forward') !== isBackward;
    const face = (a: number, b: number, c: number) => this.indices.push(a, isFlipped ? c : b, isFlipped ? b : c);
    for (const ring of rings) {
      for (let side = 0; side < sides; side += 1) {
        const angle = (side / sides) * 2 * Math.PI;
        const [a, b] = [rounded(Math.cos(angle), power), rounded(Math.sin(angle), power)];
        this.#corner(ring, a * ring.radius[0], b * ring.radius[1], axis);
      }
    }
    for (let row = 0; row + 1 < rings.length; row += 1) {
      for (let side = 0; side < sides; side += 1) {
        const [a, b] = [start + row * sides + side, start + row * sides + ((side + 1) % sides)];
        face(a, a + sides, b);
        face(b, a + sides, b + sides);
      }
    }
    if (isOpen) return;
    const last = start + (rings.length - 1) * sides;
    const [bottom, top] = [this.#middle(rings[0], axis), this.#middle(rings.at(-1), axis)];
    for (let side = 0; side < sides; side += 1) {
      const next = (side + 1) % sides;
      face(bottom, start + side, start + next);
      face(top, last + next, last + side);
    }
  }

  /** Corners in their places with normals and colours; outward faces whichever way its stacks went. */
  geometry(): BufferGeometry {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(this.positions), 3));
    geometry.setAttribute('color', new BufferAttribute(new Float32Array(this.colours), 3));
    geometry.setIndex(this.indices);
    geometry.computeVertexNormals();
    return geometry;
  }

  #corner(ring: Ring<Name>, a: number, b: number, axis: 'up' | 'forward'): void {
    const [x, y, z] = ring.at;
    this.positions.push(axis === 'up' ? x + a : x, axis === 'up' ? y : y + a, z + b);
    const isSpot = ring.spots !== undefined && Math.sin(this.joints.length * 0.9) + Math.sin(x * 23 + z * 9) > 0.3;
    const { r, g, b: blue } = new Color(isSpot ? ring.spots : ring.colour);
    const fold = 1 + foldShade * Math.sin(this.joints.length * 78.233);
    this.colours.push(r * fold, g * fold, blue * fold);
    const [second, share] = ring.toward ?? [ring.joint, 0];
    this.joints.push({ first: ring.joint, second, share });
  }

  #middle(ring: Ring<Name> | undefined, axis: 'up' | 'forward'): number {
    if (ring !== undefined) this.#corner(ring, 0, 0, axis);
    return this.joints.length - 1;
  }
}

/** A point of a circle pulled towards the square around it. */
function rounded(value: number, power: number): number {
  return Math.sign(value) * Math.abs(value) ** (2 / power);
}
