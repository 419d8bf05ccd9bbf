import type { NodeId } from '../../src/domain/ids.ts';
import type { Fault } from './fault.ts';
import { drawFault, type FaultStage } from './fault-plan.ts';
import type { Ledger } from './ledger.ts';
import type { Timeline } from './timeline.ts';

/** A fault that was, for the table. */
export interface FaultRecord {
  readonly kind: string;
  readonly target: string;
  /** Campaign time, ms. */
  readonly beganAt: number;
  readonly endedAt: number;
  /** What was promised by the nodes it held up, when it was over. */
  readonly heads: ReadonlyMap<NodeId, number>;
}

/** Most faults at the same time. */
const mostAtOnce = 5;

/** Lets faults happen, several at a time, drawn by the seed. */
export class FaultRunner {
  readonly records: FaultRecord[] = [];
  readonly #stage: FaultStage;
  readonly #ledger: Ledger;
  readonly #timeline: Timeline;
  readonly #everyMs: number;
  readonly #claims = new Map<string, Promise<void>>();
  readonly #healing = new AbortController();

  constructor(options: { stage: FaultStage; ledger: Ledger; timeline: Timeline; everyMs: number }) {
    this.#stage = options.stage;
    this.#ledger = options.ledger;
    this.#timeline = options.timeline;
    this.#everyMs = options.everyMs;
  }

  /** Whether a fault has this part of the world now. */
  claimed(claim: string): boolean {
    return this.#claims.has(claim);
  }

  /** Faults until the time is over; then waits for the last of them to be mended. */
  async run(untilMs: number): Promise<void> {
    const { random } = this.#stage;
    while (this.#timeline.now() < untilMs && !this.#healing.signal.aborted) {
      if (this.#claims.size < mostAtOnce) this.#begin(drawFault(this.#stage));
      // Exponentially spaced, as things that have nothing to do with each other are.
      const pauseMs = Math.min(4 * this.#everyMs, -Math.log(1 - random.next()) * this.#everyMs);
      await this.#sleep(Math.min(pauseMs, untilMs - this.#timeline.now()));
    }
    this.#healing.abort();
    this.#stage.crossing.calm();
    await Promise.all(this.#claims.values());
  }

  #begin(fault: Fault | undefined): void {
    if (fault === undefined || this.#claims.has(fault.claims)) return;
    const running = this.#suffer(fault)
      .catch((error: unknown) => this.#timeline.note(`FAULT NOT CARRIED OUT: ${fault.kind} ${fault.target}: ${error}`))
      .finally(() => this.#claims.delete(fault.claims));
    this.#claims.set(fault.claims, running);
  }

  async #suffer(fault: Fault): Promise<void> {
    const beganAt = this.#timeline.now();
    const name = `${fault.kind} (${fault.target}${fault.detail === undefined ? '' : `, ${fault.detail}`})`;
    this.#timeline.note(`begins: ${name}`);
    let nothing: unknown;
    try {
      nothing = await fault.begin();
      if (typeof nothing !== 'string') await this.#sleep(fault.holdMs);
    } finally {
      await fault.end();
    }
    const endedAt = this.#timeline.now();
    this.#timeline.note(`ends: ${name}${typeof nothing === 'string' ? `: ${nothing}` : ''}`);
    if (typeof nothing === 'string') return await fault.settled?.();
    const heads = new Map(fault.nodes.map((node) => [node as NodeId, this.#ledger.heads.get(node as NodeId) ?? 0]));
    this.records.push({ kind: fault.kind, target: fault.target, beganAt, endedAt, heads });
    await fault.settled?.();
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#healing;
    return new Promise((resolve) => {
      if (signal.aborted || ms <= 0) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
