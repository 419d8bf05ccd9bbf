import type { PictureFault } from '../../src/domain/picture-condition.ts';
import { CameraHealth } from '../../src/edge/health/camera-health.ts';
import { cameraHealthSchema, healthSchema } from '../../src/edge/health/config.ts';
import { pictureConditions } from '../../src/edge/health/picture-conditions.ts';
import { greySize } from './health-footage.ts';

/** Time between two looks. */
export const lookEveryMs = 2000;

/** What became of a trouble. */
export interface TroubleResult {
  /** The first fault while it lasted, and after how many seconds. */
  readonly found: PictureFault | undefined;
  readonly foundS: number | undefined;
  /** How long after it was over the camera was well; undefined: not within a minute. */
  readonly wellS: number | undefined;
}

/** A camera that shows the pictures of a clip to and fro. */
export class TrialCamera {
  readonly #inspector = pictureConditions(greySize);
  readonly #memory = new SharedArrayBuffer(this.#inspector.memoryBytes);
  readonly #health = new CameraHealth({
    config: healthSchema.parse({}),
    own: cameraHealthSchema.parse({}),
    isNight: () => false,
  });
  #at = 1_760_000_000_000;
  #looks = 0;

  get fault(): PictureFault | undefined {
    return this.#health.fault?.fault;
  }

  /** Shows pictures for so long, or until `over`; gives the seconds. */
  show(pictures: readonly Uint8Array[], seconds: number, over: () => boolean = () => false): number {
    const from = this.#at;
    while (this.#at - from < seconds * 1000 && !over()) {
      const turn = this.#looks % Math.max(1, 2 * pictures.length - 2);
      const picture = pictures[turn < pictures.length ? turn : 2 * pictures.length - 2 - turn];
      this.#looks += 1;
      this.#at += lookEveryMs;
      if (picture === undefined) continue;
      const order = this.#health.order(this.#at);
      this.#health.look(this.#inspector.measure(this.#memory, picture, this.#at, order), this.#at, order);
    }
    return (this.#at - from) / 1000;
  }

  /** The clip is well for a while, then in trouble, then well again. */
  undergo(well: readonly Uint8Array[], trouble: readonly Uint8Array[]): TroubleResult {
    const foundS = this.show(trouble, 400, () => this.fault !== undefined);
    const found = this.fault;
    const wellS = this.show(well, 60, () => this.fault === undefined);
    const isWell = this.fault === undefined;
    return {
      found,
      foundS: found === undefined ? undefined : foundS,
      wellS: isWell && found !== undefined ? wellS : undefined,
    };
  }
}
