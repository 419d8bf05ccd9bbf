import type { Random } from '../random.ts';
import { Skeleton } from './body-skeleton.ts';

/** How old a person looks. */
export type Build = 'adult' | 'child' | 'elder';

/** A person's joints; `prop` is what the right hand holds. */
export type PersonJoint =
  | 'hips'
  | 'spine'
  | 'head'
  | `${'upperArm' | 'foreArm' | 'thigh' | 'shin' | 'foot'}${'Left' | 'Right'}`
  | 'prop';

/** Lengths of a person's limbs in metres. */
export interface BodyMeasures {
  readonly build: Build;
  readonly heightM: number;
  readonly ankleM: number;
  readonly shinM: number;
  readonly thighM: number;
  /** Hips to shoulders. */
  readonly torsoM: number;
  readonly upperArmM: number;
  readonly foreArmM: number;
  readonly headM: number;
  /** Between the middle and a shoulder joint, a hip joint. */
  readonly shoulderM: number;
  readonly hipM: number;
  /** Thickness against a slim body's. */
  readonly girth: number;
}

/** Measures of somebody: adults 1.5–1.85 m, elders a little less, children about 1.1 m with a larger head. */
export function measureBody(random: Random, build: Build = 'adult'): BodyMeasures {
  const isChild = build === 'child';
  const heightM = isChild ? random.between(0.98, 1.25) : random.between(1.5, build === 'elder' ? 1.72 : 1.85);
  const headM = isChild ? random.between(0.19, 0.21) : random.between(0.215, 0.24);
  const ankleM = heightM * 0.045;
  const legM = heightM * (isChild ? 0.46 : random.between(0.505, 0.53)) - ankleM;
  const girth = random.between(0.92, 1.3) * (isChild ? 1.05 : 1);
  return {
    build,
    heightM,
    ankleM,
    shinM: legM * 0.49,
    thighM: legM * 0.51,
    torsoM: heightM - headM - legM - ankleM - heightM * 0.035,
    upperArmM: heightM * 0.165,
    foreArmM: heightM * 0.145,
    headM,
    shoulderM: heightM * 0.1 * (0.85 + girth * 0.15),
    hipM: heightM * 0.052,
    girth,
  };
}

/** Height of the hip joints of an upright body above the ground, metres. */
export function hipHeight({ ankleM, shinM, thighM }: BodyMeasures): number {
  return ankleM + shinM + thighM;
}

/** The joints of a body of these measures; its hips are the origin. */
export function createSkeleton(body: BodyMeasures): Skeleton<PersonJoint> {
  const shoulderY = body.torsoM * 0.94;
  const side = (name: 'Left' | 'Right', z: number) =>
    [
      { name: `upperArm${name}`, carriedBy: 'spine', at: [0, shoulderY, z * body.shoulderM] },
      { name: `foreArm${name}`, carriedBy: `upperArm${name}`, at: [0, shoulderY - body.upperArmM, z * body.shoulderM] },
      { name: `thigh${name}`, carriedBy: 'hips', at: [0, 0, z * body.hipM] },
      { name: `shin${name}`, carriedBy: `thigh${name}`, at: [0, -body.thighM, z * body.hipM] },
      { name: `foot${name}`, carriedBy: `shin${name}`, at: [0, -body.thighM - body.shinM, z * body.hipM] },
    ] as const;
  return new Skeleton<PersonJoint>([
    { name: 'hips', at: [0, 0, 0] },
    { name: 'spine', carriedBy: 'hips', at: [0, body.torsoM * 0.2, 0] },
    { name: 'head', carriedBy: 'spine', at: [0, body.torsoM * 1.04, 0] },
    ...side('Left', -1),
    ...side('Right', 1),
    {
      name: 'prop',
      carriedBy: 'foreArmRight',
      at: [0, shoulderY - body.upperArmM - body.foreArmM * 1.08, body.shoulderM],
    },
  ]);
}
