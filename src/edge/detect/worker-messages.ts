import type { Picture } from '../../domain/picture.ts';
import type { Detected } from './model-runner.ts';

/** Detector → thread: one picture. */
export interface DetectJob {
  readonly id: number;
  readonly picture: Picture;
}

/** Thread → detector: the model is loaded, or cannot be; then one answer a job. */
export type DetectAnswer =
  | { readonly kind: 'ready'; readonly providers: readonly string[]; readonly warmUpMs: number }
  | { readonly kind: 'cannot-load'; readonly detail: string }
  | { readonly kind: 'detected'; readonly id: number; readonly detected: Detected }
  | { readonly kind: 'failed'; readonly id: number; readonly detail: string };
