import { iou } from '../domain/geometry.ts';
import type { CameraId, IncidentId, UtcMs, ZoneId } from '../domain/ids.ts';
import type { SceneEvent, Subject } from '../domain/scene-event.ts';
import type { SceneId, Severity } from '../domain/scene-id.ts';
import type { Verdict } from './observe/verdict.ts';

/** An incident as a replay saw it. */
export interface ReplayedIncident {
  readonly incidentId: IncidentId;
  readonly camera: CameraId;
  readonly scene: SceneId;
  readonly zone: ZoneId;
  readonly severity: Severity;
  /** When its condition began, when it was raised, and when it was cleared; undefined: it is still open. */
  readonly startedAt: UtcMs;
  readonly raisedAt: UtcMs;
  readonly clearedAt: UtcMs | undefined;
  readonly subjects: readonly Subject[];
  /** The case is the zone's, whoever its subjects are. */
  readonly wholeZone: boolean;
}

/** The incidents that events tell of; those raised before the first event have no beginning and are left out. */
export function incidentsOf(camera: CameraId, events: readonly SceneEvent[]): ReplayedIncident[] {
  const incidents = new Map<IncidentId, ReplayedIncident>();
  for (const event of events) {
    const { phase, incidentId, scene, zone, severity, startedAt, observedAt, subjects } = event;
    const known = incidents.get(incidentId);
    if (known === undefined && phase !== 'raised') continue;
    incidents.set(incidentId, {
      incidentId,
      camera,
      scene,
      zone: zone.id,
      severity,
      startedAt,
      raisedAt: known?.raisedAt ?? observedAt,
      clearedAt: phase === 'cleared' ? observedAt : undefined,
      subjects,
      wholeZone: known?.wholeZone ?? event.wholeZone === true,
    });
  }
  return [...incidents.values()];
}

/** What a change makes of the incidents there were. */
export interface IncidentComparison {
  readonly added: readonly ReplayedIncident[];
  readonly removed: readonly ReplayedIncident[];
  readonly kept: readonly { readonly before: ReplayedIncident; readonly after: ReplayedIncident }[];
}

/** Tells which incidents are the same case: same zone, at the same time, about the same subject or the zone as a whole. */
export function compareIncidents(
  before: readonly ReplayedIncident[],
  after: readonly ReplayedIncident[],
): IncidentComparison {
  const left = new Set(after);
  const kept: { before: ReplayedIncident; after: ReplayedIncident }[] = [];
  const removed: ReplayedIncident[] = [];
  for (const each of before) {
    const candidates = [...left].filter((other) => isSameCase(each, other));
    const same = candidates.sort((a, b) => apart(each, a) - apart(each, b))[0];
    if (same === undefined) removed.push(each);
    else {
      left.delete(same);
      kept.push({ before: each, after: same });
    }
  }
  return { added: [...left], removed, kept };
}

/** How a change does by what people said of the incidents. */
export interface ReviewedComparison {
  readonly confirmed: number;
  /** Of them removed: real cases that would be missed. */
  readonly confirmedLost: readonly IncidentId[];
  readonly rejected: number;
  /** Of them removed: false alarms that would be gone. */
  readonly rejectedRemoved: readonly IncidentId[];
}

/** Counts what became of reviewed incidents. */
export function reviewed(
  { removed, kept }: IncidentComparison,
  verdicts: ReadonlyMap<IncidentId, Verdict>,
): ReviewedComparison {
  const all = [...removed, ...kept.map(({ before }) => before)];
  const of = (incidents: readonly ReplayedIncident[], verdict: Verdict['verdict']) =>
    incidents.map(({ incidentId }) => incidentId).filter((id) => verdicts.get(id)?.verdict === verdict);
  return {
    confirmed: of(all, 'confirmed').length,
    confirmedLost: of(removed, 'confirmed'),
    rejected: of(all, 'rejected').length,
    rejectedRemoved: of(removed, 'rejected'),
  };
}

/** As in the incident book: who overlaps this much is who was there before. */
const sameSubjectIou = 0.5;

function isSameCase(a: ReplayedIncident, b: ReplayedIncident): boolean {
  if (a.zone !== b.zone || a.scene !== b.scene) return false;
  if (a.startedAt > (b.clearedAt ?? Infinity) || b.startedAt > (a.clearedAt ?? Infinity)) return false;
  // Who a crowd's main person is, and which piles are named first, changes with every threshold.
  if (a.wholeZone && b.wholeZone) return true;
  return a.subjects.some((one) =>
    b.subjects.some((other) => one.trackId === other.trackId || iou(one.box, other.box) >= sameSubjectIou),
  );
}

function apart(a: ReplayedIncident, b: ReplayedIncident): number {
  return Math.abs(a.startedAt - b.startedAt);
}
