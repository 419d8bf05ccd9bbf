import { z } from 'zod';
import { insideShare } from '../../../domain/geometry.ts';
import type { UtcMs } from '../../../domain/ids.ts';
import type { Track } from '../../../domain/track.ts';
import { durationMs } from '../../../lib/config.ts';
import { type SavedStayMemory, StayMemory } from './stay-memory.ts';
import type { Stay, ZoneStays } from './zone-stays.ts';

/** Configuration of when somebody is on a two-wheeler. */
export const riderFields = {
  riderOverlap: z.number().positive().max(1).default(0.3).meta({
    description: "Somebody is on a bike when a person's box covers this share of the bike's, 0–1.",
  }),
  riderMs: durationMs({
    min: 0,
    max: 600_000,
    default: 10_000,
    help: 'With somebody on it for longer than this a bike is not parked: its stay begins anew.',
  }),
};

type Limits = { readonly [field in keyof typeof riderFields]: number } & { readonly streamGapMs: number };

interface Ridden {
  /** Checked at all: only those seen clearly are. */
  known: boolean;
  /** On its last look. */
  now: boolean;
  riddenMs: number;
  lastAt: UtcMs;
}

/** From this score on a model's word that somebody rides it is taken. */
const riderScore = 0.5;
/** Feet of a rider are no further below the wheels than this share of the bike's height: who is nearer walks past it. */
const feetBelow = 0.15;
/** A rider's head is at least this share of the bike's height above it: a bike taken for somebody too has the same box. */
const headAbove = 0.15;

/** Which two-wheelers somebody is on. */
export class Riders {
  readonly #limits: Limits;
  readonly #ridden: StayMemory<Ridden>;

  constructor(stays: Pick<ZoneStays, 'kept'>, limits: Limits) {
    this.#limits = limits;
    this.#ridden = new StayMemory(stays, ({ track }) => {
      return { known: false, now: false, riddenMs: 0, lastAt: track.lastSeenAt };
    });
  }

  /**
   * Once a look, for each bike seen on it: whether somebody is on it. A rider who stays makes the bike one that waits,
   * and its stay begins anew; somebody who passes in front of it does not.
   */
  check(stay: Stay, people: readonly Track[], at: UtcMs): boolean {
    const own = this.#ridden.of(stay);
    const elapsed = at - own.lastAt;
    const now = isRidden(stay.track, people, this.#limits.riderOverlap);
    own.known = true;
    own.lastAt = at;
    own.riddenMs = now && own.now && elapsed <= this.#limits.streamGapMs ? own.riddenMs + elapsed : 0;
    own.now = now;
    if (own.riddenMs > this.#limits.riderMs) stay.dwell.restart(at);
    return now;
  }

  /** Whether nobody was on it when it was last checked. */
  isFree(stay: Stay): boolean {
    const { known, now } = this.#ridden.of(stay);
    return known && !now;
  }

  save(): SavedStayMemory<Ridden> {
    return this.#ridden.save();
  }

  restore(saved: SavedStayMemory<Ridden>): void {
    this.#ridden.restore(saved);
  }
}

/** A model's word where it has one; else a box of a person over the bike's that reaches above it, feet not before it. */
function isRidden(bike: Track, people: readonly Track[], overlap: number): boolean {
  const told = bike.attributes?.rider;
  if (told !== undefined) return told >= riderScore;
  return people.some(({ box }) => {
    const height = bike.box[3] - bike.box[1];
    const seated = box[1] < bike.box[1] - headAbove * height && box[3] <= bike.box[3] + feetBelow * height;
    return seated && insideShare(bike.box, box) >= overlap;
  });
}
