import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { SceneEvent } from '../domain/scene-event.ts';
import type { SceneId } from '../domain/scene-id.ts';
import { canonicalJson } from '../lib/hash.ts';
import { type SceneChange, sceneModule, withChange } from './changed-scene.ts';
import { compareIncidents, type IncidentComparison, incidentsOf } from './incident-comparison.ts';
import type { ObservedContext } from './observation-notes.ts';
import { type RecordedEvent, recordedEvent } from './observe/block-format.ts';
import type { ObservationReader } from './observe/observation-reader.ts';
import { countedIds, planOf, recordedIds, replayLog } from './replay-log.ts';
import { ReplayedScenes } from './replayed-scenes.ts';
import type { ObservedCamera } from './scenes-of-camera.ts';

/** What is asked of one camera's observations. */
export interface WhatIfQuestion {
  readonly camera: CameraId;
  readonly scene: SceneId;
  readonly change: SceneChange;
  readonly from: UtcMs;
  readonly to: UtcMs;
}

/** What would have been. */
export interface WhatIfAnswer extends IncidentComparison {
  readonly camera: CameraId;
  /** The stretch that was judged again; less than was asked for where the log has no more. */
  readonly from: UtcMs;
  readonly to: UtcMs;
  readonly looks: number;
  /** Recorded events that the unchanged configuration does not give, and those that it gives and are not recorded. */
  readonly missing: readonly RecordedEvent[];
  readonly surplus: readonly RecordedEvent[];
}

/**
 * Judges what a camera saw once as it was configured and once with a change; undefined where nothing is there of it.
 * @throws AppError MB_CONFIG_INVALID where the change fits none of the configurations it was watched by.
 */
export function whatIf(reader: ObservationReader, question: WhatIfQuestion): WhatIfAnswer | undefined {
  const { camera, scene } = question;
  const entry = reader.entryBefore(camera, question.from);
  if (entry === undefined) return undefined;
  const to = Math.min(question.to, reader.lastLookAt(camera));
  const stretch = { reader, camera, entry, to };
  const { snapshots, contexts, from: first } = planOf(stretch);
  const from = Math.max(question.from, first);
  const recorded = reader.events(camera, first, to, scene);
  const change = changeFor(contexts, question);
  const modules = [sceneModule(scene)];
  const ids = recordedIds(recorded);
  const before = new ReplayedScenes({ modules, snapshots, newId: ids.next });
  const after = new ReplayedScenes({ modules, snapshots, newId: countedIds('changed'), change });
  const was: SceneEvent[] = [];
  const would: SceneEvent[] = [];
  let looks = 0;
  replayLog(stretch, [before, after], (look) => {
    ids.at(look.at);
    const counts = look.at >= from;
    if (counts) looks += 1;
    for (const event of before.look(look)) if (counts) was.push(event);
    for (const event of after.look(look)) if (counts) would.push(event);
  });
  const told = recorded.filter(({ observedAt }) => observedAt >= from);
  const compared = compareIncidents(incidentsOf(camera, was), incidentsOf(camera, would));
  return { camera, from, to, looks, ...difference(told, was.map(recordedEvent)), ...compared };
}

/** A configuration that the change does not fit, of a time before the scene was watched for, stays as it was. */
function changeFor(
  contexts: ReadonlySet<ObservedContext>,
  { scene, change }: WhatIfQuestion,
): (camera: ObservedCamera) => ObservedCamera {
  const changed = new Map<ObservedCamera, ObservedCamera>();
  let problem: unknown;
  for (const { camera } of contexts) {
    try {
      changed.set(camera, withChange(camera, scene, change));
    } catch (error) {
      problem = error;
    }
  }
  if (changed.size === 0 && problem !== undefined) throw problem;
  return (camera) => changed.get(camera) ?? camera;
}

/** As bags: what is in one and not in the other. */
function difference(recorded: readonly RecordedEvent[], replayed: readonly RecordedEvent[]) {
  const left = Map.groupBy(recorded, (event) => canonicalJson(event));
  const surplus = replayed.filter((event) => left.get(canonicalJson(event))?.pop() === undefined);
  return { missing: [...left.values()].flat(), surplus };
}
