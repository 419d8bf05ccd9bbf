import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';
import { cameraStreamSchema } from './config.ts';

const { url: _url, ...rtspSettings } = cameraStreamSchema.shape;

/** A camera that is asked over ONVIF where its stream is. */
export const onvifStreamSchema = z
  .strictObject({
    onvif: z.strictObject({
      host: z
        .string()
        .regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'expected a name or an address, without http://')
        .meta({ description: 'Name or address of the camera.' }),
      port: z.number().int().min(1).max(65_535).default(80).meta({ description: 'Port of its ONVIF service.' }),
      path: z
        .string()
        .startsWith('/')
        .default('/onvif/device_service')
        .meta({ description: 'Path of its device service.' }),
      profile: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Token or name of the profile; default: the smallest that will do, the substream.' }),
      keepHost: z
        .boolean()
        .default(false)
        .meta({ description: 'Put `host` in place of the one the camera names: for cameras behind NAT.' }),
    }),
    ...rtspSettings,
  })
  .meta({ description: 'A camera whose stream is found over ONVIF at every connect after a failure.' });

const looped = z.boolean().default(true).meta({ description: 'Begin again at the end; otherwise the camera stops.' });
const retryMs = durationMs({ min: 10, max: 600_000, default: 5_000, help: 'Wait after a file that cannot be read.' });

/** A video file that plays as if it were a camera, in real time. */
export const fileStreamSchema = z
  .strictObject({ file: z.string().min(1).meta({ description: 'Video file: MP4, MKV, TS, …' }), loop: looped, retryMs })
  .meta({ description: 'A file in place of a camera, for tests and demonstrations.' });

/** The video files of a folder, one after the other by name. */
export const directoryStreamSchema = z
  .strictObject({ directory: z.string().min(1).meta({ description: 'Folder of video files.' }), loop: looped, retryMs })
  .meta({ description: 'A folder of files in place of a camera, for tests and demonstrations.' });

/** Where a camera's pictures come from. */
export const cameraSourceSchema = z.union([
  cameraStreamSchema,
  onvifStreamSchema,
  fileStreamSchema,
  directoryStreamSchema,
]);

/** Checked form of `onvifStreamSchema`. */
export type OnvifStream = z.output<typeof onvifStreamSchema>;
/** Checked form of `fileStreamSchema` or `directoryStreamSchema`. */
export type FileStream = z.output<typeof fileStreamSchema> | z.output<typeof directoryStreamSchema>;
/** Checked form of `cameraSourceSchema`. */
export type CameraSource = z.output<typeof cameraSourceSchema>;
