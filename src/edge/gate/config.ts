import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

const levels = (min: number, max: number, fallback: number, description: string) =>
  z.number().min(min).max(max).default(fallback).meta({ unit: 'levels', description });

const share = (min: number, max: number, fallback: number, description: string) =>
  z.number().min(min).max(max).default(fallback).meta({ description });

const pixels = (min: number, max: number, fallback: number, description: string) =>
  z.number().int().multipleOf(16).min(min).max(max).default(fallback).meta({ unit: 'pixels', description });

/**
 * Configuration of the activity gate. A level is one grey value at middle grey; differences are taken of logarithms,
 * so that twice the light is the same number of levels everywhere.
 */
export const gateSchema = z.strictObject({
  width: pixels(64, 256, 128, 'Width of the grey picture that is compared; a multiple of 16.'),
  height: pixels(32, 144, 80, 'Height of the grey picture that is compared; a multiple of 16.'),
  minDelta: levels(2, 64, 12, 'Smallest difference from the background, light taken out, that counts as change.'),
  maxDelta: levels(8, 200, 60, 'A difference this large counts as change however restless the pixel is.'),
  minGrey: z.number().min(0).max(64).default(6).meta({
    unit: 'grey values',
    description: 'The same in grey values of 256, which is what counts in the dark.',
  }),
  spreadFactor: z.number().min(1).max(10).default(3).meta({
    description: 'A pixel counts as changed past this many times its usual deviation (its 80th percentile).',
  }),
  edgeTolerance: share(0, 1, 0.25, 'Part of the background’s local contrast that is forgiven: small shakes, leaves.'),
  minAreaShare: share(0.0001, 0.2, 0.0008, 'Smallest changed patch that counts, as a share of the picture.'),
  margin: share(0, 0.5, 0.05, 'Width added around what changed, as a share of the picture’s width and height.'),
  transformedShare: share(0.2, 1, 0.6, 'The whole picture is taken for another when this share of its structure is.'),
  steadyMs: durationMs({
    min: 1000,
    max: 3_600_000,
    default: 30_000,
    help: 'How fast the background follows small differences (time constant).',
  }),
  spreadMs: durationMs({
    min: 1000,
    max: 3_600_000,
    default: 20_000,
    help: 'How fast a pixel’s usual deviation is learnt (time constant).',
  }),
  absorbMs: durationMs({
    min: 1000,
    max: 3_600_000,
    default: 60_000,
    help: 'What stands still for this long becomes background; until then it is reported on every look.',
  }),
  forgetMs: durationMs({
    min: 10_000,
    max: 86_400_000,
    default: 600_000,
    help: 'After a longer time without a picture the past says nothing any more.',
  }),
});

/** Checked configuration of the activity gate; plain values, so that it can be handed to a thread. */
export type GateConfig = z.output<typeof gateSchema>;
