import type { z } from 'zod';
import type { GroundMap } from '../../domain/ground.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { SceneHit } from '../../domain/scene-event.ts';
import type { SceneId, Severity } from '../../domain/scene-id.ts';
import type { Track } from '../../domain/track.ts';
import type { Zone } from '../../domain/zone.ts';
import type { Calendar } from './rule/hours.ts';
import type { ReasonTexts, RuleTrace } from './rule/rule-trace.ts';

/** One look at one camera, as a rule sees it. */
export interface Look {
  /** Node clock of the picture. */
  readonly at: UtcMs;
  /** Live tracks; those seen on this look have `lastSeenAt === at`. */
  readonly tracks: readonly Track[];
  /** Width of the picture by its height, in pixels: boxes are normalised, proportions of bodies are not. */
  readonly aspect: number;
  /** Classes the scene looks for that no model could find: that none is seen says nothing. Absent: there are none. */
  readonly unlooked?: ReadonlySet<ObjectClass>;
}

/** What a rule knows of its place. */
export interface SceneSurroundings {
  /** The scene's zones on this camera. */
  readonly zones: readonly Zone[];
  /** Whose anchor lies in one of these does not count. */
  readonly exclusions: readonly Zone[];
  /** Absent on cameras that are not calibrated. */
  readonly ground?: GroundMap | undefined;
  readonly calendar: Calendar;
  /** The camera's place, WGS-84 degrees. */
  readonly place: { readonly lat: number; readonly lon: number };
}

/** Where a camera's scenes are at work. */
export type CameraSurroundings = Omit<SceneSurroundings, 'zones' | 'exclusions'>;

/** A condition under way: it began at `startedAt` and holds in `dueInMs` if nothing moves. */
export interface PendingHit {
  readonly startedAt: UtcMs;
  readonly dueInMs: number;
}

/** A rule at work on one camera; it owns its state and is dropped with the camera. */
export interface SceneRule {
  /** Everything for which the condition holds on this look. Looks come in order of time. */
  evaluate(look: Look, trace?: RuleTrace): readonly SceneHit[];
  /** Conditions under way after the last look: the next look must not come much later than the first of them is due. */
  pending(): readonly PendingHit[];
  /** Before the first look: incidents open when the node last stopped. Whoever still stands there keeps its dwell. */
  resume(hits: readonly SceneHit[]): void;
  /** All it remembers, as JSON: with `restore` another instance goes on exactly where this one was. */
  save(): unknown;
  /** Before the first look. `saved` is what `save` of the same module version gave; zones may have changed since. */
  restore(saved: unknown): void;
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
  /** Classes it goes by beside those, where a model provides them: the people by a stall, the truck beside a pile. */
  readonly also?: readonly ObjectClass[];
  /** In place of `classes` where the configuration says what it looks for. */
  classesOf?(config: z.output<Schema>): readonly ObjectClass[];
  /** Of the gravest case; a hit says where it is less. */
  readonly severity: Severity;
  /** Unless configured otherwise: 2 s idle where severity 1 is possible, 10 s where dwell is minutes. */
  readonly looks: LookIntervals;
  readonly schema: Schema;
  /** What this scene's own codes mean, for `maplebridge explain`. */
  readonly reasons: ReasonTexts;
  createRule(config: z.output<Schema>, around: SceneSurroundings): SceneRule;
}
