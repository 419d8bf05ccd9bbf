import { z } from 'zod';
import { plateScenes, redactionMethods } from '../../domain/redaction.ts';
import { durationMs } from '../../lib/config.ts';

const count = (min: number, max: number, fallback: number, description: string) =>
  z.number().int().min(min).max(max).default(fallback).meta({ description });

/** Configuration of what is made unrecognisable in evidence. There is no `off`: the border would not let the files through. */
export const redactSchema = z.strictObject({
  mode: z
    .enum(['auto', ...redactionMethods])
    .default('auto')
    .meta({
      description:
        '`heads`: where a head may be in every box of a person. `persons`: the whole box. `outside`: all but the boxes of ' +
        'the things the case is about, and people in those as well. `whole`: everything, so that only shapes are left. ' +
        '`auto`: `heads` with a model that was measured to find people, `outside` with another, `whole` with none.',
    }),
  model: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'Model that looks for people and vehicles, by its id in models/manifest.json. Unless given: the first that was ' +
        'measured for it and is on this machine, else the first of `detect` that knows people.',
    }),
  scoreThreshold: z.number().min(0.05).max(0.7).default(0.1).meta({
    description: 'Lowest score (0–1) that counts here: to blur too much is better than to miss somebody.',
  }),
  threads: count(1, 16, 1, 'Threads the model may use.'),
  readablePlates: z
    .array(z.string())
    .default([...plateScenes])
    .meta({ description: 'Scenes whose subjects’ number plates stay readable; all other plates are blurred.' }),
  waiting: count(1, 1_000, 32, 'Pictures that may wait; an alert beyond that goes out without.'),
  pictureTimeoutMs: durationMs({
    min: 100,
    max: 60_000,
    default: 10_000,
    help: 'An alert does not wait longer for its picture; it goes out without.',
  }),
  clip: z
    .strictObject({
      waiting: count(
        1,
        1_000,
        16,
        'Clips that may wait, one is made at a time; what is beyond that does not come about.',
      ),
      timeoutMs: durationMs({
        min: 1_000,
        max: 3_600_000,
        default: 120_000,
        help: 'A clip that takes longer is given up.',
      }),
      maxFps: count(1, 60, 10, 'Pictures a second in the file.'),
      maxWidth: count(160, 3_840, 960, 'A wider picture is scaled down, pixels.'),
      detectEveryMs: durationMs({
        min: 40,
        max: 2_000,
        default: 400,
        help: 'How often people are looked for; between two looks what either found is covered, and the way from one to the other.',
      }),
    })
    .prefault({})
    .meta({ description: 'Clips are decoded, blurred and coded anew as VP9.' }),
});

/** Checked configuration of redaction. */
export type RedactConfig = z.output<typeof redactSchema>;
