import type { Box } from './geometry.ts';
import type { Sha256 } from './ids.ts';
import type { ObjectClass } from './object-class.ts';

/** One object found in one picture. */
export interface Detection {
  /** Normalised xyxy in the source picture. */
  readonly box: Box;
  /** 0–1. */
  readonly score: number;
  readonly class: ObjectClass;
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
