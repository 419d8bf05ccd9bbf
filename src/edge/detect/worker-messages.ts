import type { Detected, RegionRequest, RunnerOptions } from './model-runner.ts';
import type { StageTimes } from './stage-times.ts';

/** What a thread is started with. */
export interface ThreadSetup {
  readonly runner: RunnerOptions;
  /** What threads of this provider take turns by (turn.ts). */
  readonly turn?: SharedArrayBuffer | undefined;
}

/** Detector → thread: looks that are seen together; or the end, after which the thread ends by itself. */
export type DetectOrder = DetectJob | { readonly kind: 'close' };

/** Looks that are seen together. */
export interface DetectJob {
  readonly kind: 'look';
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
