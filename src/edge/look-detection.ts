import type { Detection } from '../domain/detection.ts';
import type { Box } from '../domain/geometry.ts';
import type { UtcMs } from '../domain/ids.ts';
import type { LookPriority } from '../domain/look.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import type { Picture, PictureSpec } from '../domain/picture.ts';
import type { AppError } from '../lib/errors.ts';

/** The models a camera's scenes need, as one. */
export interface CameraDetection {
  /** The picture of this time: which pictures are asked for follows the models in charge, and with a canary the sample. */
  at(at: UtcMs): LookDetection;
}

/** What the models that answered found. */
export interface LookFindings {
  readonly detections: readonly Detection[];
  readonly detectMs: number;
  readonly cut: readonly Box[];
  /** Classes that only a model could have found that failed on this look: none of them is no sign that none is there. */
  readonly overlooked?: ReadonlySet<ObjectClass>;
  /** Why, where anything was overlooked: what became of the look if no scene can do with it. */
  readonly failure?: AppError;
}

/** The detection of one look; pictures in the order of `specs`. */
export interface LookDetection {
  readonly specs: readonly PictureSpec[];
  /** Classes of the camera's models that none of them can find for now, whether the look is detected or not. */
  readonly unavailable?: ReadonlySet<ObjectClass>;
  /** `regions` undefined: the whole picture. @throws AppError MB_MODEL_FAILED, MB_OVERLOADED */
  detect(
    pictures: readonly Picture[],
    regions: readonly Box[] | undefined,
    priority: LookPriority,
  ): Promise<LookFindings>;
  /** Nobody looks at these pictures any more. */
  release(pictures: readonly Picture[]): void;
}
