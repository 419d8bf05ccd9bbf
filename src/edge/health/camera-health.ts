import type { UtcMs } from '../../domain/ids.ts';
import {
  type PictureCondition,
  type PictureFault,
  pictureFaults,
  type ReferenceOrder,
} from '../../domain/picture-condition.ts';
import type { CameraHealthConfig, HealthConfig } from './config.ts';
import { judgePicture, type PictureVerdict } from './picture-verdict.ts';

/** Pictures further apart than this say nothing of the time between. */
const longestStepMs = 120_000;
/** A fault shows on so many pictures at least. */
const leastPictures = 3;
/** Good pictures take suspicion back this many times faster than bad ones raise it. */
const relief = 2;
/** Around dusk and dawn lamps and infrared are switched: so long before and after the sun is down. */
const twilightMs = 2 * 3_600_000;

/** All of the time is over; sums of fractions fall short of one by a hair. */
const whole = 1 - 1e-9;

/** A fault of a camera's pictures that is established. */
export interface EstablishedFault {
  readonly fault: PictureFault;
  /** When the pictures began to be bad. */
  readonly since: UtcMs;
}

/** What pictures have said lately that is not the state yet. */
interface Suspicion {
  readonly since: UtcMs;
  /** How much of the time that the fault must last is over, 1 for all of it. */
  progress: number;
  /** That time, of the last bad picture. */
  afterMs: number;
  pictures: number;
  /** Time for each fault: their names flicker, the trouble does not. */
  readonly votes: Partial<Record<PictureFault, number>>;
}

interface SavedHealth {
  readonly established?: EstablishedFault | undefined;
  readonly suspicion?: Suspicion | undefined;
  readonly wellMs?: number | undefined;
  readonly otherViewMs: number;
  readonly lastAt?: UtcMs | undefined;
}

/** One camera's health by its pictures: what each says, over time and with hysteresis. */
export class CameraHealth {
  readonly #config: HealthConfig;
  readonly #own: CameraHealthConfig;
  readonly #isNight: (at: UtcMs) => boolean;
  #established: EstablishedFault | undefined;
  #suspicion: Suspicion | undefined;
  /** How long the pictures of a faulty camera have been well, from the first that was. */
  #wellMs: number | undefined;
  /** How long it has shown another view. */
  #otherViewMs = 0;
  #lastAt: UtcMs | undefined;
  #accepted = false;

  /** `isNight`: whether the sun is down where the camera hangs. */
  constructor(options: { config: HealthConfig; own: CameraHealthConfig; isNight: (at: UtcMs) => boolean }) {
    this.#config = options.config;
    this.#own = options.own;
    this.#isNight = options.isNight;
  }

  /** What is wrong; undefined: nothing is known to be. */
  get fault(): EstablishedFault | undefined {
    return this.#established;
  }

  /** What the picture of this time is to do to the reference. */
  order(at: UtcMs): ReferenceOrder {
    if (this.#accepted) return 'replace';
    if (this.#established !== undefined || this.#suspicion !== undefined) return 'hold';
    return this.#lightsChange(at) ? 'relight' : 'follow';
  }

  /** What the camera shows now is its view from now on; a fault of its pictures ends once they are well by that. */
  acceptView(): void {
    this.#accepted = true;
    this.#otherViewMs = 0;
  }

  /** Takes one picture in; pictures come in order. `order`: what was asked of it. */
  look(condition: PictureCondition, at: UtcMs, order: ReferenceOrder): void {
    if (order === 'replace') this.#accepted = false;
    const elapsedMs = this.#lastAt === undefined ? 0 : at - this.#lastAt;
    this.#lastAt = at;
    const stepMs = elapsedMs > 0 && elapsedMs <= longestStepMs ? elapsedMs : 0;
    const verdict = this.#judge(condition, at);
    if (verdict.kind === 'fault') this.#suspect(verdict, at, stepMs);
    else if (verdict.kind === 'well') this.#trust(stepMs);
    this.#waitForView(stepMs);
  }

  /** All it remembers, as JSON. */
  save(): unknown {
    const saved: SavedHealth = {
      established: this.#established,
      suspicion: this.#suspicion,
      wellMs: this.#wellMs,
      otherViewMs: this.#otherViewMs,
      lastAt: this.#lastAt,
    };
    return saved;
  }

  /** Before the first look: what `save` gave. */
  restore(saved: unknown): void {
    const { established, suspicion, wellMs, otherViewMs, lastAt } = saved as SavedHealth;
    this.#established = established;
    this.#suspicion = suspicion && { ...suspicion, votes: { ...suspicion.votes } };
    this.#wellMs = wellMs;
    this.#otherViewMs = otherViewMs;
    this.#lastAt = lastAt;
  }

  #judge(condition: PictureCondition, at: UtcMs): PictureVerdict {
    const verdict = judgePicture(condition, this.#own.indoors || this.#isNight(at), this.#config);
    const ignored = verdict.kind === 'fault' && this.#own.ignore.includes(verdict.fault);
    return ignored ? { kind: 'well' } : verdict;
  }

  #lightsChange(at: UtcMs): boolean {
    return this.#own.indoors || [at, at - twilightMs, at + twilightMs].some((when) => this.#isNight(when));
  }

  #suspect({ fault, afterMs }: PictureVerdict & { kind: 'fault' }, at: UtcMs, stepMs: number): void {
    this.#wellMs = undefined;
    if (this.#established?.fault === fault) {
      this.#suspicion = undefined;
      return;
    }
    const suspicion = this.#suspicion;
    if (suspicion === undefined) {
      this.#suspicion = { since: at, progress: 0, afterMs, pictures: 1, votes: { [fault]: 1 } };
      return;
    }
    suspicion.progress += stepMs / afterMs;
    suspicion.afterMs = afterMs;
    suspicion.pictures += 1;
    suspicion.votes[fault] = (suspicion.votes[fault] ?? 0) + Math.max(1, stepMs);
    if (suspicion.progress < whole || suspicion.pictures < leastPictures) return;
    this.#established = {
      fault: leading(suspicion.votes) ?? fault,
      since: this.#established?.since ?? suspicion.since,
    };
    this.#suspicion = undefined;
  }

  #trust(stepMs: number): void {
    if (this.#suspicion !== undefined) {
      this.#suspicion.progress -= (relief * stepMs) / this.#suspicion.afterMs;
      if (this.#suspicion.progress <= 0) this.#suspicion = undefined;
    }
    if (this.#established === undefined) return;
    this.#wellMs = this.#wellMs === undefined ? 0 : this.#wellMs + stepMs;
    if (this.#wellMs < this.#config.recoverAfterMs) return;
    this.#established = undefined;
    this.#suspicion = undefined;
    this.#wellMs = undefined;
    this.#otherViewMs = 0;
  }

  /** A view that has been another for long enough is accepted where that is configured. */
  #waitForView(stepMs: number): void {
    const fault = this.#established?.fault;
    if (fault !== 'moved' && fault !== 'covered') return;
    this.#otherViewMs += stepMs;
    const { acceptViewAfterMs } = this.#config;
    if (acceptViewAfterMs !== undefined && this.#otherViewMs >= acceptViewAfterMs) this.acceptView();
  }
}

function leading(votes: Suspicion['votes']): PictureFault | undefined {
  return pictureFaults.reduce<PictureFault | undefined>(
    (best, fault) => ((votes[fault] ?? 0) > (best === undefined ? 0 : (votes[best] ?? 0)) ? fault : best),
    undefined,
  );
}
