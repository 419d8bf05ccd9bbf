import type { Ack, Health } from '../../contracts/node-messages.ts';
import type { Alert, AlertDraft } from '../../domain/alert.ts';
import type { NodeId, SiteId } from '../../domain/ids.ts';
import type { OpenIncident } from '../../domain/scene-event.ts';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { isStorageError, isStorageFull } from '../../lib/durable-sqlite.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { SigningKey } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Gauge, Metrics } from '../../lib/metrics.ts';
import { EvidenceShedding } from './evidence-shedding.ts';
import { type ChainHead, OutboxStore, type PendingEvidence, type SizeRange } from './outbox-store.ts';

/** What an outbox needs. */
export interface OutboxOptions {
  /** SQLite file; made when it is not there. */
  readonly path: string;
  readonly site: SiteId;
  readonly node: NodeId;
  readonly key: SigningKey;
  /** Disk space for the database and the waiting evidence files together. */
  readonly maxBytes: number;
  /** Alerts held in memory while the disk cannot take them; default 10,000. */
  readonly maxWaiting?: number;
  /** Where the evidence files lie before they are appended; freed files are removed from it. */
  readonly evidence: ContentStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * What became of an alert. `waiting`: alerts now held in memory, this one among them.
 * `refused` is set when even memory is full: this one is lost, and the caller should stop producing.
 */
export type AppendResult =
  | { readonly stored: true; readonly alert: Alert }
  | { readonly stored: false; readonly waiting: number; readonly refused?: true };

/** Why the outbox is not well. */
type OutboxProblem = 'outbox_full' | 'outbox_failed' | 'evidence_shed' | 'alerts_lost';

/** Fill and problems, for the node's health and for back-pressure. */
export type OutboxStatus = NonNullable<Health['outbox']> & { readonly problems: readonly OutboxProblem[] };

const retryMs = 1_000;

/**
 * The node's durable outbox: an alert is on disk, numbered, chained and signed before anybody is told of it,
 * and stays until the gateway has it on disk.
 *
 * When space runs out it sheds in a declared order: video clips, then stills, the oldest first; alerts never.
 * Alerts that the disk cannot take wait in memory, in order and not yet numbered, and are tried again every second,
 * at the next alert and after every acknowledgement.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #log: Logger;
  readonly #waiting: BoundedQueue<AlertDraft>;
  readonly #listeners = new Set<() => void>();
  readonly #shedding: EvidenceShedding;
  readonly #lost: Counter;
  readonly #fill: Gauge<'what'>;
  #key: SigningKey;
  #store: OutboxStore | undefined;
  #fault: 'outbox_full' | 'outbox_failed' | undefined;
  #overBudget = false;
  /** The draft that left the queue and could not be stored: still the first in order. */
  #first: AlertDraft | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#key = options.key;
    this.#waiting = new BoundedQueue(options.maxWaiting ?? 10_000, 'reject-newest');
    const { metrics } = options;
    this.#shedding = new EvidenceShedding({ content: options.evidence, log: options.log, metrics });
    this.#lost = metrics.counter('maplebridge_outbox_lost_total', 'Alerts lost because disk and memory were full');
    this.#fill = metrics.gauge(
      'maplebridge_outbox_fill',
      'Alerts, evidence files and bytes in the outbox, and alerts in memory because the disk takes none',
      ['what'],
    );
  }

  /** Opens the file and takes up the chain where it stopped. Throws MB_OUTBOX_FAILED. */
  open(): void {
    const { path, site, node, maxBytes } = this.#options;
    try {
      this.#store ??= new OutboxStore(path, site, node, maxBytes);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError('MB_OUTBOX_FAILED', `${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Seals with another key from the next alert on; the chain goes on, and what is stored keeps its seal. */
  signWith(key: SigningKey): void {
    if (key.keyId !== this.#key.keyId)
      this.#log.info({ keyId: key.keyId, before: this.#key.keyId }, 'another signing key');
    this.#key = key;
  }

  /** Closes the file. Alerts still waiting in memory get a last try; what then remains is lost and logged. */
  async close(): Promise<void> {
    this.#cancelRetry?.();
    if (this.#store === undefined) return;
    this.#flushWaiting();
    if (this.#inMemory > 0) this.#log.error({ alerts: this.#inMemory }, 'alerts lost: the disk took none to the end');
    await this.#shedding.settled();
    this.#store.close();
    this.#store = undefined;
  }

  /** Gives a draft its number, link and signature and puts it on disk. Its evidence files must be in the store already. */
  append(draft: AlertDraft): AppendResult {
    const hop = { stage: 'outbox', at: this.#options.clock.now() };
    const arrived = { ...draft, trace: { ...draft.trace, hops: [...draft.trace.hops, hop] } };
    this.#flushWaiting();
    const alert = this.#inMemory === 0 ? this.#tryStore(arrived) : undefined;
    if (typeof alert === 'object') {
      this.#notify();
      return { stored: true, alert };
    }
    if (alert !== 'bad-draft' && this.#waiting.push(arrived)) {
      this.#scheduleRetry();
      return { stored: false, waiting: this.#inMemory };
    }
    if (alert !== 'bad-draft') this.#lose(arrived, 'disk and memory are full');
    return { stored: false, waiting: this.#inMemory, refused: true };
  }

  /** Called after alerts were stored; the returned function ends it. */
  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  head(): ChainHead {
    return this.#open().head();
  }

  /** Incidents that are still open, as alerts that wait for the disk leave them: a camera that begins takes them up. */
  openIncidents(): OpenIncident[] {
    return this.#open().openIncidents(this.#drafts());
  }

  /** Stored alerts after number `n`, in order. */
  alertsAfter(n: number, limit: number): Alert[] {
    return this.#open().alertsAfter(n, limit);
  }

  /** Waiting evidence of alerts up to number `n`, oldest first. */
  evidenceUpTo(n: number, limit: number, sizes: SizeRange = {}): PendingEvidence[] {
    return this.#open().evidenceUpTo(n, limit, sizes);
  }

  /**
   * Frees what the gateway has on its disk. An acknowledgement beyond the chain's end, or of an alert with another
   * hash than ours, frees no alert: it was meant for another life of this node, before its disk was replaced.
   */
  acknowledge(ack: Ack): 'progress' | 'nothing-new' | 'ignored' {
    const store = this.#open();
    if (ack.n > store.head().n) {
      this.#log.warn({ n: ack.n, head: store.head().n }, 'acknowledgement of alerts that were never sent');
      return 'ignored';
    }
    const n = this.#isOurs(ack) ? ack.n : 0;
    const freed = store.acknowledge(n, ack.evidence);
    for (const hash of freed.files) this.#shedding.remove(hash);
    if (freed.alerts === 0 && freed.files.length === 0) return 'nothing-new';
    this.#overBudget = false;
    store.recover();
    this.#flushWaiting();
    this.#measure();
    return 'progress';
  }

  #isOurs({ n, hash }: Ack): boolean {
    if (hash === undefined) return true;
    const [alert] = this.#open().alertsAfter(n - 1, 1);
    // No longer here: freed by an earlier acknowledgement.
    return alert === undefined || alert.sequence.n !== n || alert.sequence.hash === hash;
  }

  /** Gives up one evidence file, for instance because it cannot be read any more; nothing when it does not wait. */
  giveUp(file: PendingEvidence, reason: string): void {
    this.#shedding.giveUp(this.#open(), file, reason);
  }

  status(): OutboxStatus {
    const problems: OutboxProblem[] = [];
    if (this.#fault !== undefined) problems.push(this.#fault);
    if (this.#overBudget) problems.push('evidence_shed');
    if (this.#waiting.dropped > 0) problems.push('alerts_lost');
    return { ...this.#measure(), inMemory: this.#inMemory, problems };
  }

  /** What waits in memory, in order. */
  #drafts(): AlertDraft[] {
    const waiting = this.#waiting.drain();
    for (const draft of waiting) this.#waiting.push(draft);
    return this.#first === undefined ? waiting : [this.#first, ...waiting];
  }

  get #inMemory(): number {
    return this.#waiting.size + (this.#first === undefined ? 0 : 1);
  }

  #open(): OutboxStore {
    if (this.#store === undefined) throw new AppError('MB_OUTBOX_FAILED', 'the outbox is not open');
    return this.#store;
  }

  #lose(draft: AlertDraft, reason: string): void {
    this.#lost.inc();
    this.#log.error({ alertId: draft.alertId, waiting: this.#inMemory, reason }, 'alert lost');
  }

  /**
   * One draft to disk, giving up evidence for it if need be; undefined when the disk will not have it.
   * A draft that has no canonical form (a number that is not finite) is lost: it must not block those behind it.
   */
  #tryStore(draft: AlertDraft): Alert | 'bad-draft' | undefined {
    const store = this.#open();
    const { node } = this.#options;
    for (;;) {
      let alert: Alert;
      try {
        alert = store.append(draft, node, this.#key);
      } catch (error) {
        if (!isStorageError(error)) {
          this.#lose(draft, messageOf(error));
          return 'bad-draft';
        }
        const fault = isStorageFull(error) ? 'outbox_full' : 'outbox_failed';
        // Each of these makes room at most once, or uses something up: the loop ends.
        if (fault === 'outbox_full' && (store.foldLog() || this.#shedOne())) continue;
        if (fault !== this.#fault) this.#log.error({ code: codeOf[fault], reason: messageOf(error) }, fault);
        this.#fault = fault;
        return undefined;
      }
      if (this.#fault !== undefined) this.#log.info('the outbox takes alerts again');
      this.#fault = undefined;
      this.#tidy(draft);
      return alert;
    }
  }

  /** After an alert is stored; whatever fails here must not make it look as if it were not. */
  #tidy(draft: AlertDraft): void {
    try {
      // A picture the gateway has from an earlier alert was written again by the stage before: it is not needed.
      for (const { sha256 } of draft.evidence) {
        if (this.#open().evidenceState(sha256) === 'done') this.#shedding.remove(sha256);
      }
      while (this.#measure().bytes > this.#options.maxBytes) {
        if (!this.#shedOne()) return;
      }
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'outbox not tidied');
    }
  }

  #shedOne(): boolean {
    const shed = this.#shedding.shedOne(this.#open());
    if (shed && !this.#overBudget) this.#log.warn({ code: 'MB_OUTBOX_FULL' }, 'no room: evidence is shed');
    if (shed) this.#overBudget = true;
    return shed;
  }

  #flushWaiting(): void {
    let stored = 0;
    for (;;) {
      this.#first ??= this.#waiting.shift();
      if (this.#first === undefined || this.#tryStore(this.#first) === undefined) break;
      this.#first = undefined;
      stored += 1;
    }
    if (stored > 0) this.#notify();
  }

  #scheduleRetry(): void {
    if (this.#cancelRetry !== undefined) return;
    this.#cancelRetry = this.#options.clock.after(retryMs, () => {
      this.#cancelRetry = undefined;
      if (this.#store === undefined) return;
      this.#store.recover();
      this.#flushWaiting();
      if (this.#inMemory > 0) this.#scheduleRetry();
    });
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #measure(): { alerts: number; evidence: number; bytes: number } {
    const usage = this.#open().usage();
    this.#fill.set({ what: 'alerts' }, usage.alerts);
    this.#fill.set({ what: 'evidence' }, usage.evidence);
    this.#fill.set({ what: 'bytes' }, usage.bytes);
    this.#fill.set({ what: 'memory' }, this.#inMemory);
    return usage;
  }
}

const codeOf = { outbox_full: 'MB_OUTBOX_FULL', outbox_failed: 'MB_OUTBOX_FAILED' } as const;
