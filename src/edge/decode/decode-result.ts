import type { Picture } from '../../domain/picture.ts';

/**
 * Why a keyframe gave no picture.
 * `corrupt`: the bytes are damaged (a concealed picture counts as damaged); `overloaded`: dropped from a full queue;
 * `decoder-died`: the thread ended or hung while it had this job, or the pool is stopped; `unsupported`: codec, size
 * or a unit that does not decode alone.
 */
type DecodeFailureReason = 'corrupt' | 'overloaded' | 'decoder-died' | 'unsupported';

/** What became of one keyframe; `decodeMs` is the time in the decoder thread, scaling included. */
export type DecodeResult =
  | { readonly ok: true; readonly picture: Picture; readonly decodeMs: number }
  | { readonly ok: false; readonly reason: DecodeFailureReason; readonly detail: string };
