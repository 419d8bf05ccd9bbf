import type { ZoneId } from '../../domain/ids.ts';
import type { SceneHit } from '../../domain/scene-event.ts';
import type { Zone } from '../../domain/zone.ts';

/** A hit as JSON: its zone by id, as the zone may be drawn anew meanwhile. */
export type SavedHit = Omit<SceneHit, 'zone'> & { readonly zone: ZoneId };

/** A hit as JSON. */
export function saveHit(hit: SceneHit): SavedHit {
  return { ...hit, zone: hit.zone.id };
}

/** Undefined where the zone is gone. */
export function restoreHit(saved: SavedHit, zones: readonly Zone[]): SceneHit | undefined {
  const zone = zones.find(({ id }) => id === saved.zone);
  return zone && { ...saved, zone };
}
