import type { Moment } from '../actor.ts';
import type { Random } from '../random.ts';
import type { BodyMeasures, PersonJoint } from './body-measures.ts';
import type { Turn } from './body-skeleton.ts';

/** How a body is held. */
export interface Posture {
  readonly turns: Readonly<Partial<Record<PersonJoint, Turn>>>;
  /** Of the hips above the ground, metres; without it the body stands or lies on the ground with its lowest point. */
  readonly hipsY?: number;
  /** The hips off their place, forward and to the right, metres. */
  readonly shift?: readonly [number, number];
  /** What is deeper than this below the ground (the water) is drawn up to it, metres: nobody sees it there. */
  readonly deepestM?: number;
}

/** What is a person's own in how it moves. */
export interface Habit {
  readonly arms: 'hanging' | 'hips' | 'phone' | 'behind' | 'crossed';
  readonly lies: 'back' | 'front' | 'left' | 'right';
  /** Share of a lively gait. */
  readonly vigour: number;
  /** Forward bend in radians. */
  readonly stoop: number;
  /** So that no two sway together. */
  readonly phase: number;
  /** Limbs of a lying body, 0–1 each. */
  readonly spread: readonly [number, number, number, number];
  /** The right hand holds something up (an umbrella, a rod) or lets it hang (a bag). */
  readonly holds?: 'up' | 'low' | 'ahead';
}

/** How a posture is made for somebody at a moment. */
export type PostureMaker = (moment: Moment, body: BodyMeasures, habit: Habit) => Posture;

/** Degrees to radians. */
export const degree = Math.PI / 180;

/** Somebody's own way to move. */
export function createHabit(random: Random, { build }: BodyMeasures): Habit {
  return {
    arms: random.pick(['hanging', 'hanging', 'hips', 'phone', 'phone', 'behind', 'crossed']),
    lies: random.pick(['back', 'back', 'front', 'left', 'right']),
    vigour: random.between(0.8, build === 'elder' ? 0.95 : 1.2),
    stoop: build === 'elder' ? random.between(6, 22) * degree : random.between(-2, 6) * degree,
    phase: random.between(0, 2 * Math.PI),
    spread: [random.between(0, 1), random.between(0, 1), random.between(0, 1), random.between(0, 1)],
  };
}

/** Somewhere on the way from one posture to another. */
export function betweenPostures(from: Posture, to: Posture, share: number): Posture['turns'] {
  const names = new Set([...Object.keys(from.turns), ...Object.keys(to.turns)]) as Set<PersonJoint>;
  return Object.fromEntries(
    [...names].map((name) => {
      const [a, b] = [from.turns[name] ?? ([0, 0, 0] as const), to.turns[name] ?? ([0, 0, 0] as const)];
      return [name, [mixed(a[0], b[0], share), mixed(a[1], b[1], share), mixed(a[2], b[2], share)] as Turn];
    }),
  );
}

/** Linear from one number to another. */
export function mixed(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

type Limb = 'thigh' | 'shin' | 'foot' | 'upperArm' | 'foreArm';

/** Both sides alike; turns about x and y are the left side's. */
export function mirrored(limbs: Readonly<Partial<Record<Limb, Turn>>>): Posture['turns'] {
  return Object.fromEntries(
    Object.entries(limbs).flatMap(([limb, [x, y, z]]) => [
      [`${limb}Left`, [x, y, z]],
      [`${limb}Right`, [-x, -y, z]],
    ]),
  );
}
