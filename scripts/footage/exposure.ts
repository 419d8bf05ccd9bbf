import { type Caption, createCaption } from './caption.ts';
import { createSensor } from './sensor.ts';
import { Random } from './stage/random.ts';
import type { DrawnPicture } from './stage-browser.ts';
import type { LightKind } from './truth.ts';

/** A camera of the block: its lens and sensor, its shutter, and the caption it burns in. */
export interface Exposure {
  /** How long the shutter is open, seconds. */
  readonly shutterS: number;
  /** Turns a clean picture, in place, into what the camera delivers. `index`: of the picture, for its noise. */
  expose(picture: DrawnPicture, index: number, timeS: number): void;
}

/** Shutter times, seconds: longest where light is scarce. */
const shutters: Readonly<Record<LightKind, readonly [number, number]>> = {
  day: [1 / 100, 1 / 50],
  rain: [1 / 100, 1 / 50],
  dusk: [1 / 50, 1 / 25],
  night: [1 / 30, 1 / 25],
  infrared: [1 / 30, 1 / 25],
};

/** The same camera for the same seed and light. */
export function createExposure(seed: number, light: LightKind): Exposure {
  const random = new Random(seed);
  const [lens, text, shutter] = [random.branch(), random.branch(), random.branch()];
  const sensor = createSensor(lens, light);
  const caption: Caption = createCaption(text, light);
  return {
    shutterS: shutter.between(...shutters[light]),
    expose({ rgb, width, height }, index, timeS) {
      sensor.expose(rgb, width, height, index);
      caption.burnIn(rgb, width, height, timeS);
    },
  };
}
