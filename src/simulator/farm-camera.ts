import { clockRate } from './clip.ts';
import type { FarmAccess } from './digest-guard.ts';
import { FaultSchedule } from './fault-schedule.ts';
import type { FaultKind, FaultSpec } from './fault-spec.ts';
import type { PackedClip } from './packed-clip.ts';
import type { CameraCondition, Timeline } from './playback.ts';

/** Credentials nobody has: what a camera asks for after its password was changed. */
const changedAccess: FarmAccess = { realm: 'Maplebridge camera', username: 'changed', password: '\u0000changed' };

/** A camera of the farm: what it shows, whom it lets in, and what is wrong with it right now. */
export class FarmCamera {
  readonly path: string;
  readonly loop: boolean;
  readonly condition: CameraCondition;
  readonly #clip: PackedClip;
  readonly #other: PackedClip;
  readonly #access: FarmAccess | undefined;
  readonly #startAfterMs: number;
  readonly #live: Timeline | undefined;
  readonly #random: () => number;
  readonly #schedule: FaultSchedule;
  #changed = false;
  #clockShiftMs = 0;

  constructor(options: {
    path: string;
    loop: boolean;
    clip: PackedClip;
    /** Shown while the resolution is changed. */
    other: PackedClip;
    access: FarmAccess | undefined;
    /** Time from PLAY to the first picture. */
    startAfterMs?: number;
    /** The camera's own clock, which runs whether anybody watches or not; without it each client starts at 0. */
    live: Timeline | undefined;
    faults: readonly FaultSpec[];
    startMs: number;
    random: () => number;
  }) {
    this.path = options.path;
    this.loop = options.loop;
    this.#clip = options.clip;
    this.#other = options.other;
    this.#access = options.access;
    this.#startAfterMs = options.startAfterMs ?? 0;
    this.#live = options.live;
    this.#random = options.random;
    this.#schedule = new FaultSchedule(options.faults, options);
    this.condition = { source: options.clip, stalled: false, loss: 0, reorder: 0, clockShiftMs: 0 };
  }

  /** Credentials it asks for now; undefined: none. */
  get access(): FarmAccess | undefined {
    return this.#changed ? changedAccess : this.#access;
  }

  /** How long one play of its clip takes. */
  get lengthMs(): number {
    return (this.#clip.clip.duration / clockRate) * 1000;
  }

  /** Whether `advance` has anything to do, ever. */
  get faulty(): boolean {
    return !this.#schedule.empty;
  }

  /** What the stream's times count from, for a client that plays now. */
  timeline(now: Omit<Timeline, 'firstTimestamp'>): Timeline {
    if (this.#live !== undefined) return this.#live;
    return {
      monotonicMs: now.monotonicMs + this.#startAfterMs,
      utcMs: now.utcMs + this.#startAfterMs,
      firstTimestamp: Math.floor(this.#random() * 2 ** 32),
    };
  }

  /** Joins at the next keyframe instead of the first. */
  get live(): boolean {
    return this.#live !== undefined;
  }

  /** Faults that have begun by now; those that cut the camera's connections are the caller's to carry out. */
  advance(nowMs: number): readonly FaultKind[] {
    const begun: FaultKind[] = [];
    for (const { fault, phase } of this.#schedule.advance(nowMs)) {
      this.#apply(fault, phase === 'begin');
      if (phase === 'begin') begun.push(fault.kind);
    }
    return begun;
  }

  #apply(fault: FaultSpec, on: boolean): void {
    switch (fault.kind) {
      case 'drop':
        break;
      case 'stall':
        this.condition.stalled = on;
        break;
      case 'loss':
      case 'reorder':
        this.condition[fault.kind] = on ? fault.rate : 0;
        break;
      case 'wrong-auth':
        this.#changed = on;
        break;
      case 'resolution':
        this.condition.source = on ? this.#other : this.#clip;
        break;
      case 'clock-jump':
        // Back and forth: a camera whose clock only ever ran away would end in another century.
        this.#clockShiftMs = this.#clockShiftMs === 0 ? (this.#random() < 0.5 ? -1 : 1) * fault.byMs : 0;
        this.condition.clockShiftMs = this.#clockShiftMs;
        break;
    }
  }
}
