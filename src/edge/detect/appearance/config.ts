import { z } from 'zod';
import { durationMs } from '../../../lib/config.ts';

/** Configuration of the model that tells what somebody looks like. */
export const appearanceSchema = z.strictObject({
  model: z.string().min(1).meta({ description: 'Model of appearances, by its id in models/manifest.json.' }),
  refreshMs: durationMs({
    min: 1_000,
    max: 600_000,
    default: 20_000,
    help: 'Who is followed without doubt is looked at again this often, as light and sides change.',
  }),
  queueCapacity: z.number().int().min(1).max(1_000).default(32).meta({
    description: 'Crops that may wait for the model; past that objects go without an appearance.',
  }),
});

/** Checked configuration. */
export type AppearanceConfig = z.output<typeof appearanceSchema>;
