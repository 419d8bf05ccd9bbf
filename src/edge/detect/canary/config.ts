import { z } from 'zod';
import { durationMs } from '../../../lib/config.ts';

const modelId = (description: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'the id of a model in models/manifest.json')
    .meta({ description });
const share = (fallback: number, description: string) =>
  z.number().min(0).max(1).default(fallback).meta({ description });

/** What the new model may cost at most: past any of these it is refused, or taken back while it is on watch. */
const limitsSchema = z.strictObject({
  maxLost: share(0.05, 'Share of the old model’s confident detections that the new one may lack (0–1).'),
  maxAdded: share(0.1, 'Share of the new model’s confident detections that the old one may lack (0–1).'),
  maxLatencyRatio: z.number().min(0.1).max(100).default(1.5).meta({
    description: 'How many times as long as the old model the new one may take for a picture.',
  }),
  maxFailures: z.number().int().min(0).max(10_000).default(3).meta({
    description: 'Pictures the new model may fail on while compared, and again while on watch.',
  }),
});

/** Configuration of a canary: a new model beside the one whose place it may take. */
export const canarySchema = z
  .strictObject({
    modelId: modelId('The new model, by its id in models/manifest.json.'),
    replaces: modelId('The model it is compared with and whose place it may take.'),
    share: share(0.05, 'Share of every camera’s looks that both models see (0–1).'),
    minPictures: z.number().int().min(1).max(10_000_000).default(500).meta({
      description: 'Pictures both models must have seen before the new one is judged.',
    }),
    minObjects: z.number().int().min(0).max(10_000_000).default(200).meta({
      description: 'Confident detections of the old model there must have been by then: empty pictures prove nothing.',
    }),
    score: share(0.5, 'Score from which a detection counts as confident (0–1); as `track.startScore`.'),
    takeOver: z.enum(['manual', 'automatic']).default('manual').meta({
      description:
        '`automatic`: takes over once within its limits; `manual`: waits for `maplebridge models canary promote`.',
    }),
    watchMs: durationMs({
      min: 1_000,
      max: 604_800_000,
      default: 3_600_000,
      help: 'Running time after taking over in which failures or slowness take the new model back by themselves.',
    }),
    limits: limitsSchema.prefault({}).meta({ description: 'What the new model may cost at most.' }),
  })
  .refine(({ modelId: own, replaces }) => own !== replaces, {
    path: ['replaces'],
    message: 'the same model: a canary is another one',
  });

/** Checked configuration of a canary. */
export type CanaryConfig = z.output<typeof canarySchema>;
