import { type Object3D, type PerspectiveCamera, Vector3 } from 'three';
import type { TruthZone } from '../truth.ts';
import { meshesOf } from './labels.ts';
import type { GroundZone } from './site.ts';

/** Corners of a mesh looked at: enough for its outline. */
const mostCorners = 160;

/** Nearer to the camera than this nothing is drawn, metres. */
const nearestM = 0.05;

/**
 * The whole object but what is in it and no part of it, as the camera would see it were nothing in the way: [x1, y1, x2,
 * y2], 0–1 inside the picture.
 */
export function outlineOf(
  object: Object3D,
  camera: PerspectiveCamera,
  without: readonly Object3D[] = [],
): [number, number, number, number] | undefined {
  let outline: [number, number, number, number] | undefined;
  const corner = new Vector3();
  for (const mesh of meshesOf(object, without)) {
    const positions = mesh.geometry.getAttribute('position');
    if (positions === undefined || mesh.userData['mask'] === 'none') continue;
    const stride = Math.max(1, Math.floor(positions.count / mostCorners));
    for (let index = 0; index < positions.count; index += stride) {
      corner.fromBufferAttribute(positions, index).applyMatrix4(mesh.matrixWorld);
      const local = corner.applyMatrix4(camera.matrixWorldInverse);
      if (!isAhead(local)) continue;
      const [x, y] = project(local, camera);
      outline ??= [x, y, x, y];
      outline = [Math.min(outline[0], x), Math.min(outline[1], y), Math.max(outline[2], x), Math.max(outline[3], y)];
    }
  }
  return outline;
}

/** A zone as the camera sees it, clipped to what lies ahead and then to the picture. */
export function zoneSeen(zone: GroundZone, camera: PerspectiveCamera): TruthZone {
  const isClosed = zone.kind === 'polygon';
  const corners = zone.points.map(([x, z]) => new Vector3(x, zone.y ?? 0, z).applyMatrix4(camera.matrixWorldInverse));
  const ahead = cut(corners, isClosed, isAhead, (from, to) =>
    from.clone().lerp(to, (-nearestM - from.z) / (to.z - from.z)),
  );
  const seen = ahead.map((corner) => project(corner, camera));
  const points = clipped(seen, isClosed).map(([x, y]) => [round(x), round(y)] as const);
  return { id: zone.id, kind: zone.kind, points, tags: zone.tags ?? [] };
}

/** In the camera's own space it looks along −z. */
function isAhead({ z }: Vector3): boolean {
  return z <= -nearestM;
}

type Seen = readonly [x: number, y: number];

/** A point ahead of the camera, in its space → 0–1 of the picture. */
function project(local: Vector3, camera: PerspectiveCamera): Seen {
  const { x, y } = local.clone().applyMatrix4(camera.projectionMatrix);
  return [(x + 1) / 2, (1 - y) / 2];
}

/** Against the four sides of the picture. */
function clipped(line: readonly Seen[], isClosed: boolean): readonly Seen[] {
  const sides: [axis: 0 | 1, limit: number, keepsAbove: boolean][] = [
    [0, 0, true],
    [0, 1, false],
    [1, 0, true],
    [1, 1, false],
  ];
  let points = line;
  for (const [axis, limit, keepsAbove] of sides) {
    const isIn = (point: Seen) => (keepsAbove ? point[axis] >= limit : point[axis] <= limit);
    points = cut(points, isClosed, isIn, (from, to) => {
      const share = (limit - from[axis]) / (to[axis] - from[axis]);
      return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    });
  }
  return points;
}

/** What is inside of a polygon, or of a line where it is not closed (Sutherland and Hodgman, against one border). */
function cut<Point>(
  points: readonly Point[],
  isClosed: boolean,
  isIn: (point: Point) => boolean,
  crossing: (from: Point, to: Point) => Point,
): readonly Point[] {
  return points.flatMap((to, index) => {
    const from = index > 0 || isClosed ? (points.at(index - 1) ?? to) : to;
    if (isIn(from) === isIn(to)) return isIn(to) ? [to] : [];
    return isIn(to) ? [crossing(from, to), to] : [crossing(from, to)];
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
