import { anchorOf, type Box, insidePolygon } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs, ZoneId } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneDetails, SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { Zone } from '../../../domain/zone.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look, PendingHit, SceneSurroundings } from '../scene-module.ts';
import { boundingBox, groupTouching, overlapOfSmaller } from './box-groups.ts';
import type { Began } from './held-share.ts';
import type { RuleTrace } from './rule-trace.ts';
import { matchSpot } from './spot-match.ts';
import { Subjects } from './subjects.ts';
import { subjectOf } from './zone-stays.ts';

/** What a scene remembers of one spot. */
export interface SpotMemory {
  /** When the condition under way began; undefined while none is. */
  readonly startedAt: UtcMs | undefined;
  /** Until it holds at the soonest; 0 once it does. */
  readonly dueInMs: number;
  /** Unseen, a spot that was sure is kept for this long at the least. */
  readonly keepMs?: number;
  save(): unknown;
}

/** A place in a zone where something is, or was a short while ago. */
export interface Spot<Memory extends SpotMemory> {
  /** Of the track first seen here: its incident goes by this, whichever track sees the thing now. */
  readonly id: TrackId;
  readonly zone: Zone;
  /** Where it was first seen. */
  readonly place: Box;
  readonly memory: Memory;
  /** All that was ever seen together with what lies in its place: the smoke above the flame. */
  extent: Box;
  /** What is there on this look, the main thing first; nothing where it was missed. */
  tracks: readonly Track[];
  /** Whether anything there was ever confirmed and clear. */
  sure: boolean;
  seenMs: number;
  /** Looked-at time since it was last seen. */
  unseenMs: number;
}

/** What makes a spot. */
export interface SpotOptions<Memory extends SpotMemory> {
  readonly classes: readonly ObjectClass[];
  readonly limits: SubjectLimits;
  readonly around: Pick<SceneSurroundings, 'zones' | 'exclusions'>;
  /** Things no further apart than this, in sizes of the smaller one, are one: a stall with its umbrella, a heap of bags. */
  readonly reach: number;
  /** Share of the smaller box by which what is seen must lie in a spot's place to be what was there before. */
  readonly minOverlap: number;
  /** Which of the things at a spot it is about: the least. */
  readonly rank: (track: Track) => number;
  /** Spots of what was always there and of which the extent is known: it does not grow, nor cover what is new. */
  readonly isLearnt?: (spot: Spot<Memory>) => boolean;
  /** Unseen, a spot is kept for as long as it was seen, but no longer than this. */
  readonly forgetMs: number;
  /** `earlier`: it held before a restart. */
  readonly begin: (zone: Zone, earlier?: Began) => Memory;
  readonly restore: (saved: unknown) => Memory;
}

interface SavedSpot extends Omit<Spot<SpotMemory>, 'zone' | 'memory' | 'tracks'> {
  readonly zone: ZoneId;
  readonly present: boolean;
  readonly memory: unknown;
}

/** State as JSON. */
export interface SavedSpots {
  readonly spots: readonly SavedSpot[];
  readonly lastLookAt?: UtcMs | undefined;
}

/** Kept at once; beyond it the spot unseen for longest goes. */
const maxSpots = 64;

/**
 * Where in the zones something is seen, on and off. For what detectors see badly and what stays in its place: a spot
 * outlives misses, tracks and restarts, what moves away leaves it, and several things that lie together are one.
 */
export class Spots<Memory extends SpotMemory> {
  readonly #options: SpotOptions<Memory>;
  readonly #zones: readonly Zone[];
  readonly #subjects: Subjects;
  #spots: Spot<Memory>[] = [];
  /** Seen on the look before: each look speaks for the time until the next one. */
  #present: ReadonlySet<Spot<Memory>> = new Set();
  #lastLookAt: UtcMs | undefined;
  #lookBeforeAt: UtcMs | undefined;

  constructor(options: SpotOptions<Memory>) {
    this.#options = options;
    this.#zones = options.around.zones.filter(({ kind }) => kind === 'polygon');
    this.#subjects = new Subjects(options.classes, options.limits, options.around.exclusions);
  }

