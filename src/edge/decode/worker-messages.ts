import type { VideoCodec } from '../../domain/access-unit.ts';
import type { LookAsk, LookResult } from './decode-result.ts';
import type { HardwareInUse, HardwareName } from './hardware-name.ts';

/** What a decoder thread is told when it starts, as `workerData`. */
export interface WorkerSettings {
  readonly hardware: HardwareName;
  /** Device of the hardware, where not the first; `/dev/dri/renderD128` or a CUDA index. */
  readonly hardwareDevice?: string;
  /** Looks leave the deblocking filter out. */
  readonly skipLoopFilter: boolean;
  /** Configuration of the activity gate, for the entry file that knows one. */
  readonly gate?: unknown;
}

/** One look at a keyframe. `data` lies in memory shared with the pool, which leaves it alone until the answer. */
export interface LookJob {
  readonly kind: 'look';
  readonly id: number;
  readonly codec: VideoCodec;
  readonly data: Uint8Array;
  /** Every detail is wanted: the picture may be evidence. */
  readonly exact: boolean;
  readonly ask: LookAsk;
}

/** Pool → worker. */
export type WorkerJob = LookJob;

/** Milliseconds in each stage of one look. */
export interface StageMs {
  readonly decode: number;
  readonly inspect: number;
  readonly scale: number;
}

/** Worker → pool: ready for jobs, or one answer. The pictures' buffers are transferred. */
export type WorkerAnswer =
  | { readonly kind: 'ready'; readonly hardware: HardwareInUse }
  | { readonly kind: 'result'; readonly id: number; readonly result: LookResult; readonly stages?: StageMs };
