import type { AccessUnit } from '../domain/access-unit.ts';
import type { CameraId } from '../domain/ids.ts';
import type { LookNeeds, LookOutcome } from '../domain/look.ts';
import type { PictureSpec } from '../domain/picture.ts';
import type { Clock } from '../lib/clock.ts';
import type { CameraPipeline, LookDecode } from './camera-pipeline.ts';
import type { LookAsk, LookResult } from './decode/decode-result.ts';

/** Units of one camera that may wait for its decoder: four seconds of 15 pictures. */
const maxPending = 60;

/** Looks of one camera under way at once: sockets are read every 200 ms, which are several pictures. */
const maxLooking = 4;

/** The part of the decoder pool that keeps decoders for single cameras. */
export interface StreamDecoder {
  /** False when all are taken. */
  openStream(camera: CameraId): boolean;
  /** Every unit in order; without `ask` it is decoded for those after it only. */
  feed(unit: AccessUnit, ask?: LookAsk): Promise<LookResult | undefined>;
  closeStream(camera: CameraId): void;
}

/** Evidence at the camera's own size: a picture between keyframes cannot be decoded again later. */
const evidence: PictureSpec = { width: 0, height: 0, fit: 'original', format: 'rgb24' };

/** Decodes one busy camera without a break and looks at its pictures at the rate its scenes ask for. */
export class ContinuousWatch {
  readonly #camera: CameraId;
  readonly #decoder: StreamDecoder;
  readonly #pipeline: CameraPipeline;
  readonly #clock: Clock;
  readonly #onLook: (outcome: LookOutcome) => void;
  #needs: LookNeeds | undefined;
  /** Presentation time of the last picture looked at. */
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking = 0;
  #pending = 0;

  constructor(options: {
    camera: CameraId;
    decoder: StreamDecoder;
    pipeline: CameraPipeline;
    clock: Clock;
    onLook: (outcome: LookOutcome) => void;
  }) {
    this.#camera = options.camera;
    this.#decoder = options.decoder;
    this.#pipeline = options.pipeline;
    this.#clock = options.clock;
    this.#onLook = options.onLook;
  }

  get open(): boolean {
    return this.#needs !== undefined;
  }

  /** Begins, changes or ends; says whether the camera is decoded continuously now. */
  set(needs: LookNeeds | undefined): boolean {
    if (needs === undefined) {
      if (this.open) this.#decoder.closeStream(this.#camera);
      this.#needs = undefined;
    } else if (this.open || this.#decoder.openStream(this.#camera)) {
      this.#needs = needs;
    }
    return this.open;
  }

  /** Takes the camera's next unit; false when it is not decoded continuously, or its decoder cannot keep up. */
  push(unit: AccessUnit): boolean {
    const needs = this.#needs;
    if (needs === undefined) return false;
    if (this.#pending >= maxPending) {
      this.set(undefined);
      return false;
    }
    this.#pending += 1;
    // By the camera's own time: pictures are read in bursts. Half a picture early is nearer than a whole one late.
    const elapsedMs = unit.ptsMs - this.#lookedAtMs;
    const due = this.#looking < maxLooking && (elapsedMs >= needs.everyMs - 20 || elapsedMs < 0);
    const done = due ? this.#look(unit, needs) : this.#decoder.feed(unit);
    void done.finally(() => {
      this.#pending -= 1;
    });
    return true;
  }

  async #look(unit: AccessUnit, needs: LookNeeds): Promise<void> {
    this.#looking += 1;
    this.#lookedAtMs = unit.ptsMs;
    const priority = { severity: needs.severity, deadlineMs: this.#clock.monotonic() + needs.everyMs };
    const decode: LookDecode = (each, ask) =>
      this.#decoder.feed(each, { ...ask, specs: [...ask.specs, evidence], always: true });
    const outcome = await this.#pipeline.look(unit, priority, { decode });
    this.#looking -= 1;
    if (outcome !== undefined) this.#onLook(outcome);
  }
}
