import type { Box } from './geometry.ts';
import type { Sha256 } from './ids.ts';
import type { ObjectClass } from './object-class.ts';

/** What some models tell about an object beside its class; each 0–1. */
export const objectAttributes = ['child', 'prone', 'sitting', 'uniform', 'rider', 'covered'] as const;

/** One of them. */
export type ObjectAttribute = (typeof objectAttributes)[number];

/** As far as a model told. */
export type ObjectAttributes = Readonly<Partial<Record<ObjectAttribute, number>>>;

/** One object found in one picture. */
export interface Detection {
  /** Normalised xyxy in the source picture. */
  readonly box: Box;
  /** 0–1. */
  readonly score: number;
  readonly class: ObjectClass;
  /** Share of the box that is the object, 0–1, where a model gives a mask; absent: unknown. */
  readonly fill?: number;
  readonly attributes?: ObjectAttributes;
  /** Appearance embedding, unit length, where a model gives one: nearer 1 in the dot product is more alike. */
  readonly appearance?: Float32Array;
  /** Which model run found it; absent only where no model did (tests, replays). */
  readonly run?: ModelRun;
}

/** Which model saw it, and where it ran. */
export interface ModelRun {
  readonly modelId: string;
  readonly modelSha256: Sha256;
  readonly provider: string;
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Pixels of the model's input for one pixel of the camera's picture. */
  readonly inputScale?: number;
  readonly latencyMs: number;
}
