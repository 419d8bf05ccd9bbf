import type { CameraId, IncidentId, UtcMs } from '../../domain/ids.ts';
import type { SceneId } from '../../domain/scene-id.ts';

/** What a person said of an incident. */
export interface Verdict {
  readonly incidentId: IncidentId;
  readonly camera: CameraId;
  readonly scene: SceneId;
  readonly verdict: 'confirmed' | 'rejected';
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly at: UtcMs;
}

/** A verdict as the table has it. */
export interface VerdictRow {
  readonly incident: IncidentId;
  readonly camera: CameraId;
  readonly scene: SceneId;
  readonly verdict: Verdict['verdict'];
  readonly reason: string | null;
  readonly author: string | null;
  readonly at: UtcMs;
}

/** Out of the table. */
export function verdictOf({ incident, camera, scene, verdict, reason, author, at }: VerdictRow): Verdict {
  return { incidentId: incident, camera, scene, verdict, reason: reason ?? undefined, by: author ?? undefined, at };
}
