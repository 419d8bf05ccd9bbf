import { type Box, bottomCentre, insidePolygon, iou } from '../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { SceneHit } from '../../domain/scene-event.ts';
import type { Track } from '../../domain/track.ts';
import type { Zone } from '../../domain/zone.ts';
import { Dwell, type DwellLimits } from './dwell.ts';
import type { Look } from './scene-module.ts';

/** One subject's stay in one zone. */
export interface Stay {
  readonly zone: Zone;
  readonly dwell: Dwell;
  track: Track;
  /** Box at the start of the stay: what drift is measured from. */
  reference: Box;
}

/** How a stay is measured; after `clearAfterMs` of looks nobody continues a stay from before a restart. */
export interface StayLimits extends DwellLimits {
  readonly minBoxHeight: number;
  readonly clearAfterMs: number;
}

/** Who stood there before a restart is taken for the same when its box overlaps this much. */
const sameSubjectIou = 0.5;

/**
 * Who stays in which polygon, by triggering anchor (bottom centre) and for how long.
 * The base of every dwell scene; stays are evicted with their tracks.
 */
export class ZoneStays {
  readonly #zones: readonly Zone[];
  readonly #classes: ReadonlySet<ObjectClass>;
  readonly #limits: StayLimits;
  readonly #stays = new Map<string, Stay>();
  #earlier: SceneHit[] = [];
  #lookedMs = 0;
  #lastLookAt: UtcMs | undefined;

  constructor(zones: readonly Zone[], classes: readonly ObjectClass[], limits: StayLimits) {
    this.#zones = zones;
    this.#classes = new Set(classes);
    this.#limits = limits;
  }

  /** Stays from before a restart, for whoever still stands there. */
  resume(hits: readonly SceneHit[]): void {
    this.#earlier = [...hits];
  }

  /**
   * Takes a look in; returns the stays of confirmed subjects seen on it. A stay begins with the first, still tentative
   * look: at one look in two seconds, waiting for confirmation would make every dwell seconds too long.
   */
  update(look: Look): readonly Stay[] {
    this.#forgetEarlier(look.at);
    const present: Stay[] = [];
    const seen = new Set<string>();
    for (const track of look.tracks) {
      const seenNow = track.lastSeenAt === look.at && (track.state === 'confirmed' || track.state === 'tentative');
      if (!seenNow || !this.#counts(track)) continue;
      for (const zone of this.#zones) {
        if (!insidePolygon(bottomCentre(track.box), zone.points)) continue;
        const key = keyOf(zone, track.id);
        seen.add(key);
        const stay = this.#stay(key, zone, track, look);
        if (track.state === 'confirmed') present.push(stay);
      }
    }
    for (const [key, stay] of this.#stays) {
      if (!seen.has(key) && !stay.dwell.absent(look.at)) this.#stays.delete(key);
    }
    return present;
  }

  /** Time that is left until the first stay under way has lasted this long; undefined when none is under way. */
  decisionInMs(dwellMs: number): number | undefined {
    let soonest: number | undefined;
    for (const { dwell } of this.#stays.values()) {
      const left = dwellMs - dwell.dwellMs;
      if (left > 0 && left < (soonest ?? Number.POSITIVE_INFINITY)) soonest = left;
    }
    return soonest;
  }

  #counts(track: Track): boolean {
    return this.#classes.has(track.class) && track.box[3] - track.box[1] >= this.#limits.minBoxHeight;
  }

  #stay(key: string, zone: Zone, track: Track, look: Look): Stay {
    const known = this.#stays.get(key);
    if (known !== undefined) {
      known.track = track;
      known.dwell.present(look.at);
      return known;
    }
    const earlier = this.#takeEarlier(zone, track);
    const dwell = new Dwell(
      look.at,
      this.#limits,
      earlier && { startedAt: earlier.startedAt, dwellMs: earlier.subject.dwellMs },
    );
    const stay = { zone, dwell, track, reference: track.box };
    this.#stays.set(key, stay);
    return stay;
  }

  #takeEarlier(zone: Zone, track: Track): SceneHit | undefined {
    const index = this.#earlier.findIndex(
      (hit) => hit.zone.id === zone.id && iou(hit.subject.box, track.box) >= sameSubjectIou,
    );
    return index < 0 ? undefined : this.#earlier.splice(index, 1)[0];
  }

  #forgetEarlier(at: UtcMs): void {
    const elapsed = at - (this.#lastLookAt ?? at);
    this.#lastLookAt = at;
    if (elapsed > 0 && elapsed <= this.#limits.streamGapMs) this.#lookedMs += elapsed;
    if (this.#lookedMs > this.#limits.clearAfterMs) this.#earlier = [];
  }
}

/** The hit a stay amounts to once its rule says so. */
export function hitOf(stay: Stay): SceneHit {
  const { track, dwell, zone } = stay;
  return {
    zone,
    startedAt: dwell.startedAt,
    subject: { class: track.class, score: track.score, box: track.box, trackId: track.id, dwellMs: dwell.dwellMs },
  };
}

function keyOf(zone: Zone, track: TrackId): string {
  return `${zone.id}\n${track}`;
}
