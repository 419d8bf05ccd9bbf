import type { RecordRefusal } from '../../../contracts/transfer.ts';
import type { NodeId } from '../../../domain/ids.ts';
import type { Clock } from '../../../lib/clock.ts';

/** Refusals of one node, scene and reason. */
export interface RefusalSum {
  readonly node: NodeId | undefined;
  readonly scene: string;
  readonly reason: string;
  readonly count: number;
  /** Of the alerts whose number is known. */
  readonly numbers: { readonly from: number; readonly to: number } | undefined;
}

interface Kept {
  readonly toldAt: number;
  /** What has come since. */
  readonly untold: RefusalSum | undefined;
}

/** How often one matter may be told: a policy that refuses a node's every alert is one line a minute in the desk's log. */
const everyMs = 60_000;
/** Matters kept apart; beyond that those just told are forgotten, and told once more than they would be. */
const maxMatters = 10_000;

/**
 * Sums up refusals, so that they do not fill a log that is kept for good: the first of a matter is told at once, what comes
 * within a minute with the next refusal or alert after it.
 */
export class RefusalSums {
  readonly #clock: Clock;
  #kept = new Map<string, Kept>();

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** What is to be told now. Nothing is remembered before `settle` is called, once it was written. */
  add(refusals: readonly RecordRefusal[]): { readonly told: readonly RefusalSum[]; settle(): void } {
    const now = this.#clock.monotonic();
    const next = new Map(this.#kept);
    for (const refusal of refusals) {
      const key = `${refusal.node} ${refusal.scene} ${refusal.reason}`;
      const before = next.get(key);
      next.set(key, { toldAt: before?.toldAt ?? Number.NEGATIVE_INFINITY, untold: summed(before?.untold, refusal) });
    }
    const told: RefusalSum[] = [];
    for (const [key, { toldAt, untold }] of next) {
      if (now - toldAt < everyMs) continue;
      if (untold === undefined) next.delete(key);
      else {
        told.push(untold);
        next.set(key, { toldAt: now, untold: undefined });
      }
    }
    if (next.size > maxMatters) for (const [key, { untold }] of next) if (untold === undefined) next.delete(key);
    return {
      told,
      settle: () => {
        this.#kept = next;
      },
    };
  }
}

function summed(before: RefusalSum | undefined, { node, scene, reason, n }: RecordRefusal): RefusalSum {
  const { numbers, count = 0 } = before ?? {};
  const all = n === undefined ? numbers : { from: Math.min(n, numbers?.from ?? n), to: Math.max(n, numbers?.to ?? n) };
  return { node, scene, reason, count: count + 1, numbers: all };
}
