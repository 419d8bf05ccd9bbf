import type { CameraId, IncidentId, UtcMs } from '../domain/ids.ts';
import type { ObservedContext, ScenesNote } from './observation-notes.ts';
import type { ObservedLook, RecordedEvent } from './observe/block-format.ts';
import type { LogEntry, ObservationReader } from './observe/observation-reader.ts';
import type { ReplayedScenes } from './replayed-scenes.ts';

/** A stretch of one camera's log. */
export interface LogStretch {
  readonly reader: ObservationReader;
  readonly camera: CameraId;
  readonly entry: LogEntry;
  /** Time of the last look. */
  readonly to: UtcMs;
}

/** Drives replays of the same camera side by side: notes by themselves, looks by `onLook`. */
export function replayLog(
  { reader, camera, entry, to }: LogStretch,
  replays: readonly ReplayedScenes[],
  onLook: (look: ObservedLook) => void,
): void {
  for (const record of reader.records(camera, entry, to)) {
    if (record.kind === 'look') {
      if (record.look.at <= to) onLook(record.look);
    } else if (record.kind === 'snapshot') {
      for (const each of replays) each.snapshot(record.at);
    } else {
      const note = record.note as ScenesNote;
      for (const each of replays) each.note(note, record.context as ObservedContext | undefined);
    }
  }
}

/** What has to be known of a stretch before it is replayed. */
export interface StretchPlan {
  /** Earliest time of a look in it; events of looks before it belong to what it starts from. */
  readonly from: UtcMs;
  /** Looks under whose times something was saved that a later restart took up. */
  readonly snapshots: ReadonlySet<UtcMs>;
  /** Configurations it was judged under. */
  readonly contexts: ReadonlySet<ObservedContext>;
}

/** Looks ahead over the starts of the scenes in a stretch. */
export function planOf({ reader, camera, entry, to }: LogStretch): StretchPlan {
  const snapshots = new Set<UtcMs>();
  const contexts = new Set<ObservedContext>();
  let from: UtcMs | undefined;
  for (const { note: begins, context } of reader.entries(camera, entry, to)) {
    const note = begins as ScenesNote;
    // A checkpoint tells what was known after the look of its time.
    from ??= note.kind === 'checkpoint' ? entry.at + 1 : entry.at;
    contexts.add(context as ObservedContext);
    if (note.kind === 'session' && note.memory.from === 'snapshot') snapshots.add(note.memory.at);
  }
  return { from: from ?? entry.at, snapshots, contexts };
}

/** Incidents of a replay are named as they were when it happened, so that what is kept of them still fits. */
export function recordedIds(recorded: readonly RecordedEvent[]): { at(at: UtcMs): void; next: () => IncidentId } {
  const raised = Map.groupBy(
    recorded.filter(({ phase }) => phase === 'raised'),
    ({ observedAt }) => observedAt,
  );
  const counted = countedIds('replayed');
  let now = 0;
  return {
    at: (at) => {
      now = at;
    },
    next: () => raised.get(now)?.shift()?.incidentId ?? counted(),
  };
}

/** `prefix-1`, `prefix-2`, …: a replay gives the same each time. */
export function countedIds(prefix: string): () => IncidentId {
  let count = 0;
  return () => `${prefix}-${++count}` as IncidentId;
}
