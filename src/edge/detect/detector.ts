import type { Box } from '../../domain/geometry.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { LookPriority } from '../../domain/look.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Picture, PictureSpec } from '../../domain/picture.ts';
import type { Detected } from './model-runner.ts';

/** Which model it is. */
export interface ModelDescription {
  readonly id: string;
  /** Of the file as it came. */
  readonly sha256: Sha256;
  /** Canonical classes it can report. */
  readonly classes: readonly ObjectClass[];
}

/** One look for one model. */
export interface DetectorRequest {
  readonly picture: Picture;
  /** Normalised; absent: the whole picture. */
  readonly regions?: readonly Box[];
  readonly priority: LookPriority;
}

/** Finds objects in pictures; every model behind it looks the same. */
export interface Detector {
  readonly model: ModelDescription;
  /** Pictures it takes: what to ask the decoder for. */
  readonly input: PictureSpec;
  /**
   * Boxes normalised xyxy in the source picture, best score first.
   * @throws AppError MB_MODEL_FAILED (the model failed, is unavailable or closed), MB_OVERLOADED (dropped for more urgent looks).
   */
  detect(request: DetectorRequest): Promise<Detected>;
  /** Frees the model; idempotent. */
  close(): Promise<void>;
}
