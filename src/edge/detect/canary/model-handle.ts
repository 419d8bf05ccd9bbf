import type { CameraId, UtcMs } from '../../../domain/ids.ts';
import type { PictureSpec } from '../../../domain/picture.ts';
import type { Detector, DetectorRequest } from '../detector.ts';
import type { Detected } from '../model-runner.ts';

/** What a canary needs of a running model. */
export type ModelHandle = Pick<Detector, 'model' | 'input' | 'detect' | 'close'>;

/** One picture for one model. */
export type ModelRequest = DetectorRequest;

/** What one model found in one picture, by which run. */
export type ModelAnswer = Detected;

/** Whose picture of when: what sampling and examples go by. */
export interface LookIdentity {
  readonly cameraId: CameraId;
  readonly at: UtcMs;
}

/** A picture some model wants of a look. */
export interface WantedPicture {
  readonly modelId: string;
  readonly spec: PictureSpec;
}
