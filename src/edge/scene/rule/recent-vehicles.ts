import { type Box, centre } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Subject } from '../../../domain/scene-event.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look } from '../scene-module.ts';
import { gapBetween, sizeOf } from './box-groups.ts';
import { Subjects } from './subjects.ts';
import { subjectOf } from './zone-stays.ts';

/** A vehicle in one place. */
interface Stand {
  /** Its dwell is how long it has stood there. */
  readonly subject: Subject;
  readonly since: UtcMs;
  readonly lastAt: UtcMs;
}

/** State as JSON. */
export interface SavedVehicles {
  readonly here: readonly Stand[];
  readonly left: readonly Stand[];
}

/** A vehicle that moved less than this share of its size between two looks stands. */
const standingDrift = 0.25;
/** Remembered at once, of those here and of those that left. */
const maxVehicles = 32;

/** Which vehicles stood where within the last minutes: who may have brought what lies there now. */
export class RecentVehicles {
  readonly #subjects: Subjects;
  readonly #keepMs: number;
  readonly #here = new Map<TrackId, Stand>();
  #left: Stand[] = [];

  /** `keepMs`: how long one that left is remembered. */
  constructor(options: { classes: readonly ObjectClass[]; limits: SubjectLimits; keepMs: number }) {
    this.#subjects = new Subjects(options.classes, options.limits, []);
    this.#keepMs = options.keepMs;
  }

  update(look: Look): void {
    for (const [id, stand] of this.#here) {
      if (Math.abs(look.at - stand.lastAt) > this.#keepMs) this.#here.delete(id);
    }
    this.#left = this.#left.filter(({ lastAt }) => Math.abs(look.at - lastAt) <= this.#keepMs).slice(-maxVehicles);
    for (const track of this.#subjects.seen(look)) {
      const before = this.#here.get(track.id);
      if (before !== undefined && drift(before.subject.box, track.box, look.aspect) <= standingDrift) {
        const subject = { ...before.subject, score: track.score, dwellMs: look.at - before.since };
        this.#here.set(track.id, { subject, since: before.since, lastAt: look.at });
        continue;
      }
      if (before !== undefined && stood(before)) this.#left.push(before);
      if (before === undefined && this.#here.size >= maxVehicles) continue;
      this.#here.set(track.id, { subject: subjectOf(track, 0), since: look.at, lastAt: look.at });
    }
  }

  /** The one that stood nearest to a place, within `reach` sizes of the place or the vehicle, whichever is larger. */
  beside(place: Box, reach: number, aspect: number): Subject | undefined {
    let nearest: { readonly subject: Subject; readonly gap: number } | undefined;
    for (const { subject } of [...this.#here.values(), ...this.#left].filter(stood)) {
      const gap = gapBetween(subject.box, place, aspect);
      const most = reach * Math.max(sizeOf(place, aspect), sizeOf(subject.box, aspect));
      if (gap <= most && (nearest === undefined || gap < nearest.gap)) nearest = { subject, gap };
    }
    return nearest?.subject;
  }

  save(): SavedVehicles {
    return { here: [...this.#here.values()], left: [...this.#left] };
  }

  restore({ here, left }: SavedVehicles): void {
    for (const each of here) this.#here.set(each.subject.trackId, each);
    this.#left = [...left];
  }
}

/** Seen there on two looks or more. */
function stood({ since, lastAt }: Stand): boolean {
  return lastAt > since;
}

function drift(from: Box, to: Box, aspect: number): number {
  const [fromX, fromY] = centre(from);
  const [toX, toY] = centre(to);
  const size = sizeOf(from, aspect);
  return size > 0 ? Math.hypot((toX - fromX) * aspect, toY - fromY) / size : Number.POSITIVE_INFINITY;
}
