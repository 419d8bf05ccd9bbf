import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

const bytes = (max: number, fallback: number, description: string) =>
  z.number().int().min(0).max(max).default(fallback).meta({ unit: 'bytes', description });
const count = (max: number, fallback: number, description: string) =>
  z.number().int().min(0).max(max).default(fallback).meta({ description });

const startFramesSchema = z
  .strictObject({
    maxCount: count(64, 4, 'Pictures kept for one camera; 0 keeps none.'),
    maxBytes: bytes(67_108_864, 524_288, 'Their bytes, as coded by the camera.'),
  })
  .meta({ description: 'Coded pictures of the moments in which conditions under way began.' });

const clipSchema = z
  .strictObject({
    beforeMs: durationMs({ min: 0, max: 60_000, default: 5_000, help: 'How far a clip reaches back from its alert.' }),
    afterMs: durationMs({ min: 0, max: 60_000, default: 5_000, help: 'How far it reaches beyond it.' }),
    maxBytes: bytes(
      48_000_000,
      16_000_000,
      'Largest clip, below `publish.maxEvidenceBytes`; a main stream’s that is larger is cut from the substream.',
    ),
    waiting: count(
      10_000,
      64,
      'Clips that wait to be complete or to be written, on the node; further ones are dropped.',
    ),
    ringBytes: bytes(
      268_435_456,
      2_000_000,
      'Memory for recent pictures of a camera that has no `keep` of its own; they reach back as far as clips need.',
    ),
    nodeBytes: bytes(
      1_099_511_627_776,
      536_870_912,
      'Memory for recent pictures of all those cameras; beyond it, the cameras with the least severe scenes go without. 0: none.',
    ),
    mainStreams: count(
      1_000,
      8,
      'Main streams held open for clips at once; further cameras’ clips show the substream.',
    ),
    mainBytes: bytes(268_435_456, 12_582_912, 'Memory for recent pictures of each of them.'),
    mainAheadMs: durationMs({
      min: 0,
      max: 300_000,
      default: 20_000,
      help: 'A main stream is opened this long before a condition under way is due.',
    }),
  })
  .meta({ description: 'Clips around alerts, cut from recent pictures as the camera sent them.' });

/** Configuration of the evidence of incidents. */
export const evidenceSchema = z.strictObject({
  startFrames: startFramesSchema.prefault({}),
  clip: clipSchema.prefault({}),
});

/** Checked configuration of clips. */
export type ClipConfig = z.output<typeof clipSchema>;
