import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

const share = (fallback: number, description: string) =>
  z.number().min(0).max(1).default(fallback).meta({ description });

/** Configuration of the tracker; scores and overlaps are 0–1. */
export const trackSchema = z.strictObject({
  startScore: share(0.5, 'Lowest score of a detection that starts a track.'),
  stayScore: share(0.3, 'Lowest score of a detection that continues one.'),
  confirmScore: share(0.7, 'A track is confirmed once its best score reached this.'),
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
  maxGapMs: durationMs({
    min: 1000,
    max: 86_400_000,
    default: 600_000,
    help: 'After a longer time without any look nothing is taken for what was there before.',
  }),
});

/** Checked configuration of the tracker. */
export type TrackConfig = z.output<typeof trackSchema>;
