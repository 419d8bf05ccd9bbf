import type { Sha256 } from './ids.ts';

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
