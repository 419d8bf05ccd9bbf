import {
  CircleGeometry,
  Color,
  type ColorRepresentation,
  CylinderGeometry,
  Float32BufferAttribute,
  type Mesh,
} from 'three';
import { PaintedShape } from './painted-shape.ts';

/** Two wheels on one axle, or one wheel alone. */
export interface Axle {
  readonly object: Mesh;
  /** Turns it as far as that way turns a wheel. */
  roll(wayM: number): void;
}

/** What an axle looks like; metres. */
export interface AxleLook {
  /** Where its middle is: along the vehicle. */
  readonly x: number;
  readonly radiusM: number;
  readonly widthM: number;
  /** Between the outer sides of both wheels; 0 for a single wheel in the middle. */
  readonly trackM: number;
  readonly rim?: ColorRepresentation;
}

const sides = 14;

/** Wheels with a rim whose spokes show that they turn. */
export function createAxle({ x, radiusM, widthM, trackM, rim = 0xa8adb2 }: AxleLook): Axle {
  const shape = new PaintedShape();
  for (const side of trackM === 0 ? [0] : [-1, 1]) {
    const middle = side * (trackM / 2 - widthM / 2);
    const tyre = new CylinderGeometry(radiusM, radiusM, widthM, sides);
    shape.add(tyre, 0x15161a, { at: [0, 0, middle], turn: [Math.PI / 2, 0, 0] });
    for (const face of side === 0 ? [-1, 1] : [side]) {
      const at = [0, 0, middle + face * (widthM / 2 + 0.006)] as const;
      shape.add(spokes(radiusM * 0.66, rim), rim, { at, turn: [0, face > 0 ? 0 : Math.PI, 0] });
    }
  }
  const object = shape.mesh();
  object.position.set(x, radiusM, 0);
  return {
    object,
    roll: (wayM) => {
      object.rotation.z = -wayM / radiusM;
    },
  };
}

function spokes(radiusM: number, rim: ColorRepresentation): CircleGeometry {
  const disc = new CircleGeometry(radiusM, 10).toNonIndexed() as CircleGeometry;
  const [light, dark] = [new Color(rim), new Color(rim).multiplyScalar(0.3)];
  const corners = disc.getAttribute('position').count;
  const colours = Array.from({ length: corners }, (_, corner) => (Math.floor(corner / 3) % 2 === 0 ? light : dark));
  disc.setAttribute(
    'color',
    new Float32BufferAttribute(
      colours.flatMap((colour) => colour.toArray()),
      3,
    ),
  );
  return disc;
}
