import { z } from 'zod';
import { objectClasses } from '../../domain/object-class.ts';
import { durationMs } from '../../lib/config.ts';
import { appearanceSchema } from './appearance/config.ts';
import { canarySchema } from './canary/config.ts';
import { providerNames } from './provider.ts';

const provider = z.enum(['auto', ...providerNames]);
const threads = z.number().int().min(1).max(64);
const sessions = z.number().int().min(1).max(16);
const modelId = z.string().min(1);

/** One model of the node; what it leaves out is as for all of them. */
const modelSchema = z.strictObject({
  id: modelId.meta({ description: 'Model, by its id in models/manifest.json.' }),
  provider: provider.optional().meta({ description: 'As `detect.provider`, for this model only.' }),
  threads: threads.optional().meta({ description: 'As `detect.threads`, for this model only.' }),
  sessions: sessions.optional().meta({ description: 'As `detect.sessions`, for this model only.' }),
  classes: z
    .array(z.enum(objectClasses))
    .min(1)
    .readonly()
    .optional()
    .meta({ description: 'What is asked of it, of the classes it knows; all unless given.' }),
});

/** Configuration of the object detector. */
export const detectSchema = z
  .strictObject({
    models: z
      .array(modelSchema)
      .min(1)
      .max(8)
      .optional()
      .meta({
        description:
          'Models of this node, each with threads of its own; a scene is served by those that know its classes. Unless ' +
          'given: what `maplebridge models pull` brought, the last first, then what ships, each class asked of the first that knows it.',
      }),
    provider: provider.default('cpu').meta({
      description:
        'Where models run: an ONNX Runtime execution provider, or `auto`. One that does not run here is told of and ' +
        'the next of tensorrt, cuda, webgpu, cpu is tried; `auto` begins at the first and passes over what is slower than cpu.',
    }),
    loadTimeoutMs: durationMs({
      min: 1_000,
      max: 600_000,
      default: 60_000,
      help: 'A model that has not loaded and run once within this time is given up, on an accelerator for the next provider.',
    }),
    sessions: sessions.default(1).meta({
      description:
        'Threads that each run a copy of a model. On cpu `sessions` × `threads` should not exceed the cores.',
    }),
    threads: threads.default(1).meta({ description: 'Threads one inference may use (cpu only).' }),
    batch: z
      .strictObject({
        size: z.number().int().min(1).max(64).optional().meta({
          description: 'Model inputs that are run at once; default 1 on cpu, which gains nothing, 4 elsewhere.',
        }),
        maxWaitMs: durationMs({
          min: 0,
          max: 1_000,
          default: 40,
          help: 'Longest that a look waits for others to share a model input with, while the model is idle.',
        }),
      })
      .prefault({})
      .meta({ description: 'Looks of all cameras are collected before the model runs.' }),
    fixedInput: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Every picture is padded to the full input of its model, as its authors evaluate it, also on cpu, where an input ' +
          'may be as small as what it shows: 1.4 times as fast, scores differ by some 0.006.',
      }),
    scoreThreshold: z.number().min(0.05).max(0.95).default(0.3).meta({
      description: 'Lowest score (0–1) the detector reports; the tracker and the scenes ask for more.',
    }),
    iouThreshold: z.number().min(0.1).max(0.9).default(0.5).meta({
      description: 'Overlap (IoU, 0–1) above which the weaker of two boxes of one kind is taken for the same object.',
    }),
    queueCapacity: z.number().int().min(1).max(10_000).default(256).meta({
      description: 'Looks that may wait for a model; past that the least urgent fails.',
    }),
    jobTimeoutMs: durationMs({
      min: 100,
      max: 600_000,
      default: 30_000,
      help: 'A detector thread that has not answered for this long is replaced.',
    }),
    appearance: appearanceSchema.optional().meta({
      description: 'A model that tells what persons look like, so that who was lost is known again; none unless given.',
    }),
    canary: canarySchema.optional().meta({
      description: 'A new model that is compared with one of `models` on a share of the looks before it takes over.',
    }),
  })
  .superRefine(({ models, canary }, context) => {
    if (models === undefined) return;
    const ids = models.map(({ id }) => id);
    if (canary !== undefined && !ids.includes(canary.replaces))
      context.addIssue({
        code: 'custom',
        path: ['canary', 'replaces'],
        message: `not one of models: ${ids.join(', ')}`,
      });
    if (canary !== undefined && ids.includes(canary.modelId))
      context.addIssue({ code: 'custom', path: ['canary', 'modelId'], message: 'is one of models already' });
    for (const [index, { id }] of models.entries())
      if (models.findIndex((model) => model.id === id) !== index)
        context.addIssue({ code: 'custom', path: ['models', index, 'id'], message: `model "${id}" is there twice` });
  });

/** Checked configuration of the object detector. */
export type DetectConfig = z.output<typeof detectSchema>;
