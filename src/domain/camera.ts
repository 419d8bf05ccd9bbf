import type { CameraId, UtcMs } from './ids.ts';
import type { PictureFault } from './picture-condition.ts';

/** What an alert says about where it was seen. */
export interface CameraPlace {
  readonly id: CameraId;
  readonly name: string;
  /** GB/T 2260 division code. */
  readonly division: string;
  /** WGS-84 degrees. */
  readonly lat: number;
  readonly lon: number;
}

/** Why a camera is not seen: the reasons of health and of the blindness account. */
export type BlindReason =
  | 'unreachable'
  | 'unauthorized'
  | 'not-rtsp'
  | 'refused'
  | 'no-video-track'
  | 'unsupported-codec'
  | 'stalled'
  | 'closed-by-server'
  | 'protocol-error'
  | 'stopped';

/**
 * Why a camera whose pictures come is not looked at. `overloaded`: the node has no room for it; `undecodable`: only
 * damaged keyframes come, or such as no decoder takes; `no-keyframe`: none comes as often as its scenes need;
 * `model-unavailable`: nothing can find in its pictures what its scenes watch for; or its pictures cannot be trusted.
 */
export type UnlookedReason = 'overloaded' | 'undecodable' | 'no-keyframe' | 'model-unavailable' | PictureFault;

/**
 * Reasons of the blindness account: those of a camera's connection, of its looks, and two of the node. `starting`: watched
 * for, and not seen yet; `node-down`: the node itself did not run.
 */
export type CoverageReason = BlindReason | UnlookedReason | 'starting' | 'node-down';

/** The life of one camera's connection. */
export type CameraState =
  | { readonly kind: 'idle' }
  /** Its turn to connect has not come: the node does not connect to all cameras at once. */
  | { readonly kind: 'queued'; readonly attempt: number }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'streaming'; readonly since: UtcMs }
  | {
      readonly kind: 'waiting';
      readonly reason: BlindReason;
      readonly detail: string;
      readonly retryAt: UtcMs;
      readonly attempt: number;
      /** Failed so often in a row that it is tried seldom, until one try succeeds. */
      readonly breakerOpen?: true;
    }
  | { readonly kind: 'stopped' };
