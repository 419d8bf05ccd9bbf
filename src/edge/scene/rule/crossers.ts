import { anchorOf, type Point } from '../../../domain/geometry.ts';
import type { UtcMs, ZoneId } from '../../../domain/ids.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { CrossingDirection, Zone } from '../../../domain/zone.ts';
import type { SubjectLimits } from '../common-config.ts';
import { LineCrossings, type SavedCrossings } from './line-crossings.ts';
import { type SavedTrackMemory, TrackMemory } from './track-memory.ts';
import { subjectOf } from './zone-stays.ts';

/** Somebody seen on this look who has crossed a line and not come back. */
export interface Crosser {
  readonly zone: Zone;
  readonly track: Track;
  readonly direction: CrossingDirection;
  /** Where its anchor was on the last look before the crossing, and when. */
  readonly from: Point;
  readonly fromAt: UtcMs;
  /** Looked-at time since the crossing. */
  readonly beyondMs: number;
}

/** Who appears where a crosser was last seen is somebody else after this; its incident goes by the same. */
const takeOverMs = 3_000;

interface Crossed {
  readonly zone: ZoneId;
  readonly direction: CrossingDirection;
  readonly from: Point;
  readonly fromAt: UtcMs;
  readonly lookedMs: number;
}

interface SavedCrossers {
  readonly crossings: SavedCrossings;
  readonly memory: SavedTrackMemory<Crossed[]>;
}

/**
 * Who is beyond which line: from the crossing until it comes back or is gone. So a crossing seen while the track was
 * not confirmed yet is not lost, and its incident lasts as long as the one who crossed is there.
 */
export class Crossers {
  readonly #lines: ReadonlyMap<ZoneId, Zone>;
  readonly #limits: SubjectLimits;
  readonly #wanted: ReadonlyMap<ZoneId, CrossingDirection | undefined>;
  readonly #crossings: LineCrossings;
  readonly #memory: TrackMemory<Crossed[]>;

  /** `inward`: the direction that counts on a line that names none; both unless given. */
  constructor(zones: readonly Zone[], limits: SubjectLimits, inward?: (line: Zone) => CrossingDirection) {
    const lines = zones.filter(({ kind }) => kind === 'line');
    this.#lines = new Map(lines.map((line) => [line.id, line]));
    this.#limits = limits;
    this.#wanted = new Map(lines.map((line) => [line.id, line.direction ?? inward?.(line)]));
    // All directions: a crossing the wrong way round is somebody coming back.
    this.#crossings = new LineCrossings(
      lines.map((line) => ({ ...line, direction: undefined })),
      { maxGapMs: limits.streamGapMs, ...(limits.anchor !== undefined && { anchor: limits.anchor }) },
    );
    this.#memory = new TrackMemory({
      keepMs: limits.clearAfterMs,
      takeOverMs,
      streamGapMs: limits.streamGapMs,
      create: () => [],
    });
  }

  /** Takes in the subjects of a look; returns those of them beyond a line, sure or not. */
  update(tracks: readonly Track[], at: UtcMs): Crosser[] {
    if (this.#lines.size === 0) return [];
    this.#memory.update(tracks, at);
    for (const { zone, track, direction, from, fromAt } of this.#crossings.update(tracks, at)) {
      const crossed = this.#memory.of(track.id) ?? [];
      const before = crossed.findIndex((each) => each.zone === zone.id);
      if (before >= 0) crossed.splice(before, 1);
      if ((this.#wanted.get(zone.id) ?? direction) !== direction) continue;
      crossed.push({ zone: zone.id, direction, from, fromAt, lookedMs: this.#memory.lookedMs });
    }
    return tracks.flatMap((track) => this.#beyond(track));
  }

  /** Before the first look: whose incidents on these lines were open. */
  resume(hits: readonly SceneHit[]): void {
    for (const { zone, subject, startedAt } of hits) {
      if (!this.#lines.has(zone.id)) continue;
      const direction = this.#wanted.get(zone.id) ?? 'in';
      const from = anchorOf(subject.box, this.#limits.anchor);
      const lookedMs = this.#memory.lookedMs - subject.dwellMs;
      this.#memory.seed(subject, [{ zone: zone.id, direction, from, fromAt: startedAt, lookedMs }]);
    }
  }

  save(): SavedCrossers {
    return { crossings: this.#crossings.save(), memory: this.#memory.save() };
  }

  restore({ crossings, memory }: SavedCrossers): void {
    this.#crossings.restore(crossings);
    this.#memory.restore(memory);
  }

  #beyond(track: Track): Crosser[] {
    return (this.#memory.of(track.id) ?? []).flatMap(({ zone: id, direction, from, fromAt, lookedMs }) => {
      const zone = this.#lines.get(id);
      if (zone === undefined) return [];
      return { zone, track, direction, from, fromAt, beyondMs: this.#memory.lookedMs - lookedMs };
    });
  }
}

/** The hit a crossing amounts to: it began with the last look before it, so that its frames show both sides. */
export function crossingHit(
  { zone, track, fromAt, beyondMs, direction }: Crosser,
  details: SceneHit['details'],
): SceneHit {
  const subject = subjectOf(track, beyondMs);
  return { zone, startedAt: fromAt, subject, details: { ...details, direction }, passing: true };
}
