import type { BatchConsumer, TransferStall } from '../../contracts/transfer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Gauge, Metrics } from '../../lib/metrics.ts';

/** Batches that are not here though a later one is. */
export interface BatchGap {
  readonly sender: string;
  /** First and last missing number. */
  readonly from: number;
  readonly to: number;
}

/** What the watch needs. */
export interface StallWatchOptions {
  readonly consumer: Pick<BatchConsumer, 'report'>;
  /** How long a missing batch is waited for before it is reported; default 60 s. */
  readonly gapReportMs?: number;
  /** How often one that stays away is asked for again; default 600 s. */
  readonly gapRepeatMs?: number;
  /** Told when a gap is reported, and again for as long as it stays. */
  readonly onGap?: ((gap: BatchGap) => void) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Known {
  readonly number: number;
  readonly reason: TransferStall['reason'];
  readonly since: number;
  reported: boolean;
  askedAt: number;
}

/** Knows which sender waits for what, and says so: in the status, in a metric, and to the desk. */
export class StallWatch {
  readonly #options: StallWatchOptions;
  readonly #stalls = new Map<string, Known>();
  readonly #missing: Gauge<'sender'>;
  readonly #seconds: Gauge<'sender' | 'reason'>;

  constructor(options: StallWatchOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#missing = metrics.gauge(
      'maplebridge_transfer_missing_batch',
      'First batch that is missing while a later one waits; 0 when none is',
      ['sender'],
    );
    this.#seconds = metrics.gauge(
      'maplebridge_transfer_stalled_seconds',
      'How long nothing of a sender could be taken in though something is here',
      ['sender', 'reason'],
    );
  }

  /** Batches missing before one that is here, by sender. */
  get gaps(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#stalls].filter(([, { reason }]) => reason === 'gap').map(([sender, { number }]) => [sender, number]),
    );
  }

  /** Every sender that waits. */
  get stalls(): readonly TransferStall[] {
    const now = this.#options.clock.monotonic();
    return [...this.#stalls].map(([sender, { number, reason, since }]) => {
      return { sender, number, reason, forMs: Math.round(now - since) };
    });
  }

  /** Something of this sender went on, or nothing of it is left to take. */
  clear(sender: string): void {
    const stall = this.#stalls.get(sender);
    if (stall === undefined) return;
    this.#stalls.delete(sender);
    this.#missing.set({ sender }, 0);
    this.#seconds.remove({ sender, reason: stall.reason });
  }

  /** Ends the watch over senders of whom nothing is here. */
  keepOnly(senders: ReadonlySet<string>): void {
    for (const sender of [...this.#stalls.keys()]) if (!senders.has(sender)) this.clear(sender);
  }

  /** A batch cannot be taken in, for another reason than a gap. */
  blocked(sender: string, number: number, reason: 'consumer' | 'settling'): void {
    this.#note(sender, number, reason);
  }

  /** Numbers are missing while a later one waits; `remark` is asked for what else there is to say. Rejects when it could not be reported; call again. */
  async gap({ sender, from, to }: BatchGap, remark: () => Promise<string>): Promise<void> {
    const { clock, gapReportMs = 60_000, gapRepeatMs = 600_000, consumer } = this.#options;
    const known = this.#note(sender, from, 'gap');
    this.#missing.set({ sender }, from);
    if (clock.monotonic() - known.since < gapReportMs) return;
    if (!known.reported) {
      const what = to > from ? `batches ${from} to ${to} of ${sender} are` : `batch ${from} of ${sender} is`;
      const detail = `${what} missing; ${to + 1} is here and waits${await remark()}`;
      this.#options.log.error({ sender, from, to }, 'gap in the transfer');
      await consumer.report(sender, { kind: 'gap', node: undefined, detail, at: clock.now() });
      known.reported = true;
    }
    if (clock.monotonic() < known.askedAt) return;
    known.askedAt = clock.monotonic() + gapRepeatMs;
    this.#options.onGap?.({ sender, from, to });
  }

  #note(sender: string, number: number, reason: Known['reason']): Known {
    const known = this.#stalls.get(sender);
    const now = this.#options.clock.monotonic();
    if (known?.number === number && known.reason === reason) {
      this.#seconds.set({ sender, reason }, Math.round((now - known.since) / 1000));
      return known;
    }
    this.clear(sender);
    const stall: Known = { number, reason, since: now, reported: false, askedAt: now };
    this.#stalls.set(sender, stall);
    return stall;
  }
}
