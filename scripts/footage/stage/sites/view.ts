import type { CameraPose, GroundPoint } from '../site.ts';

/** Pictures are 16:9. */
const aspect = 16 / 9;
/** Tall enough for people and vehicles alike, metres. */
const actorHeightM = 2.5;
const stepM = 0.5;

/** Whether something of that radius that stands there shows in the picture, as far as nothing is in the way. */
export function showsIn(camera: CameraPose, [x, z]: GroundPoint, radiusM: number): boolean {
  const [px, py, pz] = camera.position;
  const [tx, ty, tz] = camera.target;
  const wayM = Math.hypot(tx - px, ty - py, tz - pz);
  const ahead = [(tx - px) / wayM, (ty - py) / wayM, (tz - pz) / wayM] as const;
  const flatM = Math.hypot(ahead[0], ahead[2]);
  const right = [-ahead[2] / flatM, ahead[0] / flatM] as const;
  const half = Math.tan((camera.fovDeg * Math.PI) / 360);
  return [0, actorHeightM].some((y) => {
    const [dx, dy, dz] = [x - px, y - py, z - pz];
    const depthM = dx * ahead[0] + dy * ahead[1] + dz * ahead[2];
    if (depthM < -radiusM) return false;
    const acrossM = dx * right[0] + dz * right[1];
    // Up is right × ahead.
    const upM = dx * -right[1] * ahead[1] + dy * flatM + dz * right[0] * ahead[1];
    const deepM = Math.max(depthM, 0) * half + radiusM;
    return Math.abs(acrossM) <= deepM * aspect && Math.abs(upM) <= deepM;
  });
}

/** The nearest point that way that is outside the picture: where actors come from and go to. */
export function outsideOf(
  camera: CameraPose,
  from: GroundPoint,
  heading: number,
  { radiusM = 0.6, mostM = 45 }: { radiusM?: number; mostM?: number } = {},
): GroundPoint {
  for (let wayM = 0; wayM <= mostM; wayM += stepM) {
    const point = [from[0] + wayM * Math.cos(heading), from[1] - wayM * Math.sin(heading)] as const;
    if (!showsIn(camera, point, radiusM)) return point;
  }
  return [from[0] + mostM * Math.cos(heading), from[1] - mostM * Math.sin(heading)];
}
