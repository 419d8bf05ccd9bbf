import type { Activity, ActivityReason } from '../../domain/activity.ts';
import type { Box } from '../../domain/geometry.ts';

/** Counter of looks by what the gate said of them; label `reason`. */
export const gateLooksMetric = {
  name: 'maplebridge_gate_looks_total',
  help: 'Looks by what the activity gate said: first, changed and transformed go to the detector, still and relit do not.',
  labels: ['reason'],
} as const;

/** Counter of looks that went to the detector though nothing changed; label `why` is the caller's. */
export const gateOverriddenMetric = {
  name: 'maplebridge_gate_overridden_total',
  help: 'Looks that went to the detector though the activity gate found nothing: an open incident, a live track, a routine check.',
  labels: ['why'],
} as const;

const meanings: Readonly<Record<ActivityReason, string>> = {
  first: 'no past to compare with',
  changed: 'parts differ from what the camera usually shows',
  transformed: 'most of the picture shows something else: moved, covered, or cut',
  still: 'nothing changed',
  relit: 'only the light changed',
};

/** One line for a log or a page: what the gate decided, why, and where. */
export function describeActivity(activity: Activity): string {
  const { active, reason, changedShare, regions } = activity;
  const verdict = `${active ? 'active' : 'idle'} (${reason}): ${meanings[reason]}`;
  if (reason !== 'changed') return verdict;
  const places = regions.map(describeBox).join(', ');
  return `${verdict}; ${percent(changedShare)} of the picture, in ${places}`;
}

function describeBox([x1, y1, x2, y2]: Box): string {
  return `${percent(x1)}–${percent(x2)} across ${percent(y1)}–${percent(y2)} down`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