  /** Takes a look in; returns all spots, those where nothing was seen with them. */
  update(look: Look, trace?: RuleTrace): readonly Spot<Memory>[] {
    this.#passTime(look.at);
    const seen = this.#subjects.seen(look, trace).map((track) => ({
      track,
      box: track.box,
      anchor: anchorOf(track.box, this.#options.limits.anchor),
    }));
    const outside = trace && new Set(seen);
    for (const zone of this.#zones) {
      const inside = seen.filter(({ anchor }) => insidePolygon(anchor, zone.points));
      for (const each of inside) outside?.delete(each);
      for (const group of groupTouching(inside, { reach: this.#options.reach, aspect: look.aspect })) {
        this.#see(
          zone,
          group.map(({ track }) => track),
          trace,
        );
      }
    }
    for (const { track } of outside ?? []) trace?.note({ verdict: 'ignored', code: 'outside-zone', track: track.id });
    this.#present = new Set(this.#spots.filter(({ tracks }) => tracks.length > 0));
    return this.#spots;
  }

  /** The look before the one taken in last; undefined where it was the first, or followed a gap of the stream. */
  get lookBeforeAt(): UtcMs | undefined {
    return this.#lookBeforeAt;
  }

  /** Conditions on their way. */
  pending(): PendingHit[] {
    return this.#spots.flatMap(({ memory, sure }) => {
      const { startedAt, dueInMs } = memory;
      return sure && startedAt !== undefined && dueInMs > 0 ? { startedAt, dueInMs } : [];
    });
  }

  /** Incidents from before a restart: what they are about is taken for what stands there. */
  resume(hits: readonly SceneHit[]): void {
    for (const { zone, subject, startedAt } of hits) {
      const same = this.#spots.filter((each) => each.id === subject.trackId && each.zone === zone);
      // What was always there bears the same id as what has grown out of it, and no incident is about that.
      if (same.some((each) => !this.#isLearnt(each))) continue;
      const memory = this.#options.begin(zone, { startedAt, dwellMs: subject.dwellMs });
      const { trackId: id, box: place, dwellMs: seenMs } = subject;
      this.#spots.push({ id, zone, place, extent: place, memory, tracks: [], sure: true, seenMs, unseenMs: 0 });
    }
  }

  save(): SavedSpots {
    const spots = this.#spots.map(({ zone, memory, tracks, ...rest }) => {
      return { ...rest, zone: zone.id, memory: memory.save(), present: tracks.length > 0 };
    });
    return { spots, ...(this.#lastLookAt !== undefined && { lastLookAt: this.#lastLookAt }) };
  }

  restore({ spots, lastLookAt }: SavedSpots): void {
    this.#lastLookAt = lastLookAt;
    const present = new Set<Spot<Memory>>();
    this.#spots = spots.flatMap(({ zone: zoneId, memory, present: seen, ...rest }) => {
      const zone = this.#zones.find(({ id }) => id === zoneId);
      if (zone === undefined) return [];
      const spot = { ...rest, zone, memory: this.#options.restore(memory), tracks: [] };
      if (seen) present.add(spot);
      return spot;
    });
    this.#present = present;
  }

  #passTime(at: UtcMs): void {
    const before = this.#lastLookAt ?? at;
    const { limits, forgetMs } = this.#options;
    const passed = at > before && at - before <= limits.streamGapMs ? at - before : 0;
    this.#lastLookAt = at;
    this.#lookBeforeAt = passed > 0 ? before : undefined;
    for (const spot of this.#spots) {
      spot.tracks = [];
      if (this.#present.has(spot)) spot.seenMs += passed;
      else spot.unseenMs += passed;
    }
    this.#spots = this.#spots.filter(({ unseenMs, seenMs, sure, memory }) => {
      const keepMs = sure ? (memory.keepMs ?? 0) : 0;
      return unseenMs <= Math.max(limits.occlusionMs + Math.min(seenMs, forgetMs), keepMs);
    });
  }

  #see(zone: Zone, group: readonly Track[], trace: RuleTrace | undefined): void {
    const { minOverlap, rank } = this.#options;
    const boxes = group.map((track) => track.box);
    const box = boundingBox(boxes);
    const own = this.#spots.filter((each) => each.zone === zone);
    const { spot: known, beneath } = matchSpot(own, boxes, { minOverlap, isLearnt: (each) => this.#isLearnt(each) });
    for (const each of beneath) each.unseenMs = 0;
    const spot = known ?? this.#begin(zone, box, group);
    if (spot === undefined) return;
    if (!this.#isLearnt(spot) && overlapOfSmaller(spot.place, box) >= minOverlap) {
      spot.extent = boundingBox([spot.extent, box]);
    }
    spot.tracks = [...spot.tracks, ...group].sort((a, b) => rank(a) - rank(b));
    spot.unseenMs = 0;
    for (const track of group) {
      if (this.#subjects.isSure(track, trace)) spot.sure = true;
    }
  }

  #isLearnt(spot: Spot<Memory>): boolean {
    return this.#options.isLearnt?.(spot) ?? false;
  }

  #begin(zone: Zone, place: Box, group: readonly Track[]): Spot<Memory> | undefined {
    const main = group.reduce((least, track) =>
      this.#options.rank(track) < this.#options.rank(least) ? track : least,
    );
    if (this.#spots.length >= maxSpots) {
      const hidden = this.#spots.filter(({ tracks }) => tracks.length === 0);
      if (hidden.length === 0) return undefined;
      const longest = hidden.reduce((most, each) => (each.unseenMs > most.unseenMs ? each : most));
      this.#spots = this.#spots.filter((each) => each !== longest);
    }
    const memory = this.#options.begin(zone);
    const spot = { id: main.id, zone, place, extent: place, memory, tracks: [], sure: false, seenMs: 0, unseenMs: 0 };
    this.#spots.push(spot);
    return spot;
  }
}

/** The hit a spot amounts to once its rule says so; none where nothing is seen there. */
export function spotHits(
  { id, zone, tracks }: Spot<SpotMemory>,
  began: Began,
  more: Pick<SceneHit, 'others' | 'severity'> & { readonly details?: SceneDetails } = {},
): SceneHit[] {
  const [main, ...beside] = tracks;
  if (main === undefined) return [];
  const others = [...beside.map((track) => subjectOf(track, began.dwellMs)), ...(more.others ?? [])];
  const subject = { ...subjectOf(main, began.dwellMs), trackId: id };
  return [{ zone, startedAt: began.startedAt, subject, ...more, ...(others.length > 0 && { others }) }];
}
