import type { Box } from './geometry.ts';
import type { IncidentId, TrackId, UtcMs } from './ids.ts';
import type { ObjectClass } from './object-class.ts';
import type { SceneId, Severity } from './scene-id.ts';
import type { Zone } from './zone.ts';

/** Something or somebody a scene is about. */
export interface Subject {
  readonly class: ObjectClass;
  readonly score: number;
  readonly box: Box;
  readonly trackId: TrackId;
  readonly dwellMs: number;
}

/** A rule's word on one picture: its condition holds for this subject in this zone. */
export interface SceneHit {
  readonly zone: Zone;
  readonly startedAt: UtcMs;
  readonly subject: Subject;
}

/** A hit that became, stayed or stopped being an incident. */
export interface SceneEvent {
  readonly phase: IncidentPhase;
  readonly incidentId: IncidentId;
  readonly scene: SceneId;
  readonly ruleVersion: string;
  readonly severity: Severity;
  readonly zone: Zone;
  readonly startedAt: UtcMs;
  readonly observedAt: UtcMs;
  readonly subjects: readonly Subject[];
}

/** Phases of an incident as alerts report them. */
export type IncidentPhase = 'raised' | 'updated' | 'cleared';
