import type { Detected, RegionRequest } from './model-runner.ts';
import type { StageTimes } from './stage-times.ts';

/** Detector → thread: looks that are seen together. */
export interface DetectJob {
  readonly id: number;
  readonly requests: readonly RegionRequest[];
}

/** What became of one look of a job. */
export type RequestResult =
  | { readonly ok: true; readonly detected: Detected }
  | { readonly ok: false; readonly detail: string };

/** A job's answer: one result a request, in order. */
export interface JobAnswer {
  readonly results: readonly RequestResult[];
  readonly stages: StageTimes;
}

/** Thread → detector: the model is loaded, or cannot be; then one answer a job. */
export type DetectAnswer =
  | { readonly kind: 'ready'; readonly warmUpMs: number }
  | { readonly kind: 'cannot-load'; readonly detail: string }
  | ({ readonly kind: 'done'; readonly id: number } & JobAnswer);
