import type { VideoCodec } from '../../domain/access-unit.ts';
import type { LookAsk, LookResult } from './decode-result.ts';
import type { HardwareInUse } from './hardware-name.ts';

/** What a decoder thread is told when it starts, as `workerData`. */
export interface WorkerSettings {
  readonly hardware: HardwareInUse['used'];
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

/** One unit of a stream; `data` as in `LookJob`. */
export interface StreamUnit {
  readonly keyframe: boolean;
  readonly data: Uint8Array;
}

/** Units of one camera in order, decoded on top of those before. */
export interface StreamJob {
  readonly kind: 'stream';
  readonly id: number;
  readonly stream: number;
  readonly codec: VideoCodec;
  readonly units: readonly StreamUnit[];
  /** What is wanted of the last unit. */
  readonly ask: { readonly number: number; readonly ask: LookAsk } | undefined;
}

/** The stream's decoder is not needed any more. */
export interface CloseStream {
  readonly kind: 'close';
  readonly stream: number;
}

/** Pool → worker: what is answered. */
export type WorkerJob = LookJob | StreamJob;
/** No more is to come: the thread ends by itself. */
export interface EndThread {
  readonly kind: 'end';
}

/** Pool → worker. */
export type WorkerOrder = WorkerJob | CloseStream | EndThread;

/** Milliseconds in each stage of one look. */
export interface StageMs {
  readonly decode: number;
  readonly inspect: number;
  readonly scale: number;
}

/** Worker → pool: the answer to a look. The pictures' buffers are transferred. */
export interface LookAnswer {
  readonly kind: 'look';
  readonly id: number;
  readonly result: LookResult;
  readonly stages?: StageMs;
}

/** What became of one ask of a stream. */
export interface StreamAnswer {
  readonly ask: number;
  readonly result: LookResult;
  readonly stages?: StageMs;
}

/** Worker → pool: a stream's units were taken; asks of earlier jobs may be among the answers, those of this one missing. */
export interface StreamProgress {
  readonly kind: 'stream';
  readonly id: number;
  readonly answers: readonly StreamAnswer[];
  /** False: nothing but a keyframe makes sense next. */
  readonly inSync: boolean;
}

/** Worker → pool: an answer to one job. */
export type JobAnswer = LookAnswer | StreamProgress;
/** Worker → pool. `trouble`: why it decodes in software although hardware was found. */
export type WorkerAnswer = { readonly kind: 'ready'; readonly trouble?: string } | JobAnswer;
