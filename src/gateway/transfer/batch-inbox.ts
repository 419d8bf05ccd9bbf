import type { Dirent } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  BatchConsumer,
  BatchManifest,
  BatchOutcome,
  TransferReceiverStatus,
  WaitingBatches,
} from '../../contracts/transfer.ts';
import { toRanges, within } from '../../contracts/transfer-documents.ts';
import { Backoff } from '../../lib/backoff.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { syncFolder } from '../../lib/durable-file.ts';
import { messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { BatchArchive } from './batch-archive.ts';
import { type Decoded, decodeBatch, readHeader } from './batch-format.ts';
import { batchName, parseBatchName } from './batch-name.ts';
import { Quarantine, type Refusal } from './quarantine.ts';
import { type BatchGap, StallWatch } from './stall-watch.ts';

/** What the inbox needs. */
export interface BatchInboxOptions {
  readonly dir: string;
  readonly archiveDir: string;
  readonly quarantineDir: string;
  /** What becomes of a file taken in; default `archive`. */
  readonly done?: 'archive' | 'delete';
  /** Default 10,000. */
  readonly archiveMaxFiles?: number;
  /** Default 1,000; the oldest goes first, its incident stays at the desk. */
  readonly quarantineMaxFiles?: number;
  /** Default 64 MiB, packed and unpacked. */
  readonly maxFileBytes?: number;
  /** Default 500 ms. */
  readonly pollMs?: number;
  /** Default 5 s. */
  readonly settleMs?: number;
  /** Default 60 s. */
  readonly gapReportMs?: number;
  /** Told of batches that do not come, after `gapReportMs` and again every `gapRepeatMs` (600 s). */
  readonly onGap?: ((gap: BatchGap) => void) | undefined;
  readonly gapRepeatMs?: number;
  /** Told what became of each batch, after it did. */
  readonly onSettled?: (settled: SettledBatch) => void;
  /** Keys of the collecting gateways. */
  readonly keys: KeyRing;
  readonly consumer: BatchConsumer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What became of a batch that lay in the inbox. */
export interface SettledBatch {
  readonly sender: string;
  readonly number: number;
  /** Of the file as it lay there; undefined when it was not read (too large). */
  readonly sha256: string | undefined;
  readonly result: BatchOutcome;
}

interface Found {
  readonly name: string;
  readonly number: number;
}

/** Files of one sender worked off before the next has its turn. */
const turn = 64;

/**
 * The receiving half that all modes share: takes batch files from a folder, in number order for each sender.
 *
 * What arrives by wire is put into the folder first and taken from there, so that a batch that waits for an earlier one
 * lies on disk, not in memory, and is still there after a restart. The folder is polled: it is often a mount on which
 * nobody is told of changes. A missing number is waited for and reported; a bad file goes to quarantine with its
 * reason, and its number is then missing until a good copy comes; whatever fails is tried again, and no file leaves
 * the folder before its content is taken in. Senders do not wait for each other.
 */
export class BatchInbox implements Service {
  readonly #options: BatchInboxOptions;
  readonly #log: Logger;
  readonly #archive: BatchArchive;
  readonly #quarantine: Quarantine;
  readonly #watch: StallWatch;
  readonly #files: Counter<'outcome'>;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  /** Something was put into the folder since the last look. */
  #news = false;
  #taken = 0;

  constructor(options: BatchInboxOptions) {
    this.#options = options;
    this.#log = options.log;
    const { quarantineDir: dir, quarantineMaxFiles = 1_000, archiveMaxFiles = 10_000 } = options;
    this.#archive = new BatchArchive({ dir: options.archiveDir, maxFiles: archiveMaxFiles });
    this.#quarantine = new Quarantine({ ...options, dir, maxFiles: quarantineMaxFiles });
    this.#watch = new StallWatch(options);
    this.#files = options.metrics.counter('maplebridge_transfer_files_total', 'Transfer files by outcome', ['outcome']);
  }

  /** Rejects when the folders cannot be made. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    const { dir, archiveDir } = this.#options;
    for (const folder of [dir, archiveDir]) await mkdir(folder, { recursive: true, mode: 0o750 });
    await this.#quarantine.open();
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#running = this.#run();
  }

  /** Finishes the file being taken in. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    await this.#running;
  }

  status(): TransferReceiverStatus {
    const { gaps, stalls } = this.#watch;
    return { taken: this.#taken, quarantined: this.#quarantine.count, gaps, stalls };
  }

  async waiting(): Promise<readonly WaitingBatches[]> {
    const { dir, consumer } = this.#options;
    const senders = new Map<string, number[]>();
    for (const name of (await readdir(dir)).sort()) {
      const parsed = parseBatchName(name);
      if (parsed !== undefined) senders.set(parsed.sender, [...(senders.get(parsed.sender) ?? []), parsed.number]);
    }
    const found: WaitingBatches[] = [];
    for (const [sender, numbers] of senders) {
      const position = await consumer.position(sender);
      const ahead = numbers.filter((number) => number > position);
      const newest = ahead.at(-1);
      if (newest === undefined) continue;
      const manifest = await this.#manifestOf(batchName(sender, newest));
      const own = manifest?.sender === sender ? manifest.statement : undefined;
      found.push({ sender, batches: toRanges(ahead), statement: own });
    }
    return found;
  }

  /** Has the folder looked at now instead of at the next poll. */
  look(): void {
    this.#news = true;
    this.#wake?.();
  }

  /**
   * Puts a finished, synced file that came by wire into the folder. A batch that waits there already stays: whoever
   * can send must not be able to replace what another sent.
   */
  async land(path: string, batch: { sender: string; number: number; sha256: string }): Promise<'landed' | 'occupied'> {
    const target = join(this.#options.dir, batchName(batch.sender, batch.number));
    // Not renamed, which would put it in the place of one that came a moment before.
    while (!(await linked(path, target))) {
      const waiting = await readFile(target).catch(() => undefined);
      // Gone since: it was taken in or refused.
      if (waiting === undefined) continue;
      await rm(path, { force: true });
      return sha256(waiting) === batch.sha256 ? 'landed' : 'occupied';
    }
    await syncFolder(this.#options.dir);
    await rm(path, { force: true });
    this.look();
    return 'landed';
  }

  /** Whether a batch lies in the folder. */
  async holds(sender: string, number: number): Promise<boolean> {
    return stat(join(this.#options.dir, batchName(sender, number))).then(
      (entry) => entry.isFile(),
      () => false,
    );
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { pollMs = 500 } = this.#options;
    const backoff = new Backoff({ minMs: pollMs, maxMs: Math.max(pollMs, 30_000) });
    while (!signal.aborted) {
      let delayMs = pollMs;
      this.#news = false;
      try {
        if ((await this.#sweep()) === 'more') delayMs = 0;
        backoff.reset();
      } catch (error) {
        delayMs = backoff.next();
        this.#log.warn({ reason: messageOf(error), delayMs }, 'transfer file not taken in; it is tried again');
      }
      if (delayMs > 0 && !this.#news) await this.#pause(delayMs);
    }
  }

  async #pause(ms: number): Promise<void> {
    const wake = new AbortController();
    this.#wake = () => wake.abort();
    await sleep(this.#options.clock, ms, AbortSignal.any([wake.signal, this.#stopping.signal]));
    this.#wake = undefined;
  }

  /** Every sender gets its turn; a failure of one is thrown after the others were served. */
  async #sweep(): Promise<'more' | 'done'> {
    const entries = await readdir(this.#options.dir, { withFileTypes: true });
    const files = entries.filter((entry) => this.#isFile(entry)).map(({ name }) => name);
    this.#quarantine.forgetGone(new Set(entries.map(({ name }) => name)));
    const senders = new Map<string, Found[]>();
    // Names sort by sender, then number.
    for (const name of files.sort()) {
      const parsed = parseBatchName(name);
      if (parsed === undefined) await this.#refuseStranger(name);
      else {
        const found = senders.get(parsed.sender) ?? [];
        found.push({ name, number: parsed.number });
        senders.set(parsed.sender, found);
      }
    }
    this.#watch.keepOnly(new Set(senders.keys()));
    const failures: unknown[] = [];
    let more = false;
    for (const [sender, found] of senders) {
      await this.#serve(sender, found).then(
        (left) => {
          more ||= left;
        },
        (error: unknown) => failures.push(error),
      );
    }
    if (failures.length > 0) throw failures[0];
    return more ? 'more' : 'done';
  }

  /** Names with a dot are being written. Folders (a mount has its `lost+found`) and links are nobody's batch. */
  #isFile(entry: Dirent): boolean {
    if (entry.name.startsWith('.')) return false;
    if (entry.isFile()) return true;
    if (!this.#quarantine.told(entry.name)) this.#log.warn({ file: entry.name }, 'not a file: left where it is');
    this.#quarantine.tell(entry.name);
    return false;
  }

  /** True when the sender's turn ended with files left to take. */
  async #serve(sender: string, found: readonly Found[]): Promise<boolean> {
    const [first] = found;
    const place = await this.#position(sender, first?.number ?? 1);
    let next = place + 1;
    for (const [index, { name, number }] of found.entries()) {
      if (this.#stopping.signal.aborted) return false;
      if (index === turn) return true;
      if (number > next) {
        const missing = next;
        await this.#watch.gap({ sender, from: missing, to: number - 1 }, () => this.#remark(name, missing));
        return false;
      }
      const outcome = await this.#takeFile(sender, name, number);
      // One that comes after it was passed over does not set the place back.
      if (outcome === 'taken') next = Math.max(next, number + 1);
      // A file that may still be growing holds up those behind it; a quarantined one leaves a gap.
      if (outcome === 'unsettled') return false;
      this.#watch.clear(sender);
    }
    return false;
  }

  async #position(sender: string, waiting: number): Promise<number> {
    try {
      return await this.#options.consumer.position(sender);
    } catch (error) {
      this.#watch.blocked(sender, waiting, 'consumer');
      throw error;
    }
  }

  /** What the waiting batch's sender says of the one that is missing. */
  async #remark(name: string, missing: number): Promise<string> {
    const lost = (await this.#manifestOf(name))?.statement?.statement.lost ?? [];
    return within(lost, missing) ? '; its sender declares it lost: a decision is needed' : '';
  }

  /** What a waiting file says of itself, when a trusted key signed it. */
  async #manifestOf(name: string): Promise<BatchManifest | undefined> {
    const { dir, keys, clock } = this.#options;
    const header = readHeader(await readFile(join(dir, name)).catch(() => Buffer.alloc(0)));
    if (!header.ok) return undefined;
    return keys.verify(header.manifest, header.signature, clock.now()) === 'valid' ? header.manifest : undefined;
  }

  async #takeFile(sender: string, name: string, number: number): Promise<'taken' | 'replayed' | 'bad' | 'unsettled'> {
    const path = join(this.#options.dir, name);
    const read = await this.#read(path, sender, number);
    if (!read.ok) {
      const age = this.#options.clock.now() - (await stat(path)).mtimeMs;
      if (Math.abs(age) < (this.#options.settleMs ?? 5_000)) {
        this.#watch.blocked(sender, number, 'settling');
        return 'unsettled';
      }
      await this.#refuse(sender, name, number, read);
      return 'bad';
    }
    const { batch } = read;
    if (await this.#differsFromArchived(name, batch.sha256)) {
      const fault = { ok: false, fault: 'bad-hash', detail: 'number used before for other content' } as const;
      await this.#refuse(sender, name, number, fault);
      return 'bad';
    }
    const outcome = await this.#options.consumer.take(batch).catch((error: unknown) => {
      this.#watch.blocked(sender, number, 'consumer');
      throw error;
    });
    await this.#finish(name);
    this.#files.inc({ outcome });
    if (outcome === 'taken') this.#taken += 1;
    this.#log.info({ file: name, outcome, records: batch.lines.length }, 'transfer file');
    this.#options.onSettled?.({ sender, number, sha256: batch.sha256, result: { outcome } });
    return outcome;
  }

  async #read(path: string, sender: string, number: number): Promise<Decoded> {
    const maxBytes = this.#options.maxFileBytes ?? 67_108_864;
    const { size } = await stat(path);
    if (size > maxBytes) return { ok: false, fault: 'too-large', detail: `${size} bytes` };
    const { keys, clock } = this.#options;
    const decoded = await decodeBatch(await readFile(path), keys, maxBytes, clock.now());
    if (!decoded.ok) return decoded;
    const { manifest } = decoded.batch;
    const named = manifest.sender === sender && manifest.number === number;
    return named ? decoded : { ok: false, fault: 'misnamed', detail: `holds batch ${manifest.number}` };
  }

  /** The sender never uses a number twice: other content under an archived name is a fork of the transfer. */
  async #differsFromArchived(name: string, hash: string): Promise<boolean> {
    const archived = await readFile(join(this.#options.archiveDir, name)).catch(() => undefined);
    return archived !== undefined && sha256(archived) !== hash;
  }

  async #finish(name: string): Promise<void> {
    const { dir, done = 'archive' } = this.#options;
    if (done === 'delete') return rm(join(dir, name), { force: true });
    await this.#archive.take(join(dir, name), name);
  }

  async #refuse(sender: string, name: string, number: number, refusal: Refusal): Promise<void> {
    const path = join(this.#options.dir, name);
    const tooLarge = refusal.fault === 'too-large';
    const hash = tooLarge ? undefined : sha256(await readFile(path));
    await this.#quarantine.set(sender, path, name, refusal);
    this.#files.inc({ outcome: 'quarantined' });
    const result = { outcome: 'refused', fault: refusal.fault, detail: refusal.detail } as const;
    this.#options.onSettled?.({ sender, number, sha256: hash, result });
  }

  async #refuseStranger(name: string): Promise<void> {
    const path = join(this.#options.dir, name);
    const entry = await stat(path).catch(() => undefined);
    const age = this.#options.clock.now() - (entry?.mtimeMs ?? 0);
    if (entry === undefined || Math.abs(age) < (this.#options.settleMs ?? 5_000)) return;
    const told = this.#quarantine.told(name);
    // No sender waits for it.
    await this.#quarantine
      .set('unknown', path, name, { ok: false, fault: 'misnamed', detail: 'not the name of a batch' })
      .then(() => this.#files.inc({ outcome: 'quarantined' }))
      .catch((error: unknown) => {
        if (!this.#quarantine.told(name)) throw error;
        if (!told) this.#log.error({ file: name, reason: messageOf(error) }, 'quarantine does not take it');
      });
  }
}

/** Gives a file a second name; false where something has that name. */
async function linked(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
}
