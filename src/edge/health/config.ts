import { z } from 'zod';
import { pictureFaults } from '../../domain/picture-condition.ts';
import { durationMs } from '../../lib/config.ts';

const grey = (min: number, max: number, fallback: number, description: string) =>
  z.number().min(min).max(max).default(fallback).meta({ unit: 'grey values', description });

const share = (min: number, max: number, fallback: number, description: string) =>
  z.number().min(min).max(max).default(fallback).meta({ description });

const after = (fallback: number, help: string) => durationMs({ min: 1_000, max: 86_400_000, default: fallback, help });

/** Configuration of camera health. Times are of pictures looked at: a camera that nobody looks at is not judged. */
export const healthSchema = z.strictObject({
  coveredAfterMs: after(60_000, 'A picture that lost nearly all of its structure for this long is covered.'),
  movedAfterMs: after(60_000, 'A view found elsewhere in the picture for this long has moved.'),
  otherViewAfterMs: after(
    180_000,
    'Most of the view hidden or replaced for this long is a fault: longer than a bus stands at its stop.',
  ),
  blackAfterMs: after(60_000, 'No picture but black for this long is a fault.'),
  frozenAfterMs: after(120_000, 'Exactly the same picture for this long is a fault: sensors are never without noise.'),
  blurredAfterMs: after(300_000, 'Out of focus for this long is a fault: longer than rain runs down the glass.'),
  lostAfterMs: after(300_000, 'A camera whose pictures do not come for this long is lost.'),
  recoverAfterMs: after(20_000, 'A faulty camera is well again once its pictures have been for this long.'),
  updateEveryMs: after(3_600_000, 'How often an open fault is reported again.'),
  acceptViewAfterMs: durationMs({
    min: 60_000,
    max: 31_536_000_000,
    help: 'A view that has been another for this long is taken for the new one; unless given, only when somebody accepts it.',
  }).optional(),
  likeness: share(0.1, 0.95, 0.6, 'Structure of the usual view below which the view counts as gone; 1 is as always.'),
  coveredStructure: share(0, 0.9, 0.12, 'Share of the usual structured parts that may show structure when covered.'),
  movedBy: share(0.005, 0.5, 0.02, 'Shift of the view that counts, as a share of its width or height.'),
  sharpness: share(0.05, 0.95, 0.55, 'Sharpness by the usual one below which a picture is out of focus.'),
  frozenShare: share(0.5, 1, 0.97, 'Parts of a picture exactly as before from which it stands still; a clock may run.'),
  blackLevel: grey(0, 128, 20, 'Mean brightness up to which a picture can be black.'),
  blackContrast: grey(0, 64, 5, 'Standard deviation up to which it is black, or a cover without a reference is flat.'),
  darkLevel: grey(0, 128, 50, 'Mean brightness up to which little is expected of a picture at night or indoors.'),
});

/** Checked configuration of camera health. */
export type HealthConfig = z.output<typeof healthSchema>;

/** What one camera has of its own. */
export const cameraHealthSchema = z.strictObject({
  ignore: z.array(z.enum(pictureFaults)).max(pictureFaults.length).default([]).meta({
    description:
      'Faults that are not looked for on this camera; one that tours its presets takes `[moved, covered, blurred]`.',
  }),
  indoors: z.boolean().default(false).meta({
    description:
      'Its lights are switched off at times: darkness is no fault by day either, unless it is without noise.',
  }),
});

/** Checked configuration of one camera's health. */
export type CameraHealthConfig = z.output<typeof cameraHealthSchema>;
