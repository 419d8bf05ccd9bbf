import { classGroup, restless } from '../../../domain/class-group.ts';
import { anchorOf, type Box, insidePolygon, iou } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs, ZoneId } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { Zone } from '../../../domain/zone.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look, PendingHit, SceneSurroundings } from '../scene-module.ts';
import { Dwell, type SavedDwell } from './dwell.ts';
import type { RuleTrace } from './rule-trace.ts';
import { Subjects } from './subjects.ts';

/** One subject's stay in one zone. */
export interface Stay {
  readonly zone: Zone;
  readonly dwell: Dwell;
  track: Track;
  /** Box at the start of the stay: what drift is measured from. */
  reference: Box;
  /** Whether the subject was seen in place on the last look. */
  present: boolean;
}

interface SavedStay {
  readonly zone: ZoneId;
  readonly track: Track;
  readonly reference: Box;
  readonly dwell: SavedDwell;
}

interface SavedStays {
  readonly stays: readonly SavedStay[];
  readonly lastLookAt?: UtcMs | undefined;
}

/** Who stood there before a restart, or under another track id, is taken for the same when its box overlaps this much. */
const sameSubjectIou = 0.5;

/**
 * Who stays in which polygon, by triggering anchor, and for how long. The base of every dwell scene: it
 * survives a change of the track's id and a restart, and stays are evicted once their subject is gone.
 */
export class ZoneStays {
  readonly #zones: readonly Zone[];
  readonly #subjects: Subjects;
  readonly #limits: SubjectLimits;
  readonly #stays = new Map<string, Stay>();
  #earlier: SceneHit[] = [];
  #lookedMs = 0;
  /** Of the last look. */
  #unlooked: Look['unlooked'];
  #lastLookAt: UtcMs | undefined;

  constructor(
    classes: readonly ObjectClass[],
    limits: SubjectLimits,
    around: Pick<SceneSurroundings, 'zones' | 'exclusions'>,
  ) {
    this.#zones = around.zones.filter(({ kind }) => kind === 'polygon');
    this.#subjects = new Subjects(classes, limits, around.exclusions);
    this.#limits = limits;
  }

  /** All stays under way, those of unsure and briefly hidden subjects with them. */
  get all(): Iterable<Stay> {
    return this.#unlooked === undefined ? this.kept : [...this.kept].filter((stay) => !this.#isUnlooked(stay));
  }

  /** The same, and those whose subjects no model can find now: they go on once one does. */
  get kept(): Iterable<Stay> {
    return this.#stays.values();
  }

