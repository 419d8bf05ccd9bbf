import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type {
  QuarantineDetail,
  QuarantineEntry,
  QuarantineFilter,
  QuarantineRequest,
} from '../contracts/quarantine.ts';
import { egressHoldSchema } from '../gateway/collect/egress-hold.ts';
import { QuarantineStore, quarantineSchema, type RefusedKind } from '../gateway/collect/quarantine-store.ts';
import { systemClock } from '../lib/clock.ts';
import { DurableSqlite } from '../lib/durable-sqlite.ts';
import { AppError, messageOf } from '../lib/errors.ts';

/** A running gateway looks once a second. */
const answerWithinMs = 10_000;
const askEveryMs = 200;

/**
 * The quarantine of a collecting gateway, by the file of its journal, whether the gateway runs or not. Decisions are left
 * there for it to carry out: it alone knows the keys and its nodes' chains.
 */
export class JournalQuarantine {
  readonly #store: QuarantineStore;
  readonly #database: DurableSqlite;

  /** @throws AppError MB_USAGE when there is no such file; MB_OUTBOX_FAILED when it cannot be opened. */
  constructor(path: string) {
    if (!existsSync(path)) throw new AppError('MB_USAGE', `there is no journal at ${path}`);
    try {
      this.#database = new DurableSqlite(path, quarantineSchema + egressHoldSchema);
    } catch (error) {
      throw new AppError('MB_OUTBOX_FAILED', `${path}: ${messageOf(error)}`, { cause: error });
    }
    this.#store = new QuarantineStore(() => this.#database);
  }

  close(): void {
    this.#database.close();
  }

  /** Messages and records that the border held back, the newest first. */
  async list(filter: QuarantineFilter): Promise<QuarantineEntry[]> {
    const entries = [...this.#store.list(filter), ...this.#store.listHeldBack(filter)];
    return entries.sort((a, b) => b.at - a.at).slice(0, filter.limit);
  }

  /** @throws AppError MB_NOT_FOUND. */
  async get(id: string): Promise<QuarantineDetail> {
    const { what, entry } = partsOf(id);
    const held = what === 'e' ? this.#store.heldBack(entry) : undefined;
    const message = what === 'm' ? this.#store.get(entry) : undefined;
    if (held !== undefined) return held;
    if (message !== undefined) return { ...message.entry, payload: message.payload.toString('utf8') };
    throw new AppError('MB_NOT_FOUND', `nothing in quarantine is called ${id}`);
  }

  /**
   * Leaves the decision and waits a while for what comes of it; undefined: the gateway does not run, and does it when it does.
   * @throws AppError MB_NOT_FOUND; MB_QUARANTINE_REFUSED where the gateway refuses.
   */
  async decide(
    id: string,
    request: QuarantineRequest,
    signal: AbortSignal,
  ): Promise<{ outcome: string; detail: string } | undefined> {
    await this.get(id);
    const { what, entry } = partsOf(id);
    const order = this.#store.order(what, entry, request, systemClock.now());
    const until = systemClock.monotonic() + answerWithinMs;
    while (systemClock.monotonic() < until && !signal.aborted) {
      const done = this.#store.outcome(order);
      if (done?.kind === 'refused') throw new AppError('MB_QUARANTINE_REFUSED', done.detail);
      if (done !== undefined) return { outcome: done.kind, detail: done.detail };
      // Not the clock's timer, which keeps no process alive.
      await setTimeout(askEveryMs, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }
}

function partsOf(id: string): { what: RefusedKind; entry: number } {
  const match = /^(m|e)-(\d{1,15})$/.exec(id);
  if (match === null) throw new AppError('MB_NOT_FOUND', `nothing in quarantine is called ${id}`);
  return { what: match[1] === 'e' ? 'e' : 'm', entry: Number(match[2]) };
}
