import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';
import { hardwareNames } from './hardware-name.ts';

/** Configuration of the decoders. */
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
  hardware: z.enum(hardwareNames).default('none').meta({
    description:
      'What decodes: `none` is software, `auto` the first device that works. It is tried at the start; what does not work is said and left for software.',
  }),
  hardwareDevice: z.string().min(1).max(200).optional().meta({
    description: 'Which device, where not the first: `/dev/dri/renderD128` (VAAPI, DRM, QSV) or an index (CUDA).',
  }),
  skipLoopFilter: z.boolean().default(false).meta({
    description: 'Looks leave the deblocking filter out: cheaper, blocks stay visible. Evidence is always filtered.',
  }),
  maxStreams: z.number().int().min(0).max(1000).default(16).meta({
    description:
      'Cameras decoded continuously at once, because their scenes ask for more pictures than they send keyframes; further ones stay with keyframes.',
  }),
});
