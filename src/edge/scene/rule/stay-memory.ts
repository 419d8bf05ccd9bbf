import type { TrackId, ZoneId } from '../../../domain/ids.ts';
import type { Stay, ZoneStays } from './zone-stays.ts';

/** As JSON: whose stay, and what is remembered of it. */
export type SavedStayMemory<T> = readonly (readonly [zone: ZoneId, track: TrackId, value: T])[];

/** What a rule remembers of each stay beside its dwell, as flat JSON; it is forgotten with the stay. */
export class StayMemory<T extends object> {
  readonly #stays: Pick<ZoneStays, 'kept'>;
  readonly #first: (stay: Stay) => T;
  readonly #values = new WeakMap<Stay, T>();

  /** `first`: what is known of a stay that begins. */
  constructor(stays: Pick<ZoneStays, 'kept'>, first: (stay: Stay) => T) {
    this.#stays = stays;
    this.#first = first;
  }

  of(stay: Stay): T {
    const known = this.#values.get(stay);
    if (known !== undefined) return known;
    const value = this.#first(stay);
    this.#values.set(stay, value);
    return value;
  }

  /** Changes nothing: a node that saves must go on as a replay does, which does not. */
  save(): SavedStayMemory<T> {
    return [...this.#stays.kept].flatMap((stay) => {
      const value = this.#values.get(stay);
      return value === undefined ? [] : [[stay.zone.id, stay.track.id, { ...value }] as const];
    });
  }

  /** After the stays themselves were restored. */
  restore(saved: SavedStayMemory<T>): void {
    const stays = [...this.#stays.kept];
    for (const [zone, track, value] of saved) {
      const stay = stays.find((each) => each.zone.id === zone && each.track.id === track);
      if (stay !== undefined) this.#values.set(stay, { ...value });
    }
  }
}
