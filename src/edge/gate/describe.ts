import type { Activity, ActivityReason } from '../../domain/activity.ts';
import type { Box } from '../../domain/geometry.ts';

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
