import {
  AdditiveBlending,
  type BufferGeometry,
  CircleGeometry,
  Float32BufferAttribute,
  Group,
  Mesh,
  MeshBasicMaterial,
  type Object3D,
  PlaneGeometry,
} from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import type { LightKind } from '../../truth.ts';
import type { Moment } from '../actor.ts';
import type { Random } from '../random.ts';

/** Where a vehicle's lamps are; metres. */
export interface LampPlaces {
  readonly front: readonly (readonly [number, number, number])[];
  readonly rear: readonly (readonly [number, number, number])[];
  /** Radius of a front lamp. */
  readonly radiusM?: number;
}

const glowing = new MeshBasicMaterial({
  vertexColors: true,
  blending: AdditiveBlending,
  transparent: true,
  depthWrite: false,
  fog: false,
});
const white = new MeshBasicMaterial({ color: 0xfff6de, fog: false });
const red = new MeshBasicMaterial({ color: 0xd01010, fog: false });

/** Which light a scene is in, as the page notes it on the scene; `day` where nothing is noted. */
export function lightOf(object: Object3D): LightKind {
  let root = object;
  while (root.parent !== null) root = root.parent;
  return (root.userData['light'] as LightKind | undefined) ?? 'day';
}

/** Head and tail lamps that are lit in the dark, with their glow and the bright road before them. */
export class VehicleLights {
  readonly object = new Group();
  readonly #lamps = new Group();
  readonly #glow = new Group();
  readonly #road: Mesh;
  readonly #brakes: Group;
  /** Whether the driver leaves them on when standing. */
  readonly #stayOn: boolean;

  constructor(random: Random, { front, rear, radiusM = 0.11 }: LampPlaces) {
    this.#stayOn = random.chance(0.3);
    this.#lamps.add(discs(front, radiusM, 1, white), discs(rear, radiusM * 0.9, -1, red));
    this.#glow.add(
      glows(front, radiusM * 4, 1, [0.5, 0.47, 0.4]),
      glows(rear, radiusM * 2.5, -1, [0.25, 0.015, 0.015]),
    );
    this.#brakes = new Group().add(glows(rear, radiusM * 4, -1, [0.5, 0.03, 0.03]));
    this.#road = litRoad(Math.max(...front.map(([x]) => x)));
    this.object.add(this.#lamps, this.#glow, this.#brakes, this.#road);
  }

  /** Switches them by the light of the scene and by what the vehicle does. */
  show({ speedMps }: Moment): void {
    const light = lightOf(this.object);
    const isOn = light !== 'day' && (speedMps > 0 || this.#stayOn);
    this.object.visible = isOn;
    // By day in the rain they are seen, but blind nobody.
    this.#glow.visible = light !== 'rain';
    this.#brakes.visible = speedMps === 0;
    this.#road.visible = light === 'night' || light === 'infrared';
  }
}

type Points = readonly (readonly [number, number, number])[];

function discs(points: Points, radiusM: number, facing: 1 | -1, material: MeshBasicMaterial): Mesh {
  return new Mesh(mergeGeometries(points.map((at) => disc(at, radiusM, facing, 0.02))), material);
}

function glows(points: Points, radiusM: number, facing: 1 | -1, colour: readonly [number, number, number]): Mesh {
  const pieces = points.map((at) => {
    const piece = disc(at, radiusM, facing, 0.06);
    const corners = piece.getAttribute('position').count;
    // The first corner of a circle is its middle.
    const colours = Array.from({ length: corners }, (_, corner) => (corner === 0 ? colour : [0, 0, 0])).flat();
    piece.setAttribute('color', new Float32BufferAttribute(colours, 3));
    return piece;
  });
  return unmasked(new Mesh(mergeGeometries(pieces), glowing));
}

function disc([x, y, z]: readonly [number, number, number], radiusM: number, facing: 1 | -1, outM: number) {
  return new CircleGeometry(radiusM, 12).rotateY((facing * Math.PI) / 2).translate(x + facing * outM, y, z);
}

/** What the headlamps light up on the road, brightest a few metres ahead. */
function litRoad(fromX: number): Mesh {
  const [reachM, columns, rows] = [14, 10, 8];
  const plane: BufferGeometry = new PlaneGeometry(1, 1, columns, rows).rotateX(-Math.PI / 2);
  const positions = plane.getAttribute('position');
  const colours: number[] = [];
  for (let corner = 0; corner < positions.count; corner += 1) {
    const [ahead, across] = [positions.getX(corner) + 0.5, positions.getZ(corner) * 2];
    const strength = Math.min(1, ahead * 6) * (1 - ahead) ** 1.6 * (1 - across ** 2) * 0.17;
    colours.push(strength, strength * 0.94, strength * 0.78);
    positions.setXYZ(corner, fromX + 0.3 + ahead * reachM, 0.035, across * (0.9 + ahead * 2.6));
  }
  plane.setAttribute('color', new Float32BufferAttribute(colours, 3));
  return unmasked(new Mesh(plane, glowing));
}

function unmasked(mesh: Mesh): Mesh {
  mesh.userData['mask'] = 'none';
  return mesh;
}
