import { BoxGeometry, type BufferGeometry, Mesh, MeshLambertMaterial, type Object3D } from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import { Random } from '../random.ts';
import type { GroundPoint } from '../site.ts';
import { addGrain, paintTexture, tone } from './canvas-texture.ts';
import { hatchBars } from './hatch-bars.ts';
import { levelGeometry } from './level-geometry.ts';
import { ribbonGeometry } from './ribbon.ts';
import { type Mirror, mirrorSky } from './sky-mirror.ts';
import { type SurfaceKind, surfaceLook } from './surface-looks.ts';

const jointed: readonly SurfaceKind[] = ['concrete', 'paving', 'tiles'];

/** A level piece of ground; `y` in metres. */
export function createSurface(
  random: Random,
  { kind, points, y = 0 }: { kind: SurfaceKind; points: readonly GroundPoint[]; y?: number },
): Object3D {
  const { texture, tileM } = surfaceLook(random, kind);
  const material = new MeshLambertMaterial({ map: texture });
  const mirrors: Partial<Record<SurfaceKind, Mirror>> = { water: 'water', tiles: 'tiles' };
  mirrorSky(material, mirrors[kind] ?? 'ground', {
    scale: random.between(0.7, 1.3),
    strength: random.between(0.04, 0.08),
    // A river's own colour hardly shows: light goes down into it.
    body: kind === 'water' ? 0.4 : 1,
  });
  // Joints run along the place's own lines or aslant; what has none may lie any way.
  const turn = jointed.includes(kind) ? random.pick([0, Math.PI / 2, Math.PI / 4]) : random.between(0, Math.PI);
  const surface = new Mesh(levelGeometry(points, tileM, turn), material);
  surface.position.y = y;
  surface.receiveShadow = true;
  return surface;
}

/** Across the top of a kerb stone. */
const kerbWidthM = 0.16;

/** Paint stays this far above the ground, metres; kept from flickering by the polygon offset. */
const paintM = 0.012;

function paintMaterial(random: Random, colour: 'white' | 'yellow'): MeshLambertMaterial {
  const [red, green, blue] = colour === 'white' ? [212, 212, 206] : [206, 160, 40];
  const wear = random.between(0.7, 1);
  const texture = paintTexture(64, 64, (pen) => {
    pen.fillStyle = tone(red * wear, green * wear, blue * wear);
    pen.fillRect(0, 0, 64, 64);
    // Where tyres wore it off.
    for (let count = random.whole(0, 60); count > 0; count -= 1) {
      pen.fillStyle = tone(90, 90, 92, random.between(0.1, 0.6));
      pen.fillRect(random.between(0, 64), random.between(0, 64), random.between(1, 9), random.between(1, 4));
    }
    addGrain(pen, random, 10);
  });
  return new MeshLambertMaterial({
    map: texture,
    polygonOffset: true,
    polygonOffsetFactor: -2,
    polygonOffsetUnits: -2,
  });
}

function paintMesh(geometry: BufferGeometry, material: MeshLambertMaterial, y: number): Mesh {
  const mesh = new Mesh(geometry, material);
  mesh.position.y = y + paintM;
  mesh.receiveShadow = true;
  return mesh;
}

/** A painted line; dashes are 2 m with gaps of 3 m. */
export function createMarking(marking: {
  from: GroundPoint;
  to: GroundPoint;
  widthM: number;
  colour?: 'white' | 'yellow';
  dashed?: boolean;
  y?: number;
}): Object3D {
  const { from, to, widthM, colour = 'white', dashed = false, y = 0 } = marking;
  const random = ofPlace([from, to]);
  const lengthM = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const at = (wayM: number): GroundPoint => {
    const share = lengthM === 0 ? 0 : Math.min(1, wayM / lengthM);
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  };
  const material = paintMaterial(random, colour);
  if (!dashed) return paintMesh(ribbonGeometry([from, to], widthM), material, y);
  const dashes: BufferGeometry[] = [];
  for (let wayM = 0; wayM < lengthM; wayM += 5) dashes.push(ribbonGeometry([at(wayM), at(wayM + 2)], widthM));
  return paintMesh(mergeGeometries(dashes), material, y);
}

/** Slanted bars inside an outline, as a no-parking or fire lane has them. */
export function createHatching({
  points,
  colour = 'yellow',
  y = 0,
}: {
  points: readonly GroundPoint[];
  colour?: 'white' | 'yellow';
  y?: number;
}): Object3D {
  const random = ofPlace(points);
  const material = paintMaterial(random, colour);
  const bars = hatchBars(points, { spacingM: random.between(0.9, 1.6), slope: random.pick([-1, 1]) });
  const outline = points.map((point, index) =>
    ribbonGeometry([point, points[(index + 1) % points.length] ?? point], 0.15),
  );
  return paintMesh(mergeGeometries([...outline, ...bars.map((bar) => ribbonGeometry(bar, 0.14))]), material, y);
}

/** A line of kerb stones along the points. */
export function createKerb({
  points,
  heightM = 0.15,
  y = 0,
}: {
  points: readonly GroundPoint[];
  heightM?: number;
  y?: number;
}): Object3D {
  const random = ofPlace(points);
  const grey = random.between(120, 185);
  const texture = paintTexture(64, 32, (pen) => {
    pen.fillStyle = tone(grey, grey, grey * 0.97);
    pen.fillRect(0, 0, 64, 32);
    addGrain(pen, random, 16);
    pen.fillStyle = tone(grey * 0.55);
    pen.fillRect(0, 0, 3, 32);
  });
  const stones = points.slice(1).map((to, index) => {
    const from = points[index] ?? to;
    const lengthM = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const stone = new BoxGeometry(lengthM, heightM, kerbWidthM);
    const uv = stone.getAttribute('uv');
    for (let at = 0; at < uv.count; at += 1) uv.setX(at, uv.getX(at) * Math.max(1, Math.round(lengthM)));
    stone.rotateY(Math.atan2(from[1] - to[1], to[0] - from[0]));
    return stone.translate((from[0] + to[0]) / 2, heightM / 2, (from[1] + to[1]) / 2);
  });
  const kerb = new Mesh(mergeGeometries(stones), new MeshLambertMaterial({ map: texture }));
  kerb.position.y = y;
  kerb.receiveShadow = true;
  return kerb;
}

/** Wear of a line that is the same wherever the line is the same: makers of lines are given no source of their own. */
function ofPlace(points: readonly GroundPoint[]): Random {
  return new Random(points.reduce((sum, [x, z]) => (sum * 31 + Math.round(x * 97 + z * 89)) % 2 ** 31, 7));
}
