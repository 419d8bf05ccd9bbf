import type { Detection } from './detection.ts';
import type { Sha256 } from './ids.ts';
import type { Picture } from './picture.ts';
import type { SceneId } from './scene-id.ts';

/** How evidence is made unrecognisable, from what shows most to what shows least. */
export const redactionMethods = ['heads', 'persons', 'outside', 'whole'] as const;

/** One of them. */
export type RedactionMethod = (typeof redactionMethods)[number];

/** What was made unrecognisable in a file before it was hashed; part of the signed alert that names the file. */
export interface Redaction {
  readonly faces: 'blurred' | 'none-found';
  readonly plates: 'blurred' | 'kept' | 'none-found';
  /** Regions blurred: of a clip, in the picture that has most. */
  readonly regions: number;
  /** With the version of the geometry, e.g. `heads-1`. */
  readonly method: string;
  /** What looked for people and vehicles. */
  readonly model: { readonly id: string; readonly sha256: Sha256 };
}

/** Scenes in which the vehicle itself is what the case is about: its plate may stay readable. */
export const plateScenes = ['illegal_parking', 'fire_lane_blocked', 'material_dumping', 'muck_truck'] as const;

/** Something in a picture, found now or followed since before. */
export type Thing = Pick<Detection, 'class' | 'box'>;

/** What a picture or clip is about. */
export interface RedactionFacts {
  readonly scene: SceneId;
  readonly subjects: readonly Thing[];
  /** What else the look behind the alert saw. */
  readonly seen: readonly Thing[];
}

/** Makes a copy of a picture (packed RGB) unrecognisable; undefined where that could not be done. */
export type RedactPicture = (
  picture: Picture,
  facts: RedactionFacts,
) => Promise<{ readonly picture: Picture; readonly redaction: Redaction } | undefined>;

/** The bytes of an unrecognisable clip made from the one in a file, which stays; undefined where that could not be done. */
export type RedactClip = (
  path: string,
  facts: RedactionFacts,
) => Promise<{ readonly bytes: Uint8Array; readonly redaction: Redaction } | undefined>;