  /** Incidents from before a restart, for whoever still stands there. */
  resume(hits: readonly SceneHit[]): void {
    const known = new Set([...this.#stays.values()].map(({ zone, track }) => keyOf(zone, track.id)));
    this.#earlier = hits.filter(({ zone, subject }) => !known.has(keyOf(zone, subject.trackId)));
  }

  /** Takes a look in; returns the stays of sure subjects (`Subjects.isSure`) seen on it. */
  update(look: Look, trace?: RuleTrace): readonly Stay[] {
    this.#forgetEarlier(look.at);
    this.#unlooked = look.unlooked;
    for (const stay of this.#stays.values()) stay.present = false;
    const arrivals: { readonly zone: Zone; readonly track: Track }[] = [];
    for (const track of this.#subjects.seen(look, trace)) {
      const anchor = anchorOf(track.box, this.#limits.anchor);
      const zones = this.#zones.filter(({ points }) => insidePolygon(anchor, points));
      if (zones.length === 0) trace?.note({ verdict: 'ignored', code: 'outside-zone', track: track.id });
      for (const zone of zones) {
        const known = this.#stays.get(keyOf(zone, track.id));
        if (known === undefined) arrivals.push({ zone, track });
        else this.#goOn(known, track, look.at);
      }
    }
    // Only now is it known whose stay lost its track: a new id on the same spot goes on with it.
    for (const { zone, track } of arrivals) this.#begin(zone, track, look.at);
    for (const [key, stay] of this.#stays) {
      if (stay.present) continue;
      if (this.#isUnlooked(stay)) stay.dwell.unlooked(look.at);
      else if (!stay.dwell.absent(look.at)) this.#stays.delete(key);
    }
    return [...this.#stays.values()].filter((stay) => stay.present && this.#subjects.isSure(stay.track, trace));
  }

  /** Stays that have not lasted this long yet; where it differs, `needed` says how long, undefined for none. */
  pending(needed: number | ((stay: Stay) => number | undefined)): PendingHit[] {
    return [...this.all].flatMap((stay) => {
      const neededMs = typeof needed === 'number' ? needed : needed(stay);
      const dueInMs = (neededMs ?? 0) - stay.dwell.dwellMs;
      return dueInMs > 0 ? { startedAt: stay.dwell.startedAt, dueInMs } : [];
    });
  }

  /** Ends a subject's stay. */
  delete({ zone, track }: Stay): void {
    this.#stays.delete(keyOf(zone, track.id));
  }

  save(): SavedStays {
    const stays = [...this.#stays.values()].map(({ zone, track, reference, dwell }) => {
      return { zone: zone.id, track, reference, dwell: dwell.save() };
    });
    return { stays, ...(this.#lastLookAt !== undefined && { lastLookAt: this.#lastLookAt }) };
  }

  restore({ stays, lastLookAt }: SavedStays): void {
    this.#lastLookAt = lastLookAt;
    for (const saved of stays) {
      const zone = this.#zones.find(({ id }) => id === saved.zone);
      if (zone === undefined) continue;
      const { track, reference } = saved;
      const dwell = Dwell.restore(saved.dwell, this.#limits);
      this.#stays.set(keyOf(zone, track.id), { zone, track, reference, dwell, present: false });
    }
  }

  #isUnlooked({ present, track }: Stay): boolean {
    return !present && this.#unlooked?.has(track.class) === true;
  }

  #goOn(stay: Stay, track: Track, at: UtcMs): void {
    stay.track = track;
    stay.present = true;
    stay.dwell.present(at);
  }

  #begin(zone: Zone, track: Track, at: UtcMs): void {
    const before = this.#sameUnderOtherId(zone, track, at);
    if (before !== undefined) {
      this.delete(before);
      this.#stays.set(keyOf(zone, track.id), before);
      this.#goOn(before, track, at);
      return;
    }
    const earlier = this.#takeEarlier(zone, track);
    const began = earlier && { startedAt: earlier.startedAt, dwellMs: earlier.subject.dwellMs };
    const stay = { zone, track, reference: track.box, dwell: new Dwell(at, this.#limits, began), present: true };
    this.#stays.set(keyOf(zone, track.id), stay);
  }

  /** A car stands where it stood after any gap; of people the next one does, after one as long as an incident outlasts. */
  #sameUnderOtherId(zone: Zone, track: Track, at: UtcMs): Stay | undefined {
    const mostUnseenMs = restless.has(track.class) ? this.#limits.clearAfterMs : Number.POSITIVE_INFINITY;
    return [...this.#stays.values()].find(
      (stay) =>
        !stay.present &&
        stay.zone === zone &&
        at - stay.track.lastSeenAt <= mostUnseenMs &&
        classGroup(stay.track.class) === classGroup(track.class) &&
        iou(stay.track.box, track.box) >= sameSubjectIou,
    );
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
  return { zone, startedAt: dwell.startedAt, subject: subjectOf(track, dwell.dwellMs) };
}

/** A track as the subject of an incident. */
export function subjectOf(track: Track, dwellMs: number): SceneHit['subject'] {
  return { class: track.class, score: track.score, box: track.box, trackId: track.id, dwellMs };
}

/** Tells of each stay whether it has lasted long enough, and returns those that have. */
export function lasted(stays: readonly Stay[], neededMs: number, trace?: RuleTrace): Stay[] {
  return stays.filter(({ dwell, zone, track }) => {
    const holds = dwell.dwellMs >= neededMs;
    trace?.note({
      verdict: holds ? 'fires' : 'waits',
      code: holds ? 'dwell-reached' : 'dwells',
      zone: zone.id,
      track: track.id,
      values: { dwellMs: dwell.dwellMs, neededMs },
    });
    return holds;
  });
}

function keyOf(zone: Zone, track: TrackId): string {
  return `${zone.id}\n${track}`;
}
