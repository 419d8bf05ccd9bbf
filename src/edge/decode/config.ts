import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

/** Configuration of the keyframe decoders. */
export const decodeSchema = z.strictObject({
  workers: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .meta({ description: 'Decoder threads; each takes up to one core. One serves about 150 keyframes/s at 640×360.' }),
  queueCapacity: z.number().int().min(1).max(10_000).default(64).meta({
    description:
      'Keyframes that may wait for a decoder, looks and evidence each; past that the oldest is dropped and counted as overloaded.',
  }),
  jobTimeoutMs: durationMs({
    min: 100,
    max: 60_000,
    default: 5000,
    help: 'A decoder thread that has not answered for this long is replaced.',
  }),
});
