import type { CoverageRecord } from '../../src/contracts/node-messages.ts';

/** What the measured process is told. */
export type IngestOrder =
  | { readonly kind: 'start'; readonly urls: readonly string[]; readonly shards: number }
  /**
   * Answer with a report, and count delays anew from here; a `brief` one leaves out what grows with the time measured,
   * so that asking for it does not.
   */
  | { readonly kind: 'report'; readonly brief: boolean }
  | { readonly kind: 'stop' };

/** Milliseconds, as a distribution. */
export interface Delays {
  readonly n: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What the measured process answers. Counts are since it began. */
export interface IngestReport {
  readonly cpuS: number;
  /** Monotonic seconds at which the CPU time was read. */
  readonly atS: number;
  readonly rssMb: number;
  readonly heapUsedMb: number;
  /** What V8 holds for the main thread's heap, used or not. */
  readonly heapHeldMb: number;
  /** Memory of buffers that the main thread knows. */
  readonly buffersMb: number;
  /** Entries of `process.getActiveResourcesInfo()` in its main thread. */
  readonly resources: number;
  readonly streaming: number;
  readonly accessUnits: number;
  readonly keyframes: number;
  readonly bytes: number;
  readonly lostPackets: number;
  /** Access units that did not come whole, or were of no use because one before them did not. */
  readonly lostUnits: number;
  readonly droppedUnits: number;
  readonly shardRestarts: number;
  /** Keyframes that came more than 500 ms later than their camera's quickest, since the last report. */
  readonly lateKeyframes: number;
  /** How much later than their camera's quickest keyframes came. */
  readonly delayMs: Delays;
  /** From the socket to the consumer's thread. */
  readonly handOnMs: Delays;
  /** Connections tried since it began. */
  readonly connections: number;
  /** Connections tried in each second of the process's life, by UTC second; empty in a brief report. */
  readonly attempts: Readonly<Record<string, number>>;
  /** The blindness account as it lies on disk: every interval in which a camera was not seen; empty in a brief report. */
  readonly blind: readonly CoverageRecord[];
  /** Cameras not seen now. */
  readonly blindNow: number;
}
