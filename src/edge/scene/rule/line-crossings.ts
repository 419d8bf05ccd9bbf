import { anchorOf, distance, type Point, type TriggeringAnchor } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../../domain/ids.ts';
import { crossingOf } from '../../../domain/line-crossing.ts';
import type { Track } from '../../../domain/track.ts';
import type { CrossingDirection, Zone } from '../../../domain/zone.ts';

/** Somebody crossed a line zone on this look. */
export interface Crossing {
  readonly zone: Zone;
  readonly track: Track;
  readonly direction: CrossingDirection;
  /** Where its anchor was on the look before, and when. */
  readonly from: Point;
  readonly fromAt: UtcMs;
}

interface Seen {
  anchor: Point;
  at: UtcMs;
}

/** State as JSON. */
export interface SavedCrossings {
  readonly seen: readonly (readonly [track: TrackId, anchor: Point, at: UtcMs])[];
}

/**
 * A box that trembles on the line must not cross it again and again: its anchor has to move this far, in heights of the
 * box, before the step counts. Detector jitter is about a tenth of that.
 */
const leastStep = 0.1;

/** Who crosses which line, by triggering anchor, from look to look. */
export class LineCrossings {
  readonly #lines: readonly Zone[];
  readonly #maxGapMs: number;
  readonly #anchor: TriggeringAnchor | undefined;
  readonly #seen = new Map<TrackId, Seen>();

  /** `maxGapMs`: who was not seen for longer may have gone anywhere. `anchor`: bottom centre unless given. */
  constructor(zones: readonly Zone[], options: { maxGapMs: number; anchor?: TriggeringAnchor }) {
    this.#lines = zones.filter(({ kind }) => kind === 'line');
    this.#maxGapMs = options.maxGapMs;
    this.#anchor = options.anchor;
  }

  /** Crossings of these tracks, seen at `at`, in the directions the lines ask for. */
  update(tracks: readonly Track[], at: UtcMs): Crossing[] {
    const crossings: Crossing[] = [];
    for (const track of tracks) {
      const anchor = anchorOf(track.box, this.#anchor);
      const before = this.#seen.get(track.id);
      if (before === undefined || at - before.at > this.#maxGapMs || at < before.at) {
        this.#seen.set(track.id, { anchor, at });
        continue;
      }
      if (distance(before.anchor, anchor) >= leastStep * (track.box[3] - track.box[1])) {
        for (const zone of this.#lines) {
          const direction = crossingOf(before.anchor, anchor, zone.points);
          if (direction === undefined || (zone.direction ?? direction) !== direction) continue;
          crossings.push({ zone, track, direction, from: before.anchor, fromAt: before.at });
        }
        before.anchor = anchor;
      }
      before.at = at;
    }
    for (const [id, { at: seenAt }] of this.#seen) if (Math.abs(at - seenAt) > this.#maxGapMs) this.#seen.delete(id);
    return crossings;
  }

  save(): SavedCrossings {
    return { seen: [...this.#seen].map(([id, { anchor, at }]) => [id, anchor, at]) };
  }

  restore({ seen }: SavedCrossings): void {
    for (const [id, anchor, at] of seen) this.#seen.set(id, { anchor, at });
  }
}
