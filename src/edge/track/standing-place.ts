import { z } from 'zod';
import { area, type Box, centre, distance, iou } from '../../domain/geometry.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { lengthOf } from './box-size.ts';
import { savedBoxSchema } from './track-record.ts';

/** Who is within this many lengths of its place has not left it; detector jitter is about a third. */
const maxDrift = 0.15;
/** On its place for so long, it stands: a walker crosses the drift in a fifth of a second. */
const standsAfterMs = 1500;
/** Elsewhere for so long and still there, it has moved. */
const movedAfterMs = 1000;
/** Elsewhere for so long, wherever, it is gone from its place. */
const goneAfterMs = 4000;
/** What is seen of who is half hidden lies within its place, give or take so much of its sides. */
const partTolerance = 0.1;
/** Another object hides a place that it covers so much of, being nearer: its feet are lower in the picture. */
const hidingShare = 0.15;
const hidingBelow = 0.02;
/** What overlaps a place more than this is no other object. */
const ownIou = 0.6;
/** The place follows what is seen with this time constant: the sun moves shadows, wind moves cameras. */
const settleMs = 30_000;

/** A place as JSON. */
export const savedPlaceSchema = z.object({
  box: savedBoxSchema,
  since: z.number(),
  lastAt: z.number(),
  /** Where it was seen instead since when, and since when it has been away. */
  away: z.object({ box: savedBoxSchema, since: z.number(), first: z.number() }).optional(),
});

type Place = z.output<typeof savedPlaceSchema>;

/**
 * Where an object stands, if it does. One look that puts it elsewhere, as when half of it is hidden, does not make it
 * leave its place.
 */
export class StandingPlace {
  #place: Place;

  private constructor(place: Place) {
    this.#place = place;
  }

  static begin(box: Box, at: UtcMs): StandingPlace {
    return new StandingPlace({ box, since: at, lastAt: at });
  }

  static restore(saved: Place): StandingPlace {
    return new StandingPlace({ ...saved });
  }

  save(): Place {
    return { ...this.#place };
  }

  /** Smoothed over what was seen there. */
  get box(): Box {
    return this.#place.box;
  }

  /** Seen there for so long; 0 while it is elsewhere. */
  get stoodMs(): number {
    const { since, lastAt, away } = this.#place;
    return away === undefined ? lastAt - since : 0;
  }

  get stands(): boolean {
    return this.stoodMs >= standsAfterMs;
  }

  /** `hidden`: another object covers part of the place. Whether the box showed all of who stands there, or is away. */
  see(box: Box, at: UtcMs, hidden: boolean): 'whole' | 'part' {
    const elapsed = Math.max(0, at - this.#place.lastAt);
    const { since, away } = this.#place;
    this.#place.lastAt = at;
    if (isNear(this.#place.box, box)) {
      const share = 1 - Math.exp(-elapsed / settleMs);
      this.#place = { box: blend(this.#place.box, box, share), since, lastAt: at };
      return 'whole';
    }
    if (hidden && isPartOf(this.#place.box, box)) {
      this.#place = { box: this.#place.box, since, lastAt: at };
      return 'part';
    }
    const elsewhere = away !== undefined && isNear(away.box, box) ? away : { box, since: at, first: away?.first ?? at };
    const moved = at - elsewhere.since >= movedAfterMs || at - elsewhere.first > goneAfterMs;
    this.#place = moved
      ? { box: elsewhere.box, since: elsewhere.since, lastAt: at }
      : { ...this.#place, away: elsewhere };
    return 'whole';
  }

  /** The wall clock was set back by so much. */
  shift(byMs: number): void {
    const { away } = this.#place;
    this.#place.since -= byMs;
    this.#place.lastAt -= byMs;
    if (away !== undefined) this.#place.away = { ...away, since: away.since - byMs, first: away.first - byMs };
  }
}

/** Whether another object's box stands before part of a place. */
export function hides(box: Box, place: Box): boolean {
  const isNearer = box[3] > place[3] + hidingBelow * (place[3] - place[1]);
  return isNearer && coveredShare(place, box) >= hidingShare && iou(place, box) < ownIou;
}

/** Whether a box may be what is seen of a place behind something. */
export function isPartOf(place: Box, box: Box): boolean {
  const [dx, dy] = [partTolerance * (place[2] - place[0]), partTolerance * (place[3] - place[1])];
  return box[0] >= place[0] - dx && box[1] >= place[1] - dy && box[2] <= place[2] + dx && box[3] <= place[3] + dy;
}

function coveredShare(place: Box, [x1, y1, x2, y2]: Box): number {
  const width = Math.min(place[2], x2) - Math.max(place[0], x1);
  const height = Math.min(place[3], y2) - Math.max(place[1], y1);
  return width > 0 && height > 0 ? (width * height) / area(place) : 0;
}

function isNear(place: Box, box: Box): boolean {
  return distance(centre(place), centre(box)) <= maxDrift * Math.max(lengthOf(place), lengthOf(box));
}

function blend(a: Box, b: Box, share: number): Box {
  const mix = (from: number, to: number) => from + (to - from) * share;
  return [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2]), mix(a[3], b[3])];
}
