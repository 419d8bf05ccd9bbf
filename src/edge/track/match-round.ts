import type { Detection } from '../../domain/detection.ts';
import { assign, type Pair } from './assignment.ts';
import { type CostOf, type Expected, type Seen, unmatchedCost } from './byte-association.ts';
import type { TrackConfig } from './config.ts';
import type { FollowedObject } from './followed-object.ts';

/** One look's matching, stage by stage: who was matched takes no part in later stages. */
export class MatchRound {
  readonly matches = new Map<FollowedObject, Detection>();
  readonly #config: TrackConfig;
  #expected: readonly Expected[];
  #seen: readonly Seen[];

  constructor(expected: readonly Expected[], seen: readonly Seen[], config: TrackConfig) {
    this.#config = config;
    this.#expected = expected;
    this.#seen = seen;
  }

  /** Detections nobody took. */
  get left(): readonly Seen[] {
    return this.#seen;
  }

  /** The cheapest pairs together, of one class group each; `asked`: whose turn it is. */
  match(costOf: CostOf, asked: (seen: Seen) => boolean = () => true): this {
    const pairs: Pair[] = [];
    for (const [row, expected] of this.#expected.entries()) {
      for (const [column, seen] of this.#seen.entries()) {
        if (expected.group !== seen.group || !asked(seen)) continue;
        const cost = costOf(expected, seen, this.#config);
        if (cost !== undefined) pairs.push({ row, column, cost });
      }
    }
    if (pairs.length > 0) this.#take(assign(pairs, unmatchedCost));
    return this;
  }

  #take(chosen: readonly Pair[]): void {
    const [rows, columns] = [new Set<number>(), new Set<number>()];
    for (const { row, column } of chosen) {
      const object = this.#expected[row]?.object;
      const detection = this.#seen[column]?.detection;
      if (object === undefined || detection === undefined) continue;
      this.matches.set(object, detection);
      rows.add(row);
      columns.add(column);
    }
    this.#expected = this.#expected.filter((_, row) => !rows.has(row));
    this.#seen = this.#seen.filter((_, column) => !columns.has(column));
  }
}
