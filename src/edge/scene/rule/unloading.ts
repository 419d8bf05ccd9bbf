import { z } from 'zod';
import { bottomCentre } from '../../../domain/geometry.ts';
import type { UtcMs } from '../../../domain/ids.ts';
import type { Track } from '../../../domain/track.ts';
import { durationMs } from '../../../lib/config.ts';
import { type SavedStayMemory, StayMemory } from './stay-memory.ts';
import type { Stay, ZoneStays } from './zone-stays.ts';

/** Configuration of what counts as unloading. */
export const unloadingFields = {
  unloadingMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 180_000,
    help: 'A vehicle with people at work beside it may stand this long; 0: no longer than any other.',
  }),
  unloadingPeopleMs: durationMs({
    min: 0,
    max: 600_000,
    default: 6_000,
    help: 'People are at work once somebody was beside the vehicle for this long in all: passers-by are not.',
  }),
  unloadingPauseMs: durationMs({
    min: 0,
    max: 600_000,
    default: 30_000,
    help: 'They carry things away: with nobody beside the vehicle for longer than this they have finished.',
  }),
  unloadingReach: z.number().min(0).max(5).default(0.4).meta({
    description: "Beside is within this share of the vehicle's width and height around its box.",
  }),
};

interface Work {
  /** Somebody was beside it, all pauses left out. */
  besideMs: number;
  /** Since somebody last was. */
  awayMs: number;
  lastAt: UtcMs;
}

/** Which vehicles people are at work on. */
export class Unloading {
  readonly #limits: { readonly [field in keyof typeof unloadingFields]: number } & { readonly streamGapMs: number };
  readonly #work: StayMemory<Work>;

  constructor(
    stays: Pick<ZoneStays, 'kept'>,
    limits: { readonly [field in keyof typeof unloadingFields]: number } & { readonly streamGapMs: number },
  ) {
    this.#limits = limits;
    this.#work = new StayMemory(stays, ({ track }) => ({ besideMs: 0, awayMs: 0, lastAt: track.lastSeenAt }));
  }

  /** Once a look, for each vehicle seen on it: whether it is being unloaded and may still stand. */
  check(stay: Stay, people: readonly Track[], at: UtcMs): boolean {
    const { unloadingMs, unloadingPeopleMs, unloadingPauseMs } = this.#limits;
    const work = this.#work.of(stay);
    const elapsed = this.#elapsed(work, at);
    if (people.some((person) => this.#beside(person, stay.track))) {
      work.besideMs += elapsed;
      work.awayMs = 0;
    } else {
      work.awayMs += elapsed;
      if (work.awayMs > unloadingPauseMs) work.besideMs = 0;
    }
    return work.besideMs > 0 && work.besideMs >= unloadingPeopleMs && stay.dwell.dwellMs < unloadingMs;
  }

  save(): SavedStayMemory<Work> {
    return this.#work.save();
  }

  restore(saved: SavedStayMemory<Work>): void {
    this.#work.restore(saved);
  }

  #beside(person: Track, vehicle: Track): boolean {
    const [x1, y1, x2, y2] = vehicle.box;
    const [x, y] = bottomCentre(person.box);
    const acrossBy = (x2 - x1) * this.#limits.unloadingReach;
    const downBy = (y2 - y1) * this.#limits.unloadingReach;
    // Feet above the middle of the vehicle stand far behind it, or belong to its driver.
    return x >= x1 - acrossBy && x <= x2 + acrossBy && y >= (y1 + y2) / 2 && y <= y2 + downBy;
  }

  #elapsed(work: Work, at: UtcMs): number {
    const elapsed = at - work.lastAt;
    work.lastAt = at;
    return elapsed > 0 && elapsed <= this.#limits.streamGapMs ? elapsed : 0;
  }
}
