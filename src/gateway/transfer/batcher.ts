import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchContent, SealedBatch, TransferSender, TransferSource } from '../../contracts/transfer.ts';
import { type NumberRange, type SignedStatement, toRanges } from '../../contracts/transfer-documents.ts';
import type { Sha256 } from '../../domain/ids.ts';
import { Backoff } from '../../lib/backoff.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { ClockMark, ClockWord } from '../../lib/clock-state.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { writeDurable } from '../../lib/durable-file.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { SigningKey } from '../../lib/keys.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Gauge, Histogram, Metrics } from '../../lib/metrics.ts';

import { encodeBatch } from './batch-format.ts';
import { batchName } from './batch-name.ts';
import { EgressGuard } from './egress/egress-guard.ts';
import type { EgressPolicy } from './egress/egress-policy.ts';
import { PolicySource } from './egress/policy-source.ts';
import type { ResendOutcome } from './return-desk.ts';
import { Spool } from './spool.ts';
import { stateSent, tally } from './statement.ts';

/** What the batcher needs. */
export interface BatcherOptions {
  /** Open before `start`. */
  readonly source: TransferSource;
  /** Started and stopped by the batcher. */
  readonly sender: TransferSender;
  /** The collecting gateway's key. */
  readonly key: SigningKey;
  /** Where the source's evidence lies; files are removed once their batch was sent. */
  readonly evidence: ContentStore;
  readonly spoolDir: string;
  /** Default 1 GiB. */
  readonly spoolMaxBytes?: number;
  /** Default 500. */
  readonly maxRecords?: number;
  /** Default 8 MiB. */
  readonly maxBytes?: number;
  /** Default 100 ms. */
  readonly maxAgeMs?: number;
  /** How often a statement of the whole goes; default 600 s. */
  readonly statementEveryMs?: number;
  /** What may cross; default: the policy that ships. */
  readonly egress?: PolicySource;
  readonly clock: Clock;
  /** State of the clock, which the manifest tells. */
  readonly clockSync?: ClockWord | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** A batch that is under way or could not be made, and since when. */
export interface CrossingStall {
  readonly number: number | undefined;
  readonly forMs: number;
  /** Why the last try failed; undefined during the first. */
  readonly problem: string | undefined;
}

/** Nothing to do: woken by whatever is written. */
const idleMs = 60_000;
/** How long a batch under way may take when the batcher is stopped; it stays in the journal. */
const stopGraceMs = 3_000;
/** A border without a policy looks for one this often. */
const closedWaitMs = 1_000;

/**
 * Makes numbered, signed batches of what was collected and hands them to a transfer mode.
 *
 * A number must never stand for two contents, whatever instruction the process dies at. So for each batch:
 * 1. its bytes go to the spool under their number, synced: nobody outside sees them;
 * 2. the journal commits number, content and the hash of those bytes in one transaction;
 * 3. the spooled bytes are sent; 4. the journal marks them sent.
 * Death after 1: the number is not in the journal, and the next batch of that number overwrites the spool file.
 * Death after 2: the batch is found unsent and sent from the spool. Death after 3: it is sent once more, byte for byte
 * the same, and the far side, which keeps its position with its tickets, does not take it twice.
 * One batch is under way at a time; meanwhile the journal, which is on disk, grows.
 */
export class Batcher implements Service {
  readonly #options: BatcherOptions;
  readonly #log: Logger;
  readonly #spool: Spool;
  readonly #sent: Counter<'what'>;
  readonly #egress: PolicySource;
  readonly #guard: EgressGuard;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;
  /** Something was written since the last look. */
  #news = false;
  /** There was nothing to send: whatever is written ends the wait. */
  #idle = false;
  /** When a statement of the whole last went, monotonic. */
  #statedAt: number | undefined;
  /** A statement is to go although none is due. */
  #stateNow = false;
  #stall: { readonly number: number | undefined; readonly since: number; readonly problem?: string } | undefined;
  readonly #made: Counter<'why'>;
  readonly #bytes: Histogram;
  readonly #age: Histogram;
  readonly #waiting: Gauge;

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#spool = new Spool(options.spoolDir, options.spoolMaxBytes ?? 1_073_741_824);
    this.#sent = options.metrics.counter('maplebridge_transfer_sent_total', 'Batches, records and files sent', [
      'what',
    ]);
    this.#made = options.metrics.counter('maplebridge_transfer_batches_made_total', 'Batches by what closed them', [
      'why',
    ]);
    this.#bytes = options.metrics.sizes(
      'maplebridge_transfer_batch_bytes',
      'Records and evidence in a batch, unpacked',
    );
    this.#age = options.metrics.latency(
      'maplebridge_transfer_batch_age_seconds',
      'Age of a batch’s oldest part when it is made',
    );
    this.#waiting = options.metrics.gauge('maplebridge_transfer_unsent_batches', 'Batches made and not sent yet');
    this.#egress = options.egress ?? new PolicySource(options);
    this.#guard = new EgressGuard(options);
  }

  /** Name under which the far side keeps this gateway's position. */
  get senderId(): string {
    const { source, key } = this.#options;
    return `${source.firstKey(key.keyId)}.${source.journalId}`;
  }

  /** What has not got there yet; undefined when all that was made did. */
  get stall(): CrossingStall | undefined {
    if (this.#stall === undefined) return undefined;
    const { number, since, problem } = this.#stall;
    return { number, forMs: Math.round(this.#options.clock.monotonic() - since), problem };
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#unsubscribe = this.#options.source.onWritten(() => {
      this.#news = true;
      this.#wake?.();
    });
    this.#running = this.#run();
  }

  /** Finishes the batch under way; the rest stays in the journal. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#stopping.abort();
    this.#wake?.();
    // A two-way mode may wait for the far side for as long as its desk is down.
    const finished = new AbortController();
    const grace = sleep(this.#options.clock, stopGraceMs, finished.signal);
    await Promise.race([this.#running, grace]);
    finished.abort();
    await this.#options.sender.stop();
    await this.#running;
  }

  /**
   * Sends batches from the spool once more, while others are under way. What is not there any more is declared lost,
   * and the next statement says so. Rejects when the border cannot be reached.
   */
  async resend(batches: readonly NumberRange[]): Promise<ResendOutcome> {
    this.#egress.need();
    const { source, sender } = this.#options;
    const [sent, lost]: [number[], number[]] = [[], []];
    const next = source.nextNumber();
    const unmade = batches.filter(([, to]) => to >= next).map(([from, to]): NumberRange => [Math.max(from, next), to]);
    for (const [from, to] of batches) {
      for (let number = from; number <= Math.min(to, next - 1); number += 1) {
        if (this.#stopping.signal.aborted) throw new AppError('MB_TRANSFER_UNREACHABLE', 'the gateway is stopping');
        const bytes = await readFile(this.#spoolPath(number)).catch(() => undefined);
        const hash = bytes && sha256(bytes);
        if (bytes === undefined || hash === undefined || hash !== source.sealedHash(number)) {
          lost.push(number);
          continue;
        }
        await sender.send({ sender: this.senderId, number, sha256: hash, bytes });
        this.#sent.inc({ what: 'batch-again' });
        sent.push(number);
      }
    }
    if (lost.length > 0) {
      source.declareLost(lost);
      this.#stateNow = true;
      this.#news = true;
      this.#wake?.();
    }
    return { sent: toRanges(sent), lost: toRanges(lost), unmade };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock } = this.#options;
    const backoff = new Backoff({ minMs: 200, maxMs: 30_000 });
    let ready = false;
    while (!signal.aborted) {
      try {
        if (!ready) await this.#options.sender.start(signal);
        ready = true;
        const waitMs = await this.#cycle();
        backoff.reset();
        this.#stall = undefined;
        if (waitMs > 0) await this.#pause(waitMs);
      } catch (error) {
        const delayMs = backoff.next();
        const since = this.#stall?.since ?? clock.monotonic();
        this.#stall = { number: this.#stall?.number, since, problem: messageOf(error) };
        this.#log.error({ reason: messageOf(error), delayMs }, 'batch not sent; it is tried again');
        await sleep(clock, delayMs, signal);
      }
    }
  }

  /** One step; returns how long there is nothing to do. */
  async #cycle(): Promise<number> {
    const { source, clock, maxRecords = 500, maxBytes = 8_388_608, maxAgeMs = 100 } = this.#options;
    // Without a policy nothing crosses, what was made before included; the journal grows meanwhile.
    const policy = this.#egress.current();
    if (policy === undefined) return closedWaitMs;
    const unsent = source.unsent();
    this.#waiting.set(unsent.length);
    for (const { number, sha256: expected, createdAt } of unsent) await this.#send(number, expected, createdAt);
    this.#news = false;
    this.#idle = false;
    const content = source.peek({ records: maxRecords, bytes: maxBytes });
    if (content === undefined) return this.#stateIfDue();
    const age = clock.now() - content.oldestAt;
    const full = content.records.length >= maxRecords || sizeOf(content) >= maxBytes / 2;
    // A clock that was set back must not hold a batch up.
    if (!full && age >= 0 && age < maxAgeMs) return maxAgeMs - age;
    if (await this.#heldBack(content, policy)) return 0;
    this.#noteMade(full ? 'size' : 'age', content, age);
    await this.#make(content);
    return 0;
  }

  /** Makes and sends the next batch. */
  async #make(content: BatchContent): Promise<void> {
    const { source, clock, key, statementEveryMs = 600_000 } = this.#options;
    const at = clock.now();
    const own = tally(content);
    const whole = this.#statedAt === undefined || clock.monotonic() - this.#statedAt >= statementEveryMs;
    const statement = stateSent(
      { sender: this.senderId, number: content.number, at, tally: own },
      source.totals(),
      whole,
      key,
    );
    const sealed = await this.#seal(content, at, statement);
    if (sealed === undefined) return;
    await writeDurable(this.#spoolPath(content.number), sealed.bytes);
    const facts = { sha256: sealed.sha256, bytes: sealed.bytes.length, createdAt: at };
    source.commitBatch(content, facts, { tally: own, statement });
    if (whole) this.#statedAt = clock.monotonic();
    await this.#send(content.number, sealed.sha256, at, content);
  }

  /** An empty batch with a statement when one is due: without it nobody would miss the last batch of an evening. */
  async #stateIfDue(): Promise<number> {
    const { source, clock, statementEveryMs = 600_000 } = this.#options;
    const number = source.nextNumber();
    this.#idle = true;
    if (number === 1) return idleMs;
    this.#statedAt ??= clock.monotonic();
    const left = this.#statedAt + statementEveryMs - clock.monotonic();
    if (left > 0 && !this.#stateNow) return Math.max(1, Math.min(idleMs, left));
    this.#stateNow = false;
    this.#statedAt = undefined;
    await this.#make({ number, records: [], evidence: [], oldestAt: clock.now() });
    return 0;
  }

  #noteMade(why: 'size' | 'age', content: BatchContent, ageMs: number): void {
    this.#made.inc({ why });
    this.#bytes.observe(sizeOf(content));
    this.#age.observe(Math.max(0, ageMs) / 1_000);
  }

  /** Takes out of the line what may not cross; true where there was something, and the rest is to be looked at anew. */
  async #heldBack({ records }: BatchContent, policy: EgressPolicy): Promise<boolean> {
    const { source, evidence } = this.#options;
    const { held, incidents, settle } = this.#guard.inspect(records, policy);
    if (held.length + incidents.length === 0) return false;
    source.holdBack(held, incidents);
    settle();
    // Nobody will ask for these any more: what is not blurred is not kept either.
    for (const each of held) {
      if (each.what === 'evidence') for (const { sha256: hash } of each.files) await evidence.remove(hash);
    }
    return true;
  }

  /** Waits for time or for something new; new things do not cut the wait short of the batch's age. */
  async #pause(waitMs: number): Promise<void> {
    const idle = this.#idle;
    const wake = new AbortController();
    if (idle && this.#news) return;
    if (idle) this.#wake = () => wake.abort();
    await sleep(this.#options.clock, waitMs, AbortSignal.any([wake.signal, this.#stopping.signal]));
    this.#wake = undefined;
  }

  /** Undefined when an evidence file turned out damaged: the source then has something else to offer. */
  async #seal(
    content: BatchContent,
    createdAt: number,
    statement: SignedStatement | undefined,
  ): Promise<SealedBatch | undefined> {
    const evidence: { sha256: Sha256; bytes: Uint8Array }[] = [];
    for (const { sha256: hash } of content.evidence) {
      const bytes = await this.#options.evidence.get(hash);
      if (bytes === undefined) {
        this.#log.error({ sha256: hash }, 'evidence is damaged and cannot cross');
        this.#options.source.evidenceDamaged(hash);
        return undefined;
      }
      evidence.push({ sha256: hash, bytes });
    }
    const lines = content.records.map(({ line }) => line);
    return encodeBatch(
      { sender: this.senderId, number: content.number, createdAt, ...this.#clockMark, lines, evidence, statement },
      this.#options.key,
    );
  }

  get #clockMark(): { clock?: ClockMark } {
    const { clockSync } = this.#options;
    return clockSync === undefined ? {} : { clock: { state: clockSync.state } };
  }

  /** `fresh`: what is in it, where that was read just now. */
  async #send(number: number, expected: Sha256, createdAt: number, fresh?: BatchContent): Promise<void> {
    const { source, sender, evidence } = this.#options;
    const content = fresh ?? source.contentOf(number);
    const spooled = await readFile(this.#spoolPath(number)).catch(() => undefined);
    const intact = spooled !== undefined && sha256(spooled) === expected;
    if (!intact) this.#log.error({ number }, 'spooled batch is damaged: made anew from the journal');
    const batch = intact
      ? { sender: this.senderId, number, sha256: expected, bytes: spooled }
      : await this.#seal(content, createdAt, source.statementOf(number));
    if (batch === undefined) return;
    this.#stall = { since: this.#options.clock.monotonic(), ...this.#stall, number };
    await sender.send(batch);
    this.#stall = undefined;
    // The spool has these bytes too; removed before the mark, no crash leaves a file that nobody will remove.
    for (const file of content.evidence) await evidence.remove(file.sha256);
    source.markSent(number);
    this.#sent.inc({ what: 'batch' });
    this.#sent.inc({ what: 'record' }, content.records.length);
    this.#sent.inc({ what: 'evidence' }, content.evidence.length);
    this.#log.info({ number, records: content.records.length, evidence: content.evidence.length }, 'batch sent');
    await this.#spool.keep(batchName(this.senderId, number), batch.bytes.length);
  }

  #spoolPath(number: number): string {
    return join(this.#options.spoolDir, batchName(this.senderId, number));
  }
}

function sizeOf(content: BatchContent): number {
  const records = content.records.reduce((sum, { line }) => sum + line.length, 0);
  return records + content.evidence.reduce((sum, file) => sum + file.bytes, 0);
}
