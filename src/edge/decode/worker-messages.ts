import type { VideoCodec } from '../../domain/access-unit.ts';
import type { PictureSpec } from '../../domain/picture.ts';
import type { DecodeResult } from './decode-result.ts';

/** Pool → worker: one keyframe. `data` owns its buffer, which is transferred. */
export interface DecodeJob {
  readonly id: number;
  readonly codec: VideoCodec;
  readonly data: Uint8Array;
  readonly spec: PictureSpec;
}

/** Worker → pool: ready for jobs, or one answer. The picture's buffer is transferred. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly result: DecodeResult };
