import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { ErrorCode } from '../../lib/error-codes.ts';
import { createIngestCounters, type IngestCounters } from './ingest-counters.ts';
import type { IngestSource, UnitInterest, UnitPace } from './ingest-pool.ts';
import type { LifeConfig } from './life-config.ts';

/** How an ingest thread is set up. */
export interface ShardSettings {
  readonly name: string;
  readonly mailboxUnits: number;
  readonly mailboxBytes: number;
  readonly readEveryMs: number;
  /** Rung (set to 1 and notified) when an order must not wait for the next reading. */
  readonly bell: Int32Array<SharedArrayBuffer>;
  /** This thread's share of the pace. */
  readonly life: LifeConfig;
  /** The node's steady time line; the thread's own clock where there is none. */
  readonly origin?: SharedArrayBuffer | undefined;
}

/** What an ingest thread is told. `ticket` comes back in the answer. */
export type ShardOrder =
  | { readonly kind: 'add'; readonly ticket: number; readonly source: IngestSource }
  | { readonly kind: 'remove'; readonly ticket: number; readonly camera: CameraId }
  | { readonly kind: 'want'; readonly camera: CameraId; readonly interest: UnitInterest; readonly pace?: UnitPace }
  /** The last delivery was taken: the next may come. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'keyframe'; readonly ticket: number; readonly camera: CameraId }
  | {
      readonly kind: 'clip';
      readonly ticket: number;
      readonly camera: CameraId;
      readonly from: UtcMs;
      readonly to: UtcMs;
    }
  | { readonly kind: 'report'; readonly ticket: number }
  | { readonly kind: 'stop'; readonly ticket: number };

/** An access unit whose bytes have moved to the receiving thread. */
export type MovedUnit = Omit<AccessUnit, 'data'> & { readonly data: Uint8Array };

/** A camera's new state. */
export interface StateChange {
  readonly camera: CameraId;
  readonly state: CameraState;
}

/** Counters of all cameras of a thread: one row of `counterKeys` for each camera, in order. */
export interface CounterTable {
  readonly cameras: readonly CameraId[];
  readonly values: Float64Array;
}

/** What an ingest thread says. */
export type ShardNews =
  | { readonly kind: 'ready' }
  /** States and units in order; no other comes before `taken`. */
  | { readonly kind: 'delivery'; readonly states: readonly StateChange[]; readonly units: readonly MovedUnit[] }
  /** Sent regularly, whatever the receiver does: the thread is alive. */
  | { readonly kind: 'counters'; readonly table: CounterTable; readonly dropped: number }
  | {
      readonly kind: 'done';
      readonly ticket: number;
      readonly fault?: OrderFault;
      readonly units?: readonly MovedUnit[];
    };

/** Why an order could not be carried out. */
interface OrderFault {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Columns of a counter table. */
export const counterKeys = Object.keys(createIngestCounters()) as readonly (keyof IngestCounters)[];
