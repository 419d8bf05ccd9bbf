import { z } from 'zod';
import { type TriggeringAnchor, triggeringAnchors } from '../../domain/geometry.ts';
import { durationMs } from '../../lib/config.ts';
import { type Hours, hoursSchema } from './rule/hours.ts';

const score = (fallback: number, description: string) =>
  z.number().min(0).max(1).default(fallback).meta({ description });

const streamGapMs = (fallback: number) =>
  durationMs({
    min: 1_000,
    max: 120_000,
    default: fallback,
    help: 'Looks further apart than this are a gap in the stream; the time between does not count as dwell.',
  });

/** What every scene's configuration has (design: scenes.md, "Common to all"). */
export const commonSceneFields = {
  zones: z
    .array(z.string())
    .min(1)
    .meta({ description: "Ids of the camera's zones in which the scene is watched for." }),
  exclude: z
    .array(z.string())
    .default([])
    .meta({ description: "Ids of the camera's zones in which it is not, where they overlap those." }),
  schedule: hoursSchema
    .min(1)
    .optional()
    .meta({ description: 'Hours in which the scene is watched for; always unless given.' }),
  looks: z
    .strictObject({
      idleMs: durationMs({
        min: 40,
        max: 60_000,
        help: 'Longest time between two looks while nothing goes on.',
      }).optional(),
      busyMs: durationMs({
        min: 40,
        max: 60_000,
        help: 'The same while something moves or is about to decide; below 1000 the camera is decoded continuously.',
      }).optional(),
    })
    .optional()
    .meta({ description: "How often the scene's cameras are looked at; unless given, as the scene itself asks." }),
  anchor: z
    .enum(triggeringAnchors)
    .default('bottom')
    .meta({ description: 'Point of the box, on its middle line, that must lie in a zone or cross a line.' }),
  enterScore: score(0.7, 'A subject counts once its best score reached this, 0–1.'),
  stayScore: score(0.3, 'And on each look on which its score is at least this, 0–1.'),
  minBoxHeight: z
    .number()
    .min(0)
    .max(1)
    .default(0.03)
    .meta({ description: 'Smaller boxes are ignored; share of the picture height.' }),
  occlusionMs: durationMs({
    min: 0,
    max: 60_000,
    default: 3_000,
    help: 'A subject unseen for no longer than this keeps its dwell.',
  }),
  streamGapMs: streamGapMs(12_000),
  clearAfterMs: durationMs({
    min: 1_000,
    max: 600_000,
    default: 30_000,
    help: 'An incident is cleared after this long without its subject.',
  }),
  updateEveryMs: durationMs({
    min: 1_000,
    max: 3_600_000,
    default: 60_000,
    help: 'How often an open incident is reported again.',
  }),
  cooldownMs: durationMs({
    min: 0,
    max: 86_400_000,
    default: 600_000,
    help: 'After an incident is cleared, the same thing in the same place raises no new one for this long, unless it is graver. Cases of severity 1 always do.',
  }),
};

/**
 * The same where a look every 10 s is enough: a node that has much to do puts off looks by whole intervals, and three of
 * them are no gap in the stream.
 */
export const slowSceneFields = { ...commonSceneFields, streamGapMs: streamGapMs(45_000) };

/** The part of a scene's configuration that incidents live by. */
export interface IncidentTiming {
  readonly clearAfterMs: number;
  readonly updateEveryMs: number;
  readonly cooldownMs: number;
  readonly streamGapMs: number;
}

/** The part that says which subjects count, and how a stay is measured. */
export interface SubjectLimits {
  /** Bottom centre unless given. */
  readonly anchor?: TriggeringAnchor;
  readonly enterScore: number;
  readonly stayScore: number;
  readonly minBoxHeight: number;
  readonly occlusionMs: number;
  readonly streamGapMs: number;
  readonly clearAfterMs: number;
}

/** A scene's configuration as far as this folder reads it; the rest is the module's own. */
export interface SceneConfig extends IncidentTiming {
  readonly zones: readonly string[];
  readonly anchor?: TriggeringAnchor;
  readonly exclude?: readonly string[];
  readonly schedule?: Hours | undefined;
  readonly looks?: { readonly idleMs?: number | undefined; readonly busyMs?: number | undefined } | undefined;
}

/** Looks that a site asks for must leave room for one that comes late. */
export function checkLooks({ looks, streamGapMs }: SceneConfig, context: z.RefinementCtx): void {
  // What is out of its range is told as that.
  if (context.issues.length > 0) return;
  for (const name of ['idleMs', 'busyMs'] as const) {
    const everyMs = looks?.[name];
    if (everyMs === undefined || everyMs * 2 <= streamGapMs) continue;
    const why = 'a look that comes late would count as a gap in the stream, and every dwell would stop';
    const message = `${everyMs} ms is more than half of streamGapMs (${streamGapMs} ms): ${why}; make streamGapMs ${everyMs * 2} or more`;
    context.addIssue({ code: 'custom', path: ['looks', name], message });
  }
}
