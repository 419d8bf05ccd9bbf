import type { Object3D } from 'three';
import type { ObjectClass } from '../../../src/domain/object-class.ts';
import type { Random } from './random.ts';

/** What somebody does with the body; a change takes `poseChangeS`. */
export type Pose = 'walk' | 'stand' | 'sit' | 'crouch' | 'lie' | 'swim' | 'ride' | 'wave';

/** How long a person takes from one pose to the next. */
export const poseChangeS = 0.7;

/** What an actor is doing at one moment of a take. */
export interface Moment {
  readonly timeS: number;
  /** Metres covered on its path so far: turns wheels and swings legs. */
  readonly wayM: number;
  readonly speedMps: number;
  readonly pose: Pose;
  /** The pose before, and seconds since the change. */
  readonly before: Pose;
  readonly sinceChangeS: number;
}

/**
 * Something that can be put on a stage. Its object's origin lies on the ground below its middle and it faces +x; y is
 * up, units are metres.
 */
export interface Actor {
  readonly object: Object3D;
  /** Canonical class; undefined for look-alikes, which the truth leaves out. */
  readonly class: ObjectClass | undefined;
  /** Parts with a class of their own (a rider, an uncovered load): in their actor's object already, and in its box too unless they are `apart`. */
  readonly parts?: readonly { readonly object: Object3D; readonly class: ObjectClass; readonly apart?: boolean }[];
  /** Length (x), height (y) and width (z) in metres. */
  readonly size: readonly [number, number, number];
  /** Moves what moves by itself: limbs, wheels, flames. */
  move?(moment: Moment): void;
}

/** Makes one of its kind, another with every random source; `options` narrow it down. */
export type ActorMaker<Options = Record<never, never>> = (random: Random, options?: Options) => Actor;
