import type { Activity } from '../../domain/activity.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { Picture, PictureSpec } from '../../domain/picture.ts';
import type { PictureCondition, ReferenceOrder } from '../../domain/picture-condition.ts';

/**
 * Why a unit gave no picture.
 * `corrupt`: the bytes are damaged (a concealed picture counts as damaged); `overloaded`: dropped from a full queue;
 * `decoder-died`: the thread ended or hung while it had this job, or the pool is stopped; `unsupported`: codec, size
 * or a unit that does not decode alone.
 */
export interface DecodeFailure {
  readonly ok: false;
  readonly reason: 'corrupt' | 'overloaded' | 'decoder-died' | 'unsupported';
  readonly detail: string;
}

/** What became of one keyframe; `decodeMs` is the time in the decoder thread, scaling included. */
export type DecodeResult = { readonly ok: true; readonly picture: Picture; readonly decodeMs: number } | DecodeFailure;

/** What one look wants of a picture. */
export interface LookAsk {
  /** Pictures to scale out of the one that is decoded. */
  readonly specs: readonly PictureSpec[];
  /** The camera's past, for the activity gate; without it nothing is compared. */
  readonly memory?: SharedArrayBuffer;
  /** What the camera usually shows, for its health; without it nothing is measured. */
  readonly reference?: { readonly memory: SharedArrayBuffer; readonly order: ReferenceOrder };
  /** Pictures are wanted even where the gate finds nothing. */
  readonly always: boolean;
  /** Node clock of the picture. */
  readonly at: UtcMs;
}

/**
 * What became of one look. `pictures` in the order of the specs; empty where the gate found nothing and they were not
 * wanted `always`. `activity` is undefined where nothing was compared: no gate in the threads, or no memory in the ask.
 * `decodeMs` is the time in the decoder thread, comparing and scaling included.
 */
export type LookResult =
  | {
      readonly ok: true;
      readonly activity: Activity | undefined;
      /** Undefined where nothing was measured. */
      readonly condition?: PictureCondition | undefined;
      readonly pictures: readonly Picture[];
      readonly decodeMs: number;
    }
  | DecodeFailure;
