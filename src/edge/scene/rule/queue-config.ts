import { z } from 'zod';
import { durationMs } from '../../../lib/config.ts';
import type { SubjectLimits } from '../common-config.ts';

/** Configuration of what counts as a queue of vehicles. */
export const queueFields = {
  queueVehicles: z.number().int().min(0).max(50).default(3).meta({
    description: 'So many vehicles that stop one after the other, each near the next, are a queue; 0: none ever is.',
  }),
  queueStopWithinMs: durationMs({
    min: 1_000,
    max: 300_000,
    default: 20_000,
    help: 'Neighbours in a queue came to a stop within this time of each other.',
  }),
  queueSpacing: z.number().positive().max(20).default(2).meta({
    description: 'And stand no further apart than this, in lengths of the larger side of the smaller box.',
  }),
  queueReleaseMs: durationMs({
    min: 0,
    max: 600_000,
    default: 30_000,
    help: 'Who still stands this long after the queue around it has gone was not waiting with it.',
  }),
  queueMaxMs: durationMs({
    min: 30_000,
    max: 7_200_000,
    default: 600_000,
    help: 'Whoever stands in a queue for longer than this is parked all the same.',
  }),
};

/** Checked configuration of queues. */
export type QueueConfig = SubjectLimits & { readonly maxDrift: number } & {
  readonly [field in keyof typeof queueFields]: number;
};
