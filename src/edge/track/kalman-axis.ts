import { z } from 'zod';

/** One coordinate with its speed, and how sure of both: mean and covariance. Seconds, and the coordinate's own unit. */
export const kalmanAxisSchema = z
  .object({
    position: z.number(),
    velocity: z.number(),
    positionVariance: z.number(),
    covariance: z.number(),
    velocityVariance: z.number(),
  })
  .readonly();

/** One coordinate with its speed, and how sure of both. */
export type KalmanAxis = z.output<typeof kalmanAxisSchema>;

/** Measured once; of its speed only the spread is known. */
export function startAxis(position: number, positionVariance: number, velocityVariance: number): KalmanAxis {
  return { position, velocity: 0, positionVariance, covariance: 0, velocityVariance };
}

/**
 * Where it should be after some time: constant velocity, disturbed by white noise in acceleration of the given density
 * (unit² a second³), so that the gap's length decides how far it may be off (Bar-Shalom, Li and Kirubarajan 2001,
 * §6.2.2). Two steps come to the same as one of their sum.
 */
export function predictAxis(axis: KalmanAxis, seconds: number, noise: number): KalmanAxis {
  const { position, velocity, positionVariance, covariance, velocityVariance } = axis;
  return {
    position: position + velocity * seconds,
    velocity,
    positionVariance:
      positionVariance + seconds * (2 * covariance + seconds * (velocityVariance + (noise * seconds) / 3)),
    covariance: covariance + seconds * (velocityVariance + (noise * seconds) / 2),
    velocityVariance: velocityVariance + noise * seconds,
  };
}

/** Measured again. `variance`: of the measurement, above 0. */
export function correctAxis(axis: KalmanAxis, measured: number, variance: number): KalmanAxis {
  const { position, velocity, positionVariance, covariance, velocityVariance } = axis;
  const total = positionVariance + variance;
  const gain = positionVariance / total;
  const velocityGain = covariance / total;
  const surprise = measured - position;
  return {
    position: position + gain * surprise,
    velocity: velocity + velocityGain * surprise,
    positionVariance: (1 - gain) * positionVariance,
    covariance: (1 - gain) * covariance,
    velocityVariance: velocityVariance - velocityGain * covariance,
  };
}
