import type { NodeId } from '../../src/domain/ids.ts';
import { FuzzRandom } from '../fuzz/random.ts';
import { AlertStream } from './alert-stream.ts';
import type { Ledger } from './ledger.ts';
import type { NodeWord } from './node-protocol.ts';
import type { World } from './world.ts';

const tickMs = 50;
/** Offers that a node may leave unanswered: one that is asleep or whose disk is full gets no more meanwhile. */
const mostUnanswered = 60;
/** Offers in one tick, at most: what was missed while nodes were away is caught up with gently. */
const mostAtOnce = 6;

/** Offers alerts to the nodes that run, at an even pace, and writes into the ledger what they promise. */
export class Load {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #perMs: number;
  readonly #random: FuzzRandom;
  readonly #streams: Map<string, AlertStream>;
  readonly #unanswered = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #beganAt = 0;
  #offered = 0;

  constructor(options: { world: World; ledger: Ledger; now: () => number; alertsPerMinute: number; seed: number }) {
    this.#world = options.world;
    this.#ledger = options.ledger;
    this.#now = options.now;
    this.#perMs = options.alertsPerMinute / 60_000;
    this.#random = new FuzzRandom(options.seed);
    this.#streams = new Map(
      options.world.nodes.map((node, index) => [
        node,
        new AlertStream(node, new FuzzRandom(options.seed * 31 + index)),
      ]),
    );
  }

  start(): void {
    this.#beganAt = this.#now();
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A node's word. */
  heard(node: string, word: NodeWord): void {
    if (word.type !== 'promised') return;
    this.#unanswered.set(node, Math.max(0, (this.#unanswered.get(node) ?? 0) - word.alerts.length));
    this.#ledger.promise(word.alerts, this.#now());
  }

  /** A node has ended: what it did not answer is in doubt. */
  ended(node: string): void {
    this.#unanswered.set(node, 0);
  }

  #tick(): void {
    const due = Math.floor((this.#now() - this.#beganAt) * this.#perMs) - this.#offered;
    for (let count = Math.min(due, mostAtOnce); count > 0; count -= 1) this.#offer();
  }

  #offer(): void {
    const able = this.#world.nodes.filter(
      (node) => this.#world.process(node).runs && (this.#unanswered.get(node) ?? 0) < mostUnanswered,
    );
    if (able.length === 0) return;
    const node = this.#random.pick(able);
    const next = this.#streams.get(node)?.next();
    if (next === undefined) return;
    this.#ledger.offer(node as NodeId, next.draft, this.#now());
    this.#unanswered.set(node, (this.#unanswered.get(node) ?? 0) + 1);
    this.#offered += 1;
    this.#world.process(node).order({ type: 'offer', ...next });
  }
}
