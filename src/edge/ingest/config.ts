import { z } from 'zod';
import { durationMs, secretRef } from '../../lib/config.ts';
import { parseRtspUrl } from './rtsp-target.ts';

/** How the certificate of an `rtsps://` camera is judged. */
const cameraTlsSchema = z
  .strictObject({
    caFile: z.string().min(1).optional().meta({ description: 'PEM file of the authority that signed it.' }),
    fingerprint: z
      .string()
      .regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, 'expected the SHA-256 fingerprint: 64 hex digits, colons allowed')
      .optional()
      .meta({ description: 'SHA-256 of the one certificate that is accepted, whoever signed it.' }),
    insecure: z.boolean().default(false).meta({ description: 'Accept any certificate: encrypted, but from whom?' }),
  })
  .meta({ description: 'Without it the certificate must be signed by an authority the machine trusts.' });

/** How one camera's stream is fetched. */
export const cameraStreamSchema = z
  .strictObject({
    url: z
      .string()
      .refine((text) => parseRtspUrl(text) !== undefined, 'expected rtsp://host[:port]/path or rtsps://…')
      .meta({ description: 'RTSP address; the substream is enough. Better without credentials: see username.' }),
    username: z.string().min(1).optional().meta({ description: 'User name; wins over one in the address.' }),
    password: secretRef.optional().meta({ description: 'Where the password is; wins over one in the address.' }),
    transport: z.enum(['tcp', 'udp', 'auto']).default('tcp').meta({
      description:
        'How RTP comes: within the RTSP connection, as UDP, or as UDP with TCP where that does not get through.',
    }),
    videoTrack: z.int().min(0).max(15).optional().meta({
      description: 'Which video track, from 0, where there are several; default the first of a codec we take.',
    }),
    tls: cameraTlsSchema.optional(),
    redirectCredentials: z.boolean().default(false).meta({
      description: 'Whether a redirect to another host may have the credentials too.',
    }),
    connectTimeoutMs: durationMs({ min: 100, max: 60_000, default: 5_000, help: 'Longest wait for the connection.' }),
    responseTimeoutMs: durationMs({ min: 100, max: 60_000, default: 10_000, help: 'Longest wait for an answer.' }),
    stalledAfterMs: durationMs({
      min: 200,
      max: 300_000,
      default: 10_000,
      help: 'A stream without a complete picture for this long is reconnected.',
    }),
    keyframeWithinMs: durationMs({
      min: 200,
      max: 600_000,
      default: 60_000,
      help: 'Pictures that come, but none of which decodes alone, are waited on for this long.',
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

/** How the certificate of one camera is judged. */
export type CameraTls = z.output<typeof cameraTlsSchema>;
