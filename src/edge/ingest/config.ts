import { z } from 'zod';
import { durationMs, secretRef } from '../../lib/config.ts';
import { parseRtspUrl } from './rtsp-target.ts';

/** How one camera's stream is fetched. */
export const cameraStreamSchema = z
  .strictObject({
    url: z
      .string()
      .refine((text) => parseRtspUrl(text) !== undefined, 'expected rtsp://host[:port]/path')
      .meta({ description: 'RTSP address; the substream is enough. Better without credentials: see username.' }),
    username: z.string().min(1).optional().meta({ description: 'User name; wins over one in the address.' }),
    password: secretRef.optional().meta({ description: 'Where the password is; wins over one in the address.' }),
    connectTimeoutMs: durationMs({ min: 100, max: 60_000, default: 5_000, help: 'Longest wait for the connection.' }),
    responseTimeoutMs: durationMs({ min: 100, max: 60_000, default: 10_000, help: 'Longest wait for an answer.' }),
    stalledAfterMs: durationMs({
      min: 200,
      max: 300_000,
      default: 10_000,
      help: 'A stream without a complete picture for this long is reconnected.',
    }),
    retryMinMs: durationMs({ min: 10, max: 60_000, default: 1_000, help: 'First wait before reconnecting.' }),
    retryMaxMs: durationMs({ min: 10, max: 600_000, default: 30_000, help: 'Longest wait before reconnecting.' }),
    unauthorizedRetryMs: durationMs({
      min: 10,
      max: 3_600_000,
      default: 60_000,
      help: 'Shortest wait after refused credentials: cameras lock an account that tries too often.',
    }),
  })
  .meta({ description: 'How one camera is reached.' });

/** Checked form of `cameraStreamSchema`. */
export type CameraStream = z.output<typeof cameraStreamSchema>;
