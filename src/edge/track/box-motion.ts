import { z } from 'zod';
import { type Box, centre, type Point } from '../../domain/geometry.ts';
import { lengthOf } from './box-size.ts';
import { correctAxis, type KalmanAxis, kalmanAxisSchema, predictAxis, startAxis } from './kalman-axis.ts';

/** Past this a straight line says nothing about where somebody went. */
export const maxPredictionMs = 5000;

// All in lengths of the object (the longer side of its box), so that near and far are alike.

/** Spread of what a detector says of a box's centre and of its sides. */
const centreNoise = 0.05;
const sideNoise = 0.08;
/** Spread of an unknown speed: a pedestrian makes 0.8 lengths a second, a car 1–3. */
const centreSpeed = 0.75;
const sideSpeed = 0.15;
/** How much a speed changes within a second. */
const centreUnrest = 0.4;
const sideUnrest = 0.1;
/** The same of who stands: the speed told is then that of the detector's jitter, smoothed away. */
const standingUnrest = 0.01;
/** A box that grows or shrinks is not followed beyond this within one prediction. */
const maxScale = 2;

/** A motion as JSON. */
export const savedMotionSchema = z.object({
  x: kalmanAxisSchema,
  y: kalmanAxisSchema,
  width: kalmanAxisSchema,
  height: kalmanAxisSchema,
  length: z.number(),
  standing: z.boolean(),
});

type Axes = z.output<typeof savedMotionSchema>;

/** Where an object should be, and how far off it may be: the spread of its centre in normalised units. */
export interface Prediction {
  readonly box: Box;
  readonly spread: number;
}

/**
 * How a box moves and grows: a Kalman filter of constant velocity over centre and sides. Its noise does not couple them
 * (as ByteTrack's does not), so that four filters of one coordinate each are the same filter of eight states. It stands
 * at the last look that saw the object: any time ahead is one step.
 */
export class BoxMotion {
  #axes: Axes;

  private constructor(axes: Axes) {
    this.#axes = axes;
  }

  static begin(box: Box): BoxMotion {
    return new BoxMotion(axesOf(box));
  }

  static restore(saved: Axes): BoxMotion {
    return new BoxMotion({ ...saved });
  }

  save(): Axes {
    return { ...this.#axes };
  }

  /** Of the centre, normalised units a second. */
  get velocity(): Point {
    return [this.#axes.x.velocity, this.#axes.y.velocity];
  }

  /** `elapsedMs`: since the last look that saw it, up to `maxPredictionMs`. `still`: who stands is sure to stay. */
  predict(elapsedMs: number, still: boolean): Prediction {
    const { x, y, width, height, length, standing } = this.#axes;
    const seconds = elapsedMs / 1000;
    const noise = centreNoiseDensity(length, standing);
    const ahead = { x: predictAxis(x, seconds, noise), y: predictAxis(y, seconds, noise) };
    const halfWidth = sideAhead(width, seconds) / 2;
    const halfHeight = sideAhead(height, seconds) / 2;
    const setOff = standing && !still ? (centreSpeed * length * seconds) ** 2 : 0;
    const variance =
      Math.max(ahead.x.positionVariance, ahead.y.positionVariance) + (centreNoise * length) ** 2 + setOff;
    return {
      box: [
        ahead.x.position - halfWidth,
        ahead.y.position - halfHeight,
        ahead.x.position + halfWidth,
        ahead.y.position + halfHeight,
      ],
      spread: Math.sqrt(variance),
    };
  }

  /** Seen again. `standing`: on the place where it has stood for a while. */
  see(box: Box, elapsedMs: number, standing: boolean): void {
    if (elapsedMs > maxPredictionMs) {
      this.#axes = { ...axesOf(box), standing };
      return;
    }
    const seconds = Math.max(0, elapsedMs) / 1000;
    const length = sizeOf(box);
    const noise = centreNoiseDensity(length, standing);
    const loose = this.#axes.standing && !standing;
    const centreAxis = (axis: KalmanAxis, measured: number) => {
      const from = loose ? startAxis(axis.position, axis.positionVariance, (centreSpeed * length) ** 2) : axis;
      return correctAxis(predictAxis(from, seconds, noise), measured, (centreNoise * length) ** 2);
    };
    const side = (axis: KalmanAxis, measured: number) =>
      correctAxis(predictAxis(axis, seconds, (sideUnrest * length) ** 2), measured, (sideNoise * length) ** 2);
    const [x, y] = centre(box);
    this.#axes = {
      x: centreAxis(this.#axes.x, x),
      y: centreAxis(this.#axes.y, y),
      width: side(this.#axes.width, box[2] - box[0]),
      height: side(this.#axes.height, box[3] - box[1]),
      length,
      standing,
    };
  }
}

function axesOf(box: Box): Axes {
  const [x, y] = centre(box);
  const length = sizeOf(box);
  const centreAxis = (position: number) =>
    startAxis(position, (centreNoise * length) ** 2, (centreSpeed * length) ** 2);
  const side = (size: number) => startAxis(size, (sideNoise * length) ** 2, (sideSpeed * length) ** 2);
  return {
    x: centreAxis(x),
    y: centreAxis(y),
    width: side(box[2] - box[0]),
    height: side(box[3] - box[1]),
    length,
    standing: false,
  };
}

function centreNoiseDensity(length: number, standing: boolean): number {
  return ((standing ? standingUnrest : centreUnrest) * length) ** 2;
}

function sideAhead({ position, velocity }: KalmanAxis, seconds: number): number {
  return Math.min(position * maxScale, Math.max(position / maxScale, position + velocity * seconds));
}

/** Above 0, so that no variance is 0. */
function sizeOf(box: Box): number {
  return Math.max(1e-6, lengthOf(box));
}
