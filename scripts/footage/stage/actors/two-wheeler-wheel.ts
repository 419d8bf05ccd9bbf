import { type ColorRepresentation, CylinderGeometry, type Mesh, TorusGeometry } from 'three';
import { PaintedShape } from './painted-shape.ts';

/** One wheel of a bicycle, a scooter or a motorcycle; metres. */
export interface WheelLook {
  readonly x: number;
  readonly z?: number;
  readonly radiusM: number;
  /** Thickness of the tyre. */
  readonly tyreM: number;
  readonly rim: ColorRepresentation;
  readonly tyre?: ColorRepresentation;
  /** A closed disc inside as small scooters have it, up to this share of the radius. */
  readonly disc?: number;
  readonly spokes?: number;
}

/** A wheel that turns. */
export interface Wheel {
  readonly object: Mesh;
  roll(wayM: number): void;
}

/** A tyre with a rim and spokes one can see through. */
export function createWheel({ x, z = 0, radiusM, tyreM, rim, tyre = 0x141518, disc, spokes = 4 }: WheelLook): Wheel {
  const shape = new PaintedShape();
  const thick = tyreM / 2;
  shape.add(new TorusGeometry(radiusM - thick, thick, 5, 18), tyre);
  shape.add(new TorusGeometry(radiusM - tyreM * 1.05, thick * 0.5, 4, 14), rim);
  const inside = radiusM - tyreM;
  if (disc !== undefined) {
    const geometry = new CylinderGeometry(radiusM * disc, radiusM * disc, tyreM * 0.8, 12);
    shape.add(geometry, rim, { turn: [Math.PI / 2, 0, 0] });
  }
  for (let spoke = 0; spoke < spokes; spoke += 1) {
    const angle = (spoke / spokes) * Math.PI;
    shape.box([inside * 2, thick * 0.35, thick * 0.35], [0, 0, 0], rim, [0, 0, angle]);
  }
  shape.add(new CylinderGeometry(thick * 0.9, thick * 0.9, tyreM * 1.5, 6), rim, { turn: [Math.PI / 2, 0, 0] });
  const object = shape.mesh('plastic');
  object.position.set(x, radiusM, z);
  return {
    object,
    roll: (wayM) => {
      object.rotation.z = -wayM / radiusM;
    },
  };
}
