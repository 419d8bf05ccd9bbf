import type { FaultSpec } from './fault-spec.ts';

/** A fault begins or ends; a moment only begins. */
export interface FaultEvent {
  readonly fault: FaultSpec;
  readonly phase: 'begin' | 'end';
}

interface Course {
  readonly fault: FaultSpec;
  active: boolean;
  /** Monotonic ms of the next change. */
  at: number;
}

/**
 * When one camera has which fault. Whether it has one at all is drawn by its share; the time between two is drawn
 * evenly between half and one and a half of `everyMs`, so that cameras do not fall in step.
 */
export class FaultSchedule {
  readonly #courses: Course[] = [];
  readonly #random: () => number;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(faults: readonly FaultSpec[], options: { startMs: number; random: () => number }) {
    this.#random = options.random;
    for (const fault of faults) {
      if (options.random() >= fault.share) continue;
      const firstMs = fault.everyMs === undefined ? 0 : options.random() * fault.everyMs;
      this.#courses.push({ fault, active: false, at: options.startMs + firstMs });
    }
    this.#rest();
  }

  /** Whether this camera ever has one. */
  get empty(): boolean {
    return this.#courses.length === 0;
  }

  /** What has changed up to now, in order of time. */
  advance(nowMs: number): FaultEvent[] {
    const events: FaultEvent[] = [];
    while (this.#nextAt <= nowMs) {
      const course = this.#courses.find(({ at }) => at === this.#nextAt);
      if (course === undefined) break;
      events.push(this.#step(course));
      this.#rest();
    }
    return events;
  }

  #step(course: Course): FaultEvent {
    const { fault } = course;
    const begins = !course.active;
    const moment = fault.forMs === 0;
    course.active = begins && !moment;
    if (fault.everyMs === undefined) course.at = Number.POSITIVE_INFINITY;
    else course.at += course.active ? fault.forMs : fault.everyMs * (0.5 + this.#random());
    return { fault, phase: begins ? 'begin' : 'end' };
  }

  #rest(): void {
    this.#nextAt = Math.min(Number.POSITIVE_INFINITY, ...this.#courses.map(({ at }) => at));
  }
}
