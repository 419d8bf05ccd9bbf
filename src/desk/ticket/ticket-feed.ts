import type { TicketSummary } from '../../contracts/desk-api.ts';
import type { TicketId } from '../../domain/ids.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { TicketViews } from './ticket-views.ts';

/** A changed ticket; `n` is its newest audit record, which grows with every change at the desk. */
export interface TicketChange {
  readonly n: number;
  readonly ticket: TicketSummary;
}

/** Past this many changed tickets waiting, further ones are not told: lists are fetched again now and then. */
const maxPending = 5000;
/** Changes read and told at once. */
const page = 500;

/** Tells listeners in this process of committed changes; several changes of one ticket may become one. */
export class TicketFeed {
  readonly #views: TicketViews;
  readonly #log: Logger;
  readonly #listeners = new Set<(change: TicketChange) => void>();
  readonly #pending = new Set<TicketId>();
  #telling = false;

  constructor(options: { views: TicketViews; log: Logger }) {
    this.#views = options.views;
    this.#log = options.log;
  }

  /** To be called after the commit. */
  changed(ids: readonly TicketId[]): void {
    if (this.#listeners.size === 0) return;
    for (const id of ids) if (this.#pending.size < maxPending) this.#pending.add(id);
    void this.#tell();
  }

  subscribe(listener: (change: TicketChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #tell(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    try {
      while (this.#pending.size > 0) {
        const ids = [...this.#pending].slice(0, page);
        for (const id of ids) this.#pending.delete(id);
        for (const change of await this.#views.changed(ids)) {
          for (const listener of this.#listeners) listener(change);
        }
      }
    } catch (error) {
      this.#pending.clear();
      this.#log.warn({ reason: messageOf(error) }, 'changes could not be told to listeners');
    } finally {
      this.#telling = false;
    }
  }
}
