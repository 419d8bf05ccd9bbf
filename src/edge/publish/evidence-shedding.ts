import { rmSync } from 'node:fs';
import type { Sha256 } from '../../domain/ids.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { OutboxStore, PendingEvidence } from './outbox-store.ts';

/** The outbox's evidence files: removes what is acknowledged, gives up what there is no room for, and counts it. */
export class EvidenceShedding {
  readonly #content: ContentStore;
  readonly #log: Logger;
  readonly #shed: Counter<'kind'>;
  readonly #removals = new Set<Promise<void>>();

  constructor(options: { content: ContentStore; log: Logger; metrics: Metrics }) {
    this.#content = options.content;
    this.#log = options.log;
    this.#shed = options.metrics.counter('maplebridge_outbox_shed_total', 'Evidence files given up', ['kind']);
  }

  /** Gives up one file; nothing when it does not wait. Throws what SQLite throws. */
  giveUp(store: OutboxStore, file: PendingEvidence, reason: string): void {
    if (store.evidenceState(file.sha256) !== 'pending') return;
    store.forget(file.sha256);
    this.remove(file.sha256);
    this.#shed.inc({ kind: file.kind });
    this.#log.warn({ sha256: file.sha256, kind: file.kind, n: file.n, reason }, 'evidence given up');
  }

  /**
   * Gives up the next file in the declared order; false when there is none left or it did not work.
   * The file goes first, and at once: on a full disk not even a row can be deleted before there is room.
   * A row that outlives its file is given up when it is to be sent.
   */
  shedOne(store: OutboxStore): boolean {
    try {
      const file = store.nextToShed();
      if (file === undefined) return false;
      rmSync(this.#content.path(file.sha256), { force: true });
      this.giveUp(store, file, 'space');
      store.recover();
      return true;
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'evidence could not be shed');
      return false;
    }
  }

  /** Removes a file in the background. */
  remove(hash: Sha256): void {
    const removal = this.#content
      .remove(hash)
      .catch((error: unknown) =>
        this.#log.warn({ sha256: hash, reason: messageOf(error) }, 'evidence file not removed'),
      )
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** Resolves when every removal is done. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#removals);
  }
}
