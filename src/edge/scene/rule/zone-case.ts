import type { SceneDetails, SceneHit } from '../../../domain/scene-event.ts';
import type { Zone } from '../../../domain/zone.ts';
import { hitOf, type Stay } from './zone-stays.ts';

/** The one case of a zone made of several stays; the longest is its main subject. At least one stay. */
export function zoneCase(zone: Zone, stays: readonly Stay[], details: SceneDetails): SceneHit | undefined {
  const [first, ...rest] = [...stays].sort((a, b) => b.dwell.dwellMs - a.dwell.dwellMs).map(hitOf);
  if (first === undefined) return undefined;
  const others = rest.map(({ subject }) => subject);
  return { ...first, zone, wholeZone: true, details, ...(others.length > 0 && { others }) };
}

/** Each subject of such cases by itself, for `ZoneStays.resume`. */
export function eachSubject(hits: readonly SceneHit[]): SceneHit[] {
  return hits.flatMap(({ zone, startedAt, subject, others = [] }) =>
    [subject, ...others].map((each) => ({
      zone,
      startedAt: startedAt + Math.max(0, subject.dwellMs - each.dwellMs),
      subject: each,
    })),
  );
}
