import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { SceneId } from '../domain/scene-id.ts';
import type { ObservedContext } from './observation-notes.ts';
import type { ObservedLook } from './observe/block-format.ts';
import type { LogEntry, ObservationReader } from './observe/observation-reader.ts';
import { planOf, recordedIds, replayLog } from './replay-log.ts';
import { ReplayedScenes } from './replayed-scenes.ts';
import type { SceneAvailability } from './scene/camera-scenes.ts';
import { sceneModules } from './scene/registry.ts';
import type { SceneNote } from './scene/rule/rule-trace.ts';

/** One look, and what every scene made of it. */
export interface ExplainedLook {
  readonly context: ObservedContext;
  readonly look: ObservedLook;
  readonly availability: ReadonlyMap<SceneId, SceneAvailability>;
  /** Why the camera was not trusted; undefined: it was. */
  readonly fault: string | undefined;
  readonly notes: readonly SceneNote[];
  /** What this look raised, updated or cleared. */
  readonly events: readonly SceneEvent[];
  /** Open after it. */
  readonly open: readonly OpenIncident[];
}

/** Judges a camera's last look at or before `at` again, and its first where there is none; undefined: nothing is there. */
export function explainLook(reader: ObservationReader, camera: CameraId, at: UtcMs): ExplainedLook | undefined {
  const found = lastLook(reader, camera, at) ?? firstLook(reader, camera);
  if (found === undefined) return undefined;
  const { entry, at: target } = found;
  const stretch = { reader, camera, entry, to: target };
  const { snapshots, from } = planOf(stretch);
  const ids = recordedIds(reader.events(camera, from, target));
  const replay = new ReplayedScenes({ modules: sceneModules, snapshots, newId: ids.next });
  let explained: ExplainedLook | undefined;
  replayLog(stretch, [replay], (look) => {
    ids.at(look.at);
    if (look.at !== target || explained !== undefined) return void replay.look(look);
    const notes: SceneNote[] = [];
    const events = replay.look(look, { note: (note) => notes.push(note) });
    const { scenes, context, open } = replay;
    if (scenes === undefined || context === undefined) return;
    explained = { context, look, availability: scenes.availability, fault: scenes.fault, notes, events, open };
  });
  return explained;
}

interface FoundLook {
  /** Where a replay of it starts. */
  readonly entry: LogEntry;
  readonly at: UtcMs;
}

/** The last look at or before `to`; just after a place to start from it lies before that. */
function lastLook(reader: ObservationReader, camera: CameraId, to: UtcMs): FoundLook | undefined {
  const entry = reader.entryBefore(camera, to);
  const earlier = entry && reader.entryBefore(camera, entry.at - 1);
  for (const each of [entry, earlier]) {
    let last: UtcMs | undefined;
    for (const record of each === undefined ? [] : reader.records(camera, each, to)) {
      if (record.kind === 'look' && record.look.at <= to) last = record.look.at;
    }
    if (each !== undefined && last !== undefined) return { entry: each, at: last };
  }
  return undefined;
}

function firstLook(reader: ObservationReader, camera: CameraId): FoundLook | undefined {
  const entry = reader.entryBefore(camera, 0);
  if (entry === undefined) return undefined;
  for (const record of reader.records(camera, entry, Number.MAX_SAFE_INTEGER)) {
    if (record.kind === 'look') return { entry, at: record.look.at };
  }
  return undefined;
}
