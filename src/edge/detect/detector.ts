import type { Detection, ModelRun } from '../../domain/detection.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Picture, PictureSpec } from '../../domain/picture.ts';

/** Finds objects in pictures; every model behind it looks the same. */
export interface Detector {
  readonly model: {
    readonly id: string;
    readonly sha256: Sha256;
    /** Canonical classes it can report. */
    readonly classes: readonly ObjectClass[];
    readonly provider: string;
  };
  /** Pictures it takes: what to ask the decoder for. */
  readonly input: PictureSpec;
  /**
   * One result a picture, in order; boxes normalised xyxy in the source picture, best score first.
   * @throws AppError MB_MODEL_FAILED (the model failed, or the detector is closed), MB_OVERLOADED (dropped).
   */
  detect(
    pictures: readonly Picture[],
  ): Promise<readonly { readonly detections: readonly Detection[]; readonly run: ModelRun }[]>;
  /** Frees the model; idempotent. */
  close(): Promise<void>;
}
