import type { Group } from 'three';
import type { SceneId } from '../../../src/domain/scene-id.ts';
import type { LightKind, TakeKind, TruthInterval } from '../truth.ts';
import type { Actor } from './actor.ts';
import type { Path } from './path.ts';
import type { Random } from './random.ts';

/** A point of the ground, [x, z] in metres. */
export type GroundPoint = readonly [number, number];

/** Where the camera hangs: metres, and its vertical field of view. Surveillance: 3.5–9 m up, 25–60°, looking down. */
export interface CameraPose {
  readonly position: readonly [number, number, number];
  readonly target: readonly [number, number, number];
  readonly fovDeg: number;
}

/** A zone drawn on the ground; the truth has it as the camera sees it. */
export interface GroundZone {
  readonly id: string;
  readonly kind: 'polygon' | 'line';
  readonly points: readonly GroundPoint[];
  /** Of the ground there, metres (a quay above its water). */
  readonly y?: number;
  readonly tags?: readonly string[];
}

/** What may stand on a piece of ground in a training picture. */
export type GroundUse = 'road' | 'pavement' | 'yard' | 'water' | 'grass' | 'indoor';

/** A piece of ground on which actors may be put at will. */
export interface Ground {
  readonly use: GroundUse;
  readonly points: readonly GroundPoint[];
  readonly y?: number;
  /** Where traffic on it goes, radians from +x towards −z. */
  readonly heading?: number;
}

/** What a take is made of. */
export interface Story {
  readonly random: Random;
  readonly lengthS: number;
  /** An actor on its way; it is there from the path's first second to its last. */
  play(actor: Actor, path: Path): void;
  /** An actor that stands there all the time. */
  place(actor: Actor, at: { x: number; z: number; y?: number; heading?: number }): void;
  /** Says when what the scene is about goes on. */
  during(fromS: number, toS: number): void;
}

/** A place that was built. */
export interface Site {
  /** Everything that never moves and has no label. */
  readonly set: Group;
  readonly camera: CameraPose;
  readonly zones: readonly GroundZone[];
  readonly grounds: readonly Ground[];
}

/** A place of the block, made for one scene: built anew from every random source, with its two takes. */
export interface SitePlan {
  readonly scene: SceneId;
  /** Lights it is filmed in. */
  readonly lights: readonly LightKind[];
  /** Every call gives another layout and viewpoint of the same kind of place. */
  build(random: Random, light: LightKind): Site;
  readonly takes: Readonly<Record<TakeKind, Take>>;
}

/** One story of a place. */
export interface Take {
  /** One line for people. */
  readonly about: string;
  readonly light: LightKind;
  readonly lengthS: number;
  tell(story: Story, site: Site): void;
}

/** All there is to a take or a training picture before anything is drawn: the same for the same order. */
export interface ToldTake {
  readonly about: string;
  readonly light: LightKind;
  /** What the sky is drawn from. */
  readonly weather: Random;
  readonly lengthS: number;
  readonly site: Site;
  readonly cast: readonly { readonly actor: Actor; readonly path: Path }[];
  readonly intervals: readonly TruthInterval[];
}
