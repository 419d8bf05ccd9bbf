import { type Mesh, PerspectiveCamera, Vector3 } from 'three';
import { Labels, meshesOf } from '../../scripts/footage/stage/labels.ts';
import { zoneSeen } from '../../scripts/footage/stage/projection.ts';
import type { GroundZone, SitePlan, ToldTake } from '../../scripts/footage/stage/site.ts';
import type { StageOrder } from '../../scripts/footage/stage-order.ts';
import type { TakeKind, TakeTruth, TruthBox } from '../../scripts/footage/truth.ts';
import { insidePolygon } from '../../src/domain/geometry.ts';
import { paintNothing } from './blank-canvas.ts';

const [width, height] = [640, 360];
/** Smaller than this nothing is demanded of a detector, pixels (the shorter side). */
const leastSide = 7;
/** Corners of a mesh looked at. */
const mostCorners = 120;

/** The places and their stories. Loaded by name: they paint on canvases, which are no part of these types. */
export async function loadStage(): Promise<{
  readonly sitePlans: readonly SitePlan[];
  tellTake(plan: SitePlan, order: Omit<StageOrder, 'width' | 'height'>): ToldTake;
}> {
  paintNothing();
  const stage = new URL('../../scripts/footage/stage/', import.meta.url);
  const [plans, told] = await Promise.all([
    import(new URL('sites/site-plans.ts', stage).href),
    import(new URL('told-take.ts', stage).href),
  ]);
  return { sitePlans: plans.sitePlans, tellTake: told.tellTake };
}

/**
 * The truth of a take by its geometry alone, without a picture: what stands before what is not known, so everything
 * shows. For the truth as it was drawn see the files beside the clips.
 */
export function stageTruth(
  told: ToldTake,
  take: { plan: SitePlan; kind: TakeKind; seed: number; fps?: number },
): TakeTruth {
  const { plan, kind, seed, fps = 2 } = take;
  const { site, cast, about, light, lengthS, intervals } = told;
  const { position, target, fovDeg } = site.camera;
  const camera = new PerspectiveCamera(fovDeg, width / height, 0.1, 400);
  camera.position.set(...position);
  camera.lookAt(...target);
  camera.updateMatrixWorld(true);
  const labels = new Labels();
  for (const { actor } of cast) labels.add(actor);
  const pictures = Array.from({ length: Math.floor(lengthS * fps) }, (_, index) => {
    const timeS = index / fps;
    const shown = cast.filter(({ actor, path }) => {
      const place = path.at(timeS);
      if (place === undefined) return false;
      actor.object.position.set(place.x, place.y, place.z);
      actor.object.rotation.y = place.heading;
      actor.move?.(place);
      actor.object.updateMatrixWorld(true);
      return true;
    });
    const meshes = Map.groupBy(
      shown.flatMap(({ actor }) => meshesOf(actor.object)).filter(({ userData }) => userData['mask'] !== 'none'),
      (mesh) => labels.of(mesh),
    );
    return labels.all.flatMap((label): TruthBox[] => {
      const own = [label.id, ...label.parts].flatMap((id) => meshes.get(id) ?? []);
      const box = boxOf(own, camera, site.zones);
      if (box === undefined) return [];
      const isSmall = Math.min(box[2] - box[0], box[3] - box[1]) < leastSide;
      return [{ id: label.id, class: label.class, box, visible: 1, ...(isSmall && { ignore: true as const }) }];
    });
  });
  const zones = site.zones.map((zone) => zoneSeen(zone, camera));
  return {
    version: 1,
    scene: plan.scene,
    take: kind,
    seed,
    light,
    about,
    width,
    height,
    fps,
    zones,
    intervals,
    pictures,
  };
}

/** Round the corners that are above the ground, in the picture. */
function boxOf(
  meshes: readonly Mesh[],
  camera: PerspectiveCamera,
  zones: readonly GroundZone[],
): TruthBox['box'] | undefined {
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  const corner = new Vector3();
  for (const mesh of meshes) {
    const positions = mesh.geometry.getAttribute('position');
    if (positions === undefined) continue;
    const stride = Math.max(1, Math.floor(positions.count / mostCorners));
    for (let index = 0; index < positions.count; index += stride) {
      corner.fromBufferAttribute(positions, index).applyMatrix4(mesh.matrixWorld);
      if (corner.y < levelAt(corner, zones) - 0.02) continue;
      corner.applyMatrix4(camera.matrixWorldInverse);
      if (corner.z > -0.1) continue;
      corner.applyMatrix4(camera.projectionMatrix);
      const [x, y] = [((corner.x + 1) / 2) * width, ((1 - corner.y) / 2) * height];
      [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x), Math.max(y2, y)];
    }
  }
  [x1, y1, x2, y2] = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
  return x2 - x1 < 1 || y2 - y1 < 1 ? undefined : [Math.floor(x1), Math.floor(y1), Math.ceil(x2), Math.ceil(y2)];
}

/** Of ground or water there, metres; what is below it does not show. */
function levelAt({ x, z }: Vector3, zones: readonly GroundZone[]): number {
  const zone = zones.find(({ kind, points }) => kind === 'polygon' && insidePolygon([x, z], points));
  return zone?.y ?? 0;
}
