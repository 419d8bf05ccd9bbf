import type { LookPriority } from '../../domain/look.ts';
import type { ModelInput } from './model-manifest.ts';
import type { RegionRequest } from './model-runner.ts';
import { packOptions } from './packing/pack-options.ts';
import { planRegions } from './packing/region-plan.ts';
import { UrgencyQueue } from './urgency-queue.ts';

/** What waits for a model. */
export interface Waiting {
  readonly priority: LookPriority;
  /** Monotonic milliseconds. */
  readonly queuedAt: number;
  /** Model inputs it fills. */
  readonly share: number;
}

/** Share of a model input that rectangles of different sizes fill in practice (docs/decisions/0010-packing.md). */
const fullAt = 0.75;
/** Most looks in one message to a thread. */
const maxLooks = 32;

/** Model inputs a look fills, by area: 1 for a whole picture of a model that takes nothing else. */
export function inputShare({ picture, regions }: RegionRequest, input: ModelInput): number {
  const options = packOptions(input);
  if (!options.shared) return 1;
  const area = (length: { width: number; height: number }) =>
    (length.width + options.gap) * (length.height + options.gap);
  const asked = planRegions(picture, regions, input, options).reduce((sum, rect) => sum + area(rect), 0);
  return asked / area(input);
}

/**
 * Looks that wait for one model, and which of them go next together: the most urgent, as many as fill `size` model inputs.
 * Until there are that many, they wait for company at most `maxWaitMs`.
 */
export class LookGroups<T extends Waiting> {
  readonly #queue: UrgencyQueue<T>;
  readonly #size: number;
  readonly #maxWaitMs: number;

  constructor(options: { capacity: number; size: number; maxWaitMs: number }) {
    this.#queue = new UrgencyQueue(options.capacity);
    this.#size = options.size;
    this.#maxWaitMs = options.maxWaitMs;
  }

  /** Looks waiting. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Adds a look; returns the least urgent one where there is no room for it. */
  push(item: T): T | undefined {
    return this.#queue.push(item);
  }

  /** Takes everything. */
  drain(): T[] {
    return this.#queue.take(() => true);
  }

  /** The looks that go next, most urgent first; undefined while they are to wait. `whole`: a group that is not full waits on. */
  next(now: number, whole: boolean): T[] | undefined {
    const due = this.isFull() || (!whole && this.dueInMs(now) === 0);
    if (!due || this.waiting === 0) return undefined;
    let [filled, count] = [0, 0];
    return this.#queue.take(({ share }) => {
      const fits = count === 0 || (count < maxLooks && filled + share <= this.#size);
      if (!fits) return false;
      filled += share;
      count += 1;
      return true;
    });
  }

  /** Whether what waits fills the inputs that go at once. */
  isFull(): boolean {
    let filled = 0;
    for (const { share } of this.#queue.items) filled += share;
    return filled >= fullAt * this.#size || this.waiting >= maxLooks;
  }

  /** Milliseconds until the one that waited longest need wait no more; undefined when nothing waits. */
  dueInMs(now: number): number | undefined {
    let first = Number.POSITIVE_INFINITY;
    for (const { queuedAt } of this.#queue.items) first = Math.min(first, queuedAt);
    return first === Number.POSITIVE_INFINITY ? undefined : Math.max(0, first + this.#maxWaitMs - now);
  }
}
