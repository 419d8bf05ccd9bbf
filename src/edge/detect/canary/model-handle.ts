import type { Detection, ModelRun } from '../../../domain/detection.ts';
import type { Box } from '../../../domain/geometry.ts';
import type { CameraId, Sha256, UtcMs } from '../../../domain/ids.ts';
import type { LookPriority } from '../../../domain/look.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Picture, PictureSpec } from '../../../domain/picture.ts';

/** Which model it is: the part of a description that a canary needs. */
export interface CanaryModelDescription {
  readonly id: string;
  /** Of the file as it came. */
  readonly sha256: Sha256;
  /** Canonical classes it can report. */
  readonly classes: readonly ObjectClass[];
}

/** One picture for one model. */
export interface ModelRequest {
  readonly picture: Picture;
  /** Normalised; absent: the whole picture. */
  readonly regions?: readonly Box[];
  readonly priority: LookPriority;
}

/** What one model found in one picture, by which run. */
export interface ModelAnswer {
  /** Normalised xyxy in the source picture. */
  readonly detections: readonly Detection[];
  readonly run: ModelRun;
}

/** What a canary needs of a running model. */
export interface ModelHandle {
  readonly model: CanaryModelDescription;
  /** Pictures it takes. */
  readonly input: PictureSpec;
  /** @throws AppError MB_MODEL_FAILED, MB_OVERLOADED (dropped). */
  detect(request: ModelRequest): Promise<ModelAnswer>;
  /** Frees the model; idempotent. */
  close(): Promise<void>;
}

/** Whose picture of when: what sampling and examples go by. */
export interface LookIdentity {
  readonly cameraId: CameraId;
  readonly at: UtcMs;
}
