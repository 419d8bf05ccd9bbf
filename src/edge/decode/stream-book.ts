import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraId } from '../../domain/ids.ts';
import { CameraStream, type CameraStreamEvents } from './camera-stream.ts';
import type { DecodeFailure, LookAsk, LookResult } from './decode-result.ts';
import type { PoolJob } from './pool-job.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { WorkerSlot } from './worker-slot.ts';

/** What a book of streams needs. */
export interface StreamBookOptions {
  readonly maxStreams: number;
  readonly newId: () => number;
  readonly slots: () => readonly WorkerSlot[];
  readonly metrics: PoolMetrics;
}

/** The cameras that are decoded continuously, each by the thread that has its decoder. */
export class StreamBook {
  readonly #options: StreamBookOptions;
  readonly #streams = new Map<CameraId, CameraStream>();
  readonly #events: CameraStreamEvents;

  constructor(options: StreamBookOptions) {
    const { metrics, newId, slots } = options;
    this.#options = options;
    this.#events = {
      newId,
      assign: () => slots().toSorted((a, b) => this.#load(a) - this.#load(b))[0],
      units: (result, count) => {
        if (count > 0) metrics.streamUnits.inc({ result }, count);
      },
      picture: (result, stages) => {
        metrics.streamPictures.inc({ result: result.ok ? 'ok' : result.reason });
        metrics.observe(result, stages);
      },
    };
  }

  /** Adds a camera; false when there are as many as may be. */
  open(camera: CameraId): boolean {
    if (this.#streams.has(camera)) return true;
    if (this.#streams.size >= this.#options.maxStreams) return false;
    this.#streams.set(camera, new CameraStream(this.#options.newId(), camera, this.#events));
    this.#options.metrics.streams.set(this.#streams.size);
    return true;
  }

  /** Takes a camera's next unit; undefined for one that has no stream. */
  feed(unit: AccessUnit, ask: LookAsk | undefined): Promise<LookResult | undefined> {
    return this.#streams.get(unit.cameraId)?.feed(unit, ask) ?? Promise.resolve(undefined);
  }

  /** Lets a camera go, and its decoder's memory; its asks are answered with undefined. */
  close(camera: CameraId): void {
    const stream = this.#streams.get(camera);
    if (stream === undefined) return;
    this.#streams.delete(camera);
    this.#options.metrics.streams.set(this.#streams.size);
    stream.reset('superseded', undefined);
    stream.slot?.closeStream(stream.number);
  }

  /** The job that has waited longest for this thread. */
  next(slot: WorkerSlot): PoolJob | undefined {
    let first: CameraStream | undefined;
    for (const stream of this.#streams.values()) {
      if (stream.slot !== slot || stream.oldest === undefined) continue;
      if (first?.oldest === undefined || stream.oldest < first.oldest) first = stream;
    }
    return first?.next();
  }

  /** A thread is gone, and the decoders in it: their cameras go on at their next keyframes. */
  orphan(slot: WorkerSlot, failure: DecodeFailure): void {
    for (const stream of this.#streams.values()) if (stream.slot === slot) stream.orphan(failure);
  }

  /** Fails what waits. */
  stop(failure: DecodeFailure): void {
    for (const stream of this.#streams.values()) stream.orphan(failure);
  }

  #load(slot: WorkerSlot): number {
    return [...this.#streams.values()].filter((stream) => stream.slot === slot).length;
  }
}
