import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

/** Configuration of the object detector. */
export const detectSchema = z.strictObject({
  modelId: z.string().default('yolox-nano-416').meta({ description: 'Model, by its id in models/manifest.json.' }),
  provider: z.enum(['cpu']).default('cpu').meta({ description: 'ONNX Runtime execution provider.' }),
  threads: z.number().int().min(1).max(64).default(1).meta({ description: 'Threads one inference may use.' }),
  scoreThreshold: z.number().min(0.05).max(0.95).default(0.3).meta({
    description: 'Lowest score (0–1) the detector reports; the tracker and the scenes ask for more.',
  }),
  iouThreshold: z.number().min(0.1).max(0.9).default(0.5).meta({
    description: 'Overlap (IoU, 0–1) above which the weaker of two boxes of one kind is taken for the same object.',
  }),
  queueCapacity: z.number().int().min(1).max(10_000).default(256).meta({
    description: 'Calls that may wait for the detector; past that the oldest fails with MB_OVERLOADED.',
  }),
  jobTimeoutMs: durationMs({
    min: 100,
    max: 600_000,
    default: 30_000,
    help: 'A detector thread that has not answered for this long is replaced.',
  }),
});

/** Checked configuration of the object detector. */
export type DetectConfig = z.output<typeof detectSchema>;
