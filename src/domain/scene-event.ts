import type { Box } from './geometry.ts';
import type { GroundPosition, GroundSpeed } from './ground.ts';
import type { CameraId, IncidentId, TrackId, UtcMs, ZoneId } from './ids.ts';
import type { ObjectClass } from './object-class.ts';
import type { SceneDetailName } from './scene-detail.ts';
import type { SceneId, Severity } from './scene-id.ts';
import type { Zone } from './zone.ts';

/** Something or somebody a scene is about. */
export interface Subject {
  readonly class: ObjectClass;
  readonly score: number;
  readonly box: Box;
  readonly trackId: TrackId;
  readonly dwellMs: number;
  /** Where it stands, on calibrated cameras. */
  readonly position?: GroundPosition | undefined;
  readonly speed?: GroundSpeed | undefined;
}

/** What a scene measured beside its subjects: numbers, and lower-case words of its own. */
export type SceneDetails = Readonly<Partial<Record<SceneDetailName, number | string>>>;

/** A rule's word on one picture: its condition holds for this subject in this zone. */
export interface SceneHit {
  readonly zone: Zone;
  readonly startedAt: UtcMs;
  readonly subject: Subject;
  /** Further subjects of the same case: the other people of a crowd, the vehicle that brought the pile. */
  readonly others?: readonly Subject[];
  /** Where it is not the scene's own. */
  readonly severity?: Severity;
  readonly details?: SceneDetails;
  /** The case is the zone's, whoever is in it: a crowd, a flooded road. Else a subject that stays is the same case. */
  readonly wholeZone?: true;
  /** It passes: whatever is in the same place moments later, under another track id, is another case. */
  readonly passing?: true;
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
  /** The main one first. */
  readonly subjects: readonly Subject[];
  readonly details?: SceneDetails | undefined;
  /** As in its hit: the case is the zone's. */
  readonly wholeZone?: true;
}

/** Phases of an incident as alerts report them. */
export type IncidentPhase = 'raised' | 'updated' | 'cleared';

/** What a node keeps of an incident that is not cleared, to take it up again after a restart. */
export interface OpenIncident {
  readonly incidentId: IncidentId;
  readonly cameraId: CameraId;
  readonly scene: SceneId;
  readonly zoneId: ZoneId;
  /** As last reported; absent in what earlier versions kept. */
  readonly severity?: Severity | undefined;
  readonly startedAt: UtcMs;
  /** When it was last reported. */
  readonly observedAt: UtcMs;
  readonly subjects: readonly Subject[];
  readonly traceparent: string;
}
