import type { AccessUnit } from '../../domain/access-unit.ts';
import type { Box } from '../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import type { Track } from '../../domain/track.ts';

/** The coded picture of the moment a condition began. */
export interface StartFrame {
  /** Decodes alone. */
  readonly unit: AccessUnit;
  /** Node clock of the picture. */
  readonly at: UtcMs;
  /** Where its tracks were; empty where the picture is an earlier one than the look. */
  readonly boxes: ReadonlyMap<TrackId, Box>;
}

/** How much is kept for one camera. */
export interface StartFrameLimits {
  /** Pictures; 0 keeps none. */
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** One look, as far as start frames go. */
interface StartLook {
  readonly unit: AccessUnit;
  readonly at: UtcMs;
  readonly tracks: readonly Track[];
}

/** A picture this far from the moment (some looks of an idle camera) still shows it; one further off does not. */
const nearMs = 30_000;

/**
 * Keeps one camera's coded keyframes of the moments in which conditions under way began, and lets go of each as soon as no
 * condition needs it. Between keyframes the newest one before counts. When it is full, further moments go without: those
 * already under way are due first.
 */
export class StartFrames {
  readonly #limits: StartFrameLimits;
  readonly #moments = new Map<UtcMs, StartFrame>();
  /** While every picture is decoded: the last that decodes alone. */
  #newest: StartFrame | undefined;
  #refused = 0;

  constructor(limits: StartFrameLimits) {
    this.#limits = limits;
  }

  /** Moments that went without a picture for lack of room. */
  get refused(): number {
    return this.#refused;
  }

  /** Memory held, in bytes of coded pictures. */
  get bytes(): number {
    return [...this.#units()].reduce((sum, { data }) => sum + data.length, 0);
  }

  /** A keyframe that passes while looks are also taken between keyframes. */
  keyframe(unit: AccessUnit): void {
    this.#newest = { unit, at: unit.receivedAt, boxes: new Map() };
  }

  /** After each look: `moments` are those whose pictures are still needed. */
  note({ unit, at, tracks }: StartLook, moments: readonly UtcMs[]): void {
    const needed = new Set(moments);
    const missing = [...needed].filter((moment) => !this.#moments.has(moment));
    const own = unit.keyframe ? { unit, at, boxes: boxesOf(tracks, missing.length > 0) } : undefined;
    const found = missing.map((moment) => [moment, this.#nearest(moment, own ?? this.#newest)] as const);
    for (const moment of this.#moments.keys()) if (!needed.has(moment)) this.#moments.delete(moment);
    for (const [moment, frame] of found) {
      if (frame === undefined) continue;
      if (this.#fits(frame.unit)) this.#moments.set(moment, frame);
      else this.#refused += 1;
    }
    // Only cameras that are looked at between keyframes need the newest one again.
    if (unit.keyframe && this.#newest?.unit !== unit) this.#newest = undefined;
  }

  /** The picture of a moment, where one was kept. */
  of(moment: UtcMs): StartFrame | undefined {
    return this.#moments.get(moment);
  }

  /** The beginning of a window moves on with the window: a picture kept for the one before may be nearer than today’s. */
  #nearest(moment: UtcMs, latest: StartFrame | undefined): StartFrame | undefined {
    const kept = [...this.#moments.values()].filter(({ at }) => at <= moment);
    const distance = ({ at }: StartFrame) => Math.abs(at - moment);
    const [nearest] = [...kept, ...(latest === undefined ? [] : [latest])].sort((a, b) => distance(a) - distance(b));
    return nearest !== undefined && distance(nearest) <= nearMs ? nearest : undefined;
  }

  #fits(unit: AccessUnit): boolean {
    const units = this.#units();
    if (units.has(unit)) return true;
    return units.size < this.#limits.maxCount && this.bytes + unit.data.length <= this.#limits.maxBytes;
  }

  #units(): Set<AccessUnit> {
    return new Set([...this.#moments.values()].map(({ unit }) => unit));
  }
}

function boxesOf(tracks: readonly Track[], wanted: boolean): ReadonlyMap<TrackId, Box> {
  return new Map(wanted ? tracks.map(({ id, box }) => [id, box]) : []);
}
