import { z } from 'zod';
import { type Box, centre, insideShare } from '../../../domain/geometry.ts';
import type { UtcMs } from '../../../domain/ids.ts';
import type { Look } from '../scene-module.ts';
import { sizeOf } from './box-groups.ts';
import type { ReasonTexts, RuleTrace } from './rule-trace.ts';
import { type SavedStayMemory, StayMemory } from './stay-memory.ts';
import type { Stay, ZoneStays } from './zone-stays.ts';

/** How far a thing may be from where its stay began and still stand. */
export const maxDriftField = (fallback: number) =>
  z.number().positive().max(1).default(fallback).meta({
    description: "What moved by more than this share of its box's larger side is not standing, 0–1.",
  });

/** Words for the codes noted here. */
export const standstillReasons = {
  moved: { en: 'moved by {drift} of its size, {most} is standing', zh: '移动了自身尺寸的 {drift}，超过 {most}' },
} as const satisfies ReasonTexts;

/** As much of a box inside the one at the start of the stay is a thing half hidden, not one that moved. */
const hiddenShare = 0.9;

interface Rest {
  /** Not where its stay began; the other fields are about this. */
  away: boolean;
  awayMs: number;
  /** Away for longer than an occlusion: should it come back, its stay begins anew. */
  moved: boolean;
  /** Where it is now, since when, and how long of that was looked at. */
  box: Box;
  since: UtcMs;
  restMs: number;
  lastAt: UtcMs;
}

/**
 * Which stays are those of things that stand. A box that is elsewhere for a moment (half of it hidden, two cars taken for
 * one) interrupts nothing; once a thing rests in another place its stay begins anew, at the moment it came to rest.
 */
export class Standstill {
  readonly #limits: { readonly maxDrift: number; readonly occlusionMs: number; readonly streamGapMs: number };
  readonly #rests: StayMemory<Rest>;

  constructor(
    stays: Pick<ZoneStays, 'kept'>,
    limits: { readonly maxDrift: number; readonly occlusionMs: number; readonly streamGapMs: number },
  ) {
    this.#limits = limits;
    this.#rests = new StayMemory(stays, ({ reference, track }) => ({
      away: false,
      awayMs: 0,
      moved: false,
      box: reference,
      since: track.lastSeenAt,
      restMs: 0,
      lastAt: track.lastSeenAt,
    }));
  }

  /** Once a look, for each stay seen on it: whether it stands. */
  check(stay: Stay, look: Look, trace?: RuleTrace): boolean {
    const { maxDrift } = this.#limits;
    const rest = this.#rests.of(stay);
    const elapsed = this.#elapsed(rest, look.at);
    const { box } = stay.track;
    const moved = drift(stay.reference, box, look.aspect);
    if (moved <= maxDrift || insideShare(box, stay.reference) >= hiddenShare) {
      if (rest.moved) {
        stay.dwell.restart(look.at);
        stay.reference = box;
      }
      rest.away = rest.moved = false;
      return true;
    }
    this.#stray(rest, box, { at: look.at, elapsed, aspect: look.aspect });
    if (rest.restMs > this.#limits.occlusionMs) {
      stay.reference = rest.box;
      stay.dwell.restart(rest.since);
      stay.dwell.present(look.at);
      rest.away = rest.moved = false;
      return true;
    }
    const values = { drift: moved, most: maxDrift };
    trace?.note({ verdict: 'ignored', code: 'moved', zone: stay.zone.id, track: stay.track.id, values });
    return false;
  }

  /** Whether it stood when it was last seen. */
  stands(stay: Stay): boolean {
    return !this.#rests.of(stay).away;
  }

  /** How long it has stood, ms; of what moves, how long it has been where it is. */
  standingMs(stay: Stay): number {
    const rest = this.#rests.of(stay);
    return rest.away ? rest.restMs : stay.dwell.dwellMs;
  }

  save(): SavedStayMemory<Rest> {
    return this.#rests.save();
  }

  restore(saved: SavedStayMemory<Rest>): void {
    this.#rests.restore(saved);
  }

  #stray(rest: Rest, box: Box, look: { at: UtcMs; elapsed: number; aspect: number }): void {
    rest.awayMs = rest.away ? rest.awayMs + look.elapsed : 0;
    rest.moved ||= rest.awayMs > this.#limits.occlusionMs;
    if (rest.away && drift(rest.box, box, look.aspect) <= this.#limits.maxDrift) {
      rest.restMs += look.elapsed;
      return;
    }
    rest.away = true;
    rest.box = box;
    rest.since = look.at;
    rest.restMs = 0;
  }

  #elapsed(rest: Rest, at: UtcMs): number {
    const elapsed = at - rest.lastAt;
    rest.lastAt = at;
    return elapsed > 0 && elapsed <= this.#limits.streamGapMs ? elapsed : 0;
  }
}

/** How far a box moved on the picture, in units of its larger side. `aspect`: width of the picture by its height. */
export function drift(from: Box, to: Box, aspect: number): number {
  const size = sizeOf(from, aspect);
  const [fromX, fromY] = centre(from);
  const [toX, toY] = centre(to);
  return size > 0 ? Math.hypot((toX - fromX) * aspect, toY - fromY) / size : Number.POSITIVE_INFINITY;
}
