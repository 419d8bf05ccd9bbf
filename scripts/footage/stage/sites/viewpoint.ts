import type { Random } from '../random.ts';
import type { CameraPose, GroundPoint } from '../site.ts';

/** Least and most of something. */
export type Range = readonly [least: number, most: number];

/** From where a camera may look at a place. */
export interface Viewpoint {
  /** What it looks at, about. */
  readonly focus: GroundPoint;
  /** Of the camera's foot from the focus, metres. */
  readonly awayM: Range;
  readonly heightM: Range;
  /** Turn about the focus, radians: 0 looks towards −z, greater ones stand further along +x; either side at random. */
  readonly turn: Range;
  readonly fovDeg: Range;
}

/** How far the picture's middle may be from the focus: those who hang cameras do not measure. */
const aimM = 0.6;

/** A camera on a pole or under an eave: another one with every random source. */
export function viewpoint(random: Random, { focus: [x, z], awayM, heightM, turn, fovDeg }: Viewpoint): CameraPose {
  const away = random.between(...awayM);
  const angle = random.between(...turn) * random.pick([1, -1]);
  const aim = () => random.between(-aimM, aimM);
  return {
    position: [x + away * Math.sin(angle), random.between(...heightM), z + away * Math.cos(angle)],
    target: [x + aim(), 0.6 + aim(), z + aim()],
    fovDeg: random.between(...fovDeg),
  };
}
