import { existsSync } from 'node:fs';
import type { IncidentId } from '../domain/ids.ts';
import type { SceneId } from '../domain/scene-id.ts';
import { ObservationReader } from '../edge/observe/observation-reader.ts';
import type { DemoTake } from './demo-takes.ts';

/** An alert that a camera's scene raised, whatever became of it on its way. */
export interface RaisedAlert {
  readonly camera: DemoTake['camera'];
  readonly scene: SceneId;
  readonly incident: IncidentId;
}

/**
 * What the scenes of these takes' cameras raised, as the edge node's observation log has it: it is written where the scene
 * decides, a second later at most, and knows nothing of outbox, broker or desk.
 * @throws AppError MB_OBSERVATIONS for a file that is no such log. One that is not there yet has nothing.
 */
export function raisedAtEdge(path: string, takes: readonly DemoTake[]): RaisedAlert[] {
  if (!existsSync(path)) return [];
  const reader = new ObservationReader(path);
  try {
    return takes.flatMap(({ camera }) =>
      reader
        .events(camera.id, 0, Number.MAX_SAFE_INTEGER)
        .filter(({ phase }) => phase === 'raised')
        .map(({ scene, incidentId: incident }) => ({ camera, scene, incident })),
    );
  } finally {
    reader.close();
  }
}
