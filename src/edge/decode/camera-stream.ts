import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { DecodeFailure, LookAsk, LookResult } from './decode-result.ts';
import type { PoolJob } from './pool-job.ts';
import type { SharedLane } from './shared-lane.ts';
import type { JobAnswer, StageMs, StreamJob } from './worker-messages.ts';
import type { WorkerSlot } from './worker-slot.ts';

/** Units held back until one of them is asked for; a longer wait is decoded in between, so that an ask is answered soon. */
const mostHeld = 16;
/** And bytes: what a lane holds without growing. */
const mostHeldBytes = 128 * 1024;
/** Jobs of a camera that may wait for its thread, a second's at most; past that it starts again at a keyframe. */
const mostWaiting = 16;

/** Units of a stream by what became of them. */
export type UnitOutcome = 'decoded' | 'superseded' | 'waiting' | 'overloaded' | 'lost' | 'decoder-died';

/** Whom a stream tells. */
export interface CameraStreamEvents {
  newId(): number;
  /** A thread for a stream that begins at a keyframe; undefined while none is ready. */
  assign(): WorkerSlot | undefined;
  units(outcome: UnitOutcome, count: number): void;
  picture(result: LookResult, stages: StageMs | undefined): void;
}

interface Waiting {
  readonly job: PoolJob;
  readonly units: number;
  readonly ask: number | undefined;
}

type Settle = (result: LookResult | undefined) => void;

/**
 * One camera's units on their way to the thread that decodes them. A unit nobody asked for waits until one after it is
 * asked for, and is let go undecoded when a keyframe comes first: nothing depends on it any more.
 */
export class CameraStream {
  readonly number: number;
  readonly camera: CameraId;
  readonly #events: CameraStreamEvents;
  readonly #asks = new Map<number, Settle>();
  #held: AccessUnit[] = [];
  #waiting: Waiting[] = [];
  #slot: WorkerSlot | undefined;
  #inSync = false;
  /** Jobs and asks with a higher number depend on nothing that came before. */
  #freshFrom = 0;

  constructor(number: number, camera: CameraId, events: CameraStreamEvents) {
    this.number = number;
    this.camera = camera;
    this.#events = events;
  }

  /** The thread that has its decoder. */
  get slot(): WorkerSlot | undefined {
    return this.#slot;
  }

  /** Takes the next unit; answers the ask once its picture came out, or undefined where there is none to be had. */
  feed(unit: AccessUnit, ask: LookAsk | undefined): Promise<LookResult | undefined> {
    if (unit.keyframe) this.#begin();
    if (!this.#inSync) {
      this.#events.units('waiting', 1);
      return Promise.resolve(undefined);
    }
    this.#held.push(unit);
    if (ask === undefined) {
      const bytes = this.#held.reduce((sum, { data }) => sum + data.length, 0);
      if (this.#held.length >= mostHeld || bytes >= mostHeldBytes) this.#queue(undefined);
      return Promise.resolve(undefined);
    }
    return new Promise((settle) => {
      const number = this.#events.newId();
      this.#asks.set(number, settle);
      this.#queue({ number, ask });
    });
  }

  /** Number of the job that has waited longest; they rise with time over all streams. */
  get oldest(): number | undefined {
    return this.#waiting[0]?.job.id;
  }

  /** The next job, for the thread it belongs to. */
  next(): PoolJob | undefined {
    return this.#waiting.shift()?.job;
  }

  /** Starts again at the next keyframe; whoever waits is told why, or nothing. */
  reset(outcome: UnitOutcome, failure: DecodeFailure | undefined): void {
    this.#inSync = false;
    this.#dropWaiting(outcome, failure, Number.POSITIVE_INFINITY);
    for (const number of this.#asks.keys()) this.#fail(number, failure);
  }

  /** Its thread is gone. */
  orphan(failure: DecodeFailure): void {
    this.#slot = undefined;
    this.reset('decoder-died', failure);
  }

  /** Lets go of what is not with the thread yet, as far as it came before the number. */
  #dropWaiting(outcome: UnitOutcome, failure: DecodeFailure | undefined, below: number): void {
    if (!this.#inSync) this.#events.units(outcome, this.#held.splice(0).length);
    const gone = this.#waiting.filter(({ job }) => job.id < below);
    this.#waiting = this.#waiting.filter(({ job }) => job.id >= below);
    for (const { units, ask } of gone) {
      this.#events.units(outcome, units);
      if (ask !== undefined) this.#fail(ask, failure);
    }
  }

  #fail(number: number, failure: DecodeFailure | undefined): void {
    const settle = this.#asks.get(number);
    this.#asks.delete(number);
    if (settle === undefined) return;
    if (failure !== undefined) this.#events.picture(failure, undefined);
    settle(failure);
  }

  /** A keyframe: what is held back is not needed any more. */
  #begin(): void {
    this.#events.units('superseded', this.#held.splice(0).length);
    this.#freshFrom = this.#events.newId();
    if (this.#inSync) return;
    this.#slot ??= this.#events.assign();
    this.#inSync = this.#slot !== undefined;
  }

  #queue(ask: StreamJob['ask']): void {
    const units = this.#held;
    this.#held = [];
    this.#waiting.push({ job: this.#job(units, ask), units: units.length, ask: ask?.number });
    if (this.#waiting.length <= mostWaiting) return;
    this.#inSync = false;
    const detail = `${mostWaiting} jobs of this camera were waiting`;
    this.#dropWaiting('overloaded', { ok: false, reason: 'overloaded', detail }, Number.POSITIVE_INFINITY);
  }

  #job(units: readonly AccessUnit[], ask: StreamJob['ask']): PoolJob {
    const id = this.#events.newId();
    const codec = units[0]?.codec ?? 'h264';
    return {
      id,
      camera: this.camera,
      movable: false,
      pack: (lane: SharedLane) => {
        const data = lane.fill(units.map((unit) => unit.data));
        const packed = units.map(({ keyframe }, at) => ({ keyframe, data: data[at] ?? new Uint8Array() }));
        return { kind: 'stream', id, stream: this.number, codec, units: packed, ask };
      },
      answered: (answer) => this.#onAnswer(answer, id, units.length),
      failed: (failure) => this.orphan(failure),
    };
  }

  #onAnswer(answer: JobAnswer, id: number, units: number): void {
    if (answer.kind !== 'stream') return;
    this.#events.units(answer.inSync ? 'decoded' : 'lost', units);
    for (const { ask, result, stages } of answer.answers) {
      const settle = this.#asks.get(ask);
      if (settle === undefined) continue;
      this.#asks.delete(ask);
      this.#events.picture(result, stages);
      settle(result);
    }
    if (answer.inSync) return;
    // A keyframe may be on its way already: then only what came before it is lost.
    if (id >= this.#freshFrom) this.reset('lost', dependent);
    else {
      this.#dropWaiting('lost', dependent, this.#freshFrom);
      for (const number of this.#asks.keys()) if (number < this.#freshFrom) this.#fail(number, dependent);
    }
  }
}

const dependent: DecodeFailure = { ok: false, reason: 'corrupt', detail: 'what it depends on is damaged or missing' };
