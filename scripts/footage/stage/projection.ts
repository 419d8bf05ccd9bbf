import { type Object3D, type PerspectiveCamera, Vector3 } from 'three';
import type { TruthZone } from '../truth.ts';
import { meshesOf } from './labels.ts';
import type { GroundZone } from './site.ts';

/** Corners of a mesh looked at: enough for its outline. */
const mostCorners = 160;

/** Nearer to the camera than this nothing is drawn, metres. */
const nearestM = 0.05;

/** The whole object as the camera would see it were nothing in the way: [x1, y1, x2, y2], 0–1 inside the picture. */
export function outlineOf(object: Object3D, camera: PerspectiveCamera): [number, number, number, number] | undefined {
  let outline: [number, number, number, number] | undefined;
  const corner = new Vector3();
  for (const mesh of meshesOf(object)) {
    const positions = mesh.geometry.getAttribute('position');
    if (positions === undefined || mesh.userData['mask'] === 'none') continue;
    const stride = Math.max(1, Math.floor(positions.count / mostCorners));
    for (let index = 0; index < positions.count; index += stride) {
      corner.fromBufferAttribute(positions, index).applyMatrix4(mesh.matrixWorld);
      const seen = project(corner, camera);
      if (seen === undefined) continue;
      const [x, y] = seen;
      outline ??= [x, y, x, y];
      outline = [Math.min(outline[0], x), Math.min(outline[1], y), Math.max(outline[2], x), Math.max(outline[3], y)];
    }
  }
  return outline;
}

/** A zone as the camera sees it, clipped to the picture. */
export function zoneSeen(zone: GroundZone, camera: PerspectiveCamera): TruthZone {
  const corners = zone.points.map(([x, z]) => new Vector3(x, zone.y ?? 0, z));
  const seen = corners.map((corner) => project(corner, camera)).filter((each) => each !== undefined);
  const points = zone.kind === 'polygon' ? clipped(seen) : seen.map(([x, y]) => [inside(x), inside(y)] as const);
  const rounded = points.map(([x, y]) => [round(x), round(y)] as const);
  return { id: zone.id, kind: zone.kind, points: rounded, tags: zone.tags ?? [] };
}

/** Undefined behind the camera. */
function project(point: Vector3, camera: PerspectiveCamera): readonly [number, number] | undefined {
  const local = point.clone().applyMatrix4(camera.matrixWorldInverse);
  if (local.z > -nearestM) return undefined;
  const { x, y } = local.applyMatrix4(camera.projectionMatrix);
  return [(x + 1) / 2, (1 - y) / 2];
}

/** Sutherland and Hodgman, against the four sides of the picture. */
function clipped(polygon: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const sides: [axis: 0 | 1, limit: number, keepsAbove: boolean][] = [
    [0, 0, true],
    [0, 1, false],
    [1, 0, true],
    [1, 1, false],
  ];
  let points = polygon;
  for (const [axis, limit, keepsAbove] of sides) {
    const isIn = (point: readonly [number, number]) => (keepsAbove ? point[axis] >= limit : point[axis] <= limit);
    points = points.flatMap((to, index) => {
      const from = points.at(index - 1) ?? to;
      const share = (limit - from[axis]) / (to[axis] - from[axis]);
      const cut = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share] as const;
      if (isIn(to)) return isIn(from) ? [to] : [cut, to];
      return isIn(from) ? [cut] : [];
    });
  }
  return points;
}

function inside(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
