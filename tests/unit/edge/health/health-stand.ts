import type { PictureCondition, PictureFault, ReferenceOrder } from '../../../../src/domain/picture-condition.ts';
import { CameraHealth } from '../../../../src/edge/health/camera-health.ts';
import { cameraHealthSchema, healthSchema } from '../../../../src/edge/health/config.ts';
import { pictureConditions } from '../../../../src/edge/health/picture-conditions.ts';
import { SyntheticCamera } from '../gate/synthetic-camera.ts';

export const size = { width: 128, height: 80 } as const;

/** What is done to a picture: the street's, with sensor noise. */
export type Change = (picture: Uint8Array) => Uint8Array;

/** A camera over a street, its pictures measured and judged, one every 2 s unless told otherwise. */
export class HealthStand {
  readonly street = new SyntheticCamera();
  readonly inspector = pictureConditions(size);
  readonly memory = new SharedArrayBuffer(this.inspector.memoryBytes);
  readonly health: CameraHealth;
  readonly #pictures = Array.from({ length: 16 }, () => this.street.picture());
  #looks = 0;
  night = false;
  everyMs = 2000;
  at = 1_700_000_000_000;
  last: PictureCondition | undefined;

  constructor(
    options: {
      config?: Parameters<typeof healthSchema.parse>[0];
      own?: Parameters<typeof cameraHealthSchema.parse>[0];
    } = {},
  ) {
    const config = healthSchema.parse(options.config ?? {});
    const own = cameraHealthSchema.parse(options.own ?? {});
    this.health = new CameraHealth({ config, own, isNight: () => this.night });
  }

  /** The street with one of sixteen noises, another than before. */
  picture(): Uint8Array {
    this.#looks += 1;
    const picture = this.#pictures[this.#looks % this.#pictures.length];
    if (picture === undefined) throw new RangeError('no picture');
    return picture;
  }

  get fault(): PictureFault | undefined {
    return this.health.fault?.fault;
  }

  /** Looks for so long; gives the faults it was in, each with the seconds after which it began. */
  look(seconds: number, change: Change = (picture) => picture) {
    const from = this.at;
    const faults: [second: number, fault: PictureFault | undefined][] = [];
    let before = this.fault;
    while (this.at < from + seconds * 1000) {
      this.at += this.everyMs;
      const order: ReferenceOrder = this.health.order(this.at);
      this.last = this.inspector.measure(this.memory, change(this.picture()), this.at, order);
      this.health.look(this.last, this.at, order);
      if (this.fault !== before) faults.push([(this.at - from) / 1000, this.fault]);
      before = this.fault;
    }
    return faults;
  }
}

const clamp = (value: number) => Math.min(Math.max(Math.round(value), 0), 255);

/** Each pixel by its value and place. */
export function through(change: (value: number, x: number, y: number) => number): Change {
  return (picture) => picture.map((value, at) => clamp(change(value, at % size.width, Math.floor(at / size.width))));
}

/** Out of focus: the mean of so many pixels around, three times over. */
export function blurred(radius: number): Change {
  const once = (picture: Uint8Array, step: number, length: number) =>
    picture.map((_, at) => {
      const place = step === 1 ? at % size.width : Math.floor(at / size.width);
      let [sum, count] = [0, 0];
      for (let by = -radius; by <= radius; by += 1) {
        if (place + by < 0 || place + by >= length) continue;
        sum += picture[at + by * step] ?? 0;
        count += 1;
      }
      return clamp(sum / count);
    });
  return (picture) => {
    let soft = picture;
    for (let pass = 0; pass < 3; pass += 1) soft = once(once(soft, 1, size.width), size.width, size.height);
    return soft;
  };
}

/** The view elsewhere: what comes in at the edge is the edge. */
export function shifted(dx: number, dy: number): Change {
  return (picture) =>
    picture.map((_, at) => {
      const x = Math.min(Math.max((at % size.width) - dx, 0), size.width - 1);
      const y = Math.min(Math.max(Math.floor(at / size.width) - dy, 0), size.height - 1);
      return picture[y * size.width + x] ?? 0;
    });
}

/** Nothing of the view at all: noise of so much around a grey. */
export function flat(grey: number, noise: number, random: () => number): Change {
  return through(() => grey + (random() * 2 - 1) * noise);
}
