import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

const share = (fallback: number, description: string) =>
  z.number().min(0).max(1).default(fallback).meta({ description });

/** Configuration of the tracker; scores, overlaps and similarities are 0–1. */
export const trackSchema = z.strictObject({
  kind: z.enum(['byte', 'iou']).default('byte').meta({
    description: '`byte` reckons with motion and remembers who stands; `iou` goes by overlap, and costs least.',
  }),
  startScore: share(0.5, 'Lowest score of a detection that starts a track.'),
  stayScore: share(0.3, 'Lowest score of a detection that continues one.'),
  confirmScore: share(
    0.5,
    'A track is confirmed once its best score reached this; scenes ask for more by `enterScore`.',
  ),
  confirmHits: z.number().int().min(1).max(100).default(2).meta({
    description: 'A track is confirmed once it was seen in this many pictures.',
  }),
  minIou: share(0.3, 'Overlap with the last box at which a detection continues a track seen on the look before.'),
  lostIou: share(0.6, 'The same for a lost track: what comes back must stand where it stood.'),
  reach: z.number().min(0).max(10).default(0.75).meta({
    description:
      'How far a moving object may get between two looks, in box lengths a second; 0 follows by overlap only.',
  }),
  maxLostMs: durationMs({
    min: 0,
    max: 600_000,
    default: 10_000,
    help: 'A confirmed track unseen for longer, and on more than three looks, is removed.',
  }),
  maxTentativeLostMs: durationMs({
    min: 0,
    max: 600_000,
    default: 4000,
    help: 'The same for a track not confirmed yet, on more than one look.',
  }),
  standingLostMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 120_000,
    help: 'Who stood is remembered as long as it stood, but no longer than this (`byte` only).',
  }),
  hiddenLostMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 600_000,
    help: 'The same while another object stands before it, however long it stood (`byte` only).',
  }),
  sameAppearance: share(
    0.7,
    'Similarity (cosine) from which a lost object is known again anywhere in the picture, where a model tells appearance (`byte` only).',
  ),
  reacquireMs: durationMs({
    min: 0,
    max: 600_000,
    default: 60_000,
    help: 'How long a lost object is known by its appearance (`byte` only).',
  }),
  maxGapMs: durationMs({
    min: 1000,
    max: 86_400_000,
    default: 600_000,
    help: 'After a longer time without any look nothing is taken for what was there before.',
  }),
});

/** Checked configuration of the tracker. */
export type TrackConfig = z.output<typeof trackSchema>;
