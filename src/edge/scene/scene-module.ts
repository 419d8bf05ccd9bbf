import type { z } from 'zod';
import type { UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { SceneHit } from '../../domain/scene-event.ts';
import type { SceneId, Severity } from '../../domain/scene-id.ts';
import type { Track } from '../../domain/track.ts';
import type { Zone } from '../../domain/zone.ts';

/** One look at one camera, as a rule sees it. */
export interface Look {
  /** Node clock of the picture. */
  readonly at: UtcMs;
  readonly tracks: readonly Track[];
}

/** A rule at work on one camera; it owns its state and is dropped with the camera. */
export interface SceneRule {
  /** Everything for which the condition holds on this look. Looks come in order of time. */
  evaluate(look: Look): readonly SceneHit[];
  /** Before the first look: what held when the node last stopped. Whoever still stands there keeps its dwell. */
  resume(hits: readonly SceneHit[]): void;
  /**
   * Milliseconds until the condition will hold for somebody if nothing moves: the next look must not come much later.
   * Undefined when nobody is on the way there.
   */
  decisionInMs(): number | undefined;
}

/** How often a scene wants its cameras looked at. */
export interface LookIntervals {
  /** While nothing goes on. */
  readonly idleMs: number;
  /** While something moves, or somebody is about to meet the condition. */
  readonly busyMs: number;
}

/** A scene: what it watches for, its configuration and how to make its rule (design: scenes.md). */
export interface SceneModule<Schema extends z.ZodType = z.ZodType> {
  readonly id: SceneId;
  /** Changes with every change of the logic: it stands in each alert's provenance. */
  readonly version: string;
  /** Canonical classes it needs; without a model that provides one of them it is unavailable. */
  readonly classes: readonly ObjectClass[];
  readonly severity: Severity;
  /** Unless configured otherwise: 2 s idle where severity 1 is possible, 10 s where dwell is minutes. */
  readonly looks: LookIntervals;
  readonly schema: Schema;
  createRule(zones: readonly Zone[], config: z.output<Schema>): SceneRule;
}
