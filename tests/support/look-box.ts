import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { byUrgency, type LookOutcome, type LookPriority } from '../../src/domain/look.ts';
import type { FakeClock } from './fake-clock.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Things that happen at their time on a fake clock; many more than its own timers are made for. */
export class Happenings {
  readonly #clock: FakeClock;
  readonly #heap: Event[] = [];
  #order = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Has something happen in `ms`. */
  in(ms: number, run: () => void): void {
    this.#heap.push({ at: this.#clock.monotonic() + ms, order: this.#order++, run });
    let at = this.#heap.length - 1;
    while (at > 0 && before(this.#heap[at], this.#heap[(at - 1) >> 1])) at = this.#swap(at, (at - 1) >> 1);
  }

  /** Lets `ms` pass; what waits for promises has its turn after each event. */
  async pass(ms: number): Promise<void> {
    const end = this.#clock.monotonic() + ms;
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#clock.advance(next.at - this.#clock.monotonic());
      this.#pop();
      next.run();
      await settle();
    }
    this.#clock.advance(end - this.#clock.monotonic());
    await settle();
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = before(this.#heap[right], this.#heap[left]) ? right : left;
      if (!before(this.#heap[child], this.#heap[at])) return;
      at = this.#swap(at, child);
    }
  }

  #swap(a: number, b: number): number {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one !== undefined && other !== undefined) {
      this.#heap[a] = other;
      this.#heap[b] = one;
    }
    return b;
  }
}

function before(a: Event | undefined, b: Event | undefined): boolean {
  return a !== undefined && (b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order));
}

/** Lets promises that are settled have their say. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
}

interface Job {
  readonly priority: LookPriority;
  readonly ms: number;
  readonly done: () => void;
}

/** Threads that work jobs off, the most urgent first. */
class Threads {
  readonly #happenings: Happenings;
  readonly #waiting: Job[] = [];
  readonly #threads: number;
  #free: number;

  constructor(happenings: Happenings, threads: number) {
    this.#happenings = happenings;
    this.#threads = threads;
    this.#free = threads;
  }

  /** Share of its threads that are at work. */
  get busy(): number {
    return (this.#threads - this.#free) / this.#threads;
  }

  work(priority: LookPriority, ms: number): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ priority, ms, done });
      this.#next();
    });
  }

  #next(): void {
    if (this.#free === 0) return;
    this.#waiting.sort((a, b) => byUrgency(a.priority, b.priority));
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#free -= 1;
    this.#happenings.in(job.ms, () => {
      this.#free += 1;
      job.done();
      this.#next();
    });
  }
}

/** A box that takes looks: decoder threads, then for every n-th look a detector. */
export class LookBox {
  readonly #decoder: Threads;
  readonly #detector: Threads;
  readonly taken: { readonly camera: CameraId; readonly severity: number }[] = [];
  decodeMs = 5;
  detectMs = 8;
  /** One look in so many reaches the detector. */
  detectEvery = 7;
  /** Time of a decoder thread beside what a look reports. */
  hiddenMs = 0;
  /** How much longer everything takes where all threads are at work: they share cores. */
  slowdown = 0;
  /** Why a model of each look said nothing. */
  partly: LookOutcome['partly'];
  underWay = 0;
  mostUnderWay = 0;
  #looks = 0;

  constructor(happenings: Happenings, threads: { decoder: number; detector: number }) {
    this.#decoder = new Threads(happenings, threads.decoder);
    this.#detector = new Threads(happenings, threads.detector);
  }

  readonly perform = async (unit: AccessUnit, priority: LookPriority, decoded: () => void): Promise<LookOutcome> => {
    this.taken.push({ camera: unit.cameraId, severity: priority.severity });
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    const busy = (this.#decoder.busy + this.#detector.busy) * this.slowdown;
    const decodeMs = this.decodeMs * (1 + busy);
    await this.#decoder.work(priority, decodeMs + this.hiddenMs);
    decoded();
    const reaches = ++this.#looks % this.detectEvery === 0;
    const detectMs = reaches ? this.detectMs * (1 + busy) : 0;
    if (reaches) await this.#detector.work(priority, detectMs);
    this.underWay -= 1;
    const { partly } = this;
    return { result: 'decided', ...(partly && { partly }), at: unit.receivedAt, decodeMs, detectMs };
  };
}

/** A keyframe of a camera, received now. */
export function keyframeOf(camera: CameraId, receivedAt: number): AccessUnit {
  return {
    ...{ cameraId: camera, codec: 'h264', keyframe: true, data: Buffer.alloc(8) },
    ...{ rtpTimestamp: 0, ptsMs: 0, ntpMs: undefined, receivedAt },
  };
}
