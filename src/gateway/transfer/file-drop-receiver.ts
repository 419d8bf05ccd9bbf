import type { Dirent } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchConsumer, TransferReceiver, TransferReceiverStatus } from '../../contracts/transfer.ts';
import { Backoff } from '../../lib/backoff.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { keepNewest, moveDurable, writeDurable } from '../../lib/durable-file.ts';
import { messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { type Decoded, decodeBatch } from './batch-format.ts';
import { parseBatchName } from './batch-name.ts';

/** What the receiver needs. */
export interface FileDropReceiverOptions {
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
  /** Keys of the collecting gateways. */
  readonly keys: KeyRing;
  readonly consumer: BatchConsumer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Found {
  readonly name: string;
  readonly number: number;
}

/**
 * Takes batch files from a folder, in number order for each sender. Polls: the folder is often a mount on which
 * nobody is told of changes. A missing number is waited for and reported; a bad file goes to quarantine with its
 * reason, and its number is then missing until a good copy comes; whatever fails is tried again, and no file
 * leaves the folder before its content is taken in.
 */
export class FileDropReceiver implements TransferReceiver {
  readonly #options: FileDropReceiverOptions;
  readonly #log: Logger;
  readonly #files: Counter<'outcome'>;
  readonly #stopping = new AbortController();
  /** Missing number by sender, and since when. */
  readonly #gaps = new Map<string, { number: number; since: number; reported: boolean }>();
  /** Names in the inbox that were told of already: what cannot be moved away is tried again in silence. */
  readonly #told = new Set<string>();
  #running: Promise<void> | undefined;
  #taken = 0;
  #quarantined = 0;

  constructor(options: FileDropReceiverOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#files = options.metrics.counter('maplebridge_transfer_files_total', 'Transfer files by outcome', ['outcome']);
  }

  /** Rejects when the folders cannot be made. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    const { dir, archiveDir, quarantineDir } = this.#options;
    for (const folder of [dir, archiveDir, quarantineDir]) await mkdir(folder, { recursive: true, mode: 0o750 });
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#running = this.#run();
  }

  /** Finishes the file being taken in. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  status(): TransferReceiverStatus {
    const gaps = Object.fromEntries([...this.#gaps].map(([sender, gap]) => [sender, gap.number]));
    return { taken: this.#taken, quarantined: this.#quarantined, gaps };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, pollMs = 500 } = this.#options;
    const backoff = new Backoff({ minMs: pollMs, maxMs: Math.max(pollMs, 30_000) });
    while (!signal.aborted) {
      let delayMs = pollMs;
      try {
        await this.#sweep();
        backoff.reset();
      } catch (error) {
        delayMs = backoff.next();
        this.#log.warn({ reason: messageOf(error), delayMs }, 'transfer file not taken in; it is tried again');
      }
      await sleep(clock, delayMs, signal);
    }
  }

  /** Every sender gets its turn; a failure of one is thrown after the others were served. */
  async #sweep(): Promise<void> {
    const entries = await readdir(this.#options.dir, { withFileTypes: true });
    const files = entries.filter((entry) => this.#isFile(entry)).map(({ name }) => name);
    this.#forgetGone(new Set(entries.map(({ name }) => name)));
    const senders = new Map<string, Found[]>();
    // Names sort by sender, then number.
    for (const name of files.sort()) {
      const parsed = parseBatchName(name);
      if (parsed === undefined) await this.#refuseStranger(name);
      else senders.set(parsed.sender, [...(senders.get(parsed.sender) ?? []), { name, number: parsed.number }]);
    }
    const failures: unknown[] = [];
    for (const [sender, found] of senders) {
      await this.#serve(sender, found).catch((error: unknown) => failures.push(error));
    }
    for (const sender of this.#gaps.keys()) if (!senders.has(sender)) this.#gaps.delete(sender);
    if (failures.length > 0) throw failures[0];
  }

  /** Names with a dot are being written. Folders (a mount has its `lost+found`) and links are nobody's batch. */
  #isFile(entry: Dirent): boolean {
    if (entry.name.startsWith('.')) return false;
    if (entry.isFile()) return true;
    if (!this.#told.has(entry.name)) this.#log.warn({ file: entry.name }, 'not a file: left where it is');
    this.#told.add(entry.name);
    return false;
  }

  #forgetGone(present: ReadonlySet<string>): void {
    for (const name of this.#told) if (!present.has(name)) this.#told.delete(name);
  }

  async #serve(sender: string, found: readonly Found[]): Promise<void> {
    let next = (await this.#options.consumer.position(sender)) + 1;
    for (const { name, number } of found) {
      if (this.#stopping.signal.aborted) return;
      if (number > next) return this.#waitFor(sender, next, number);
      this.#gaps.delete(sender);
      const outcome = await this.#takeFile(sender, name, number);
      if (outcome === 'taken') next = number + 1;
      // A file that may still be growing holds up those behind it; a quarantined one leaves a gap.
      if (outcome === 'unsettled') return;
    }
  }

  async #takeFile(sender: string, name: string, number: number): Promise<'taken' | 'replayed' | 'bad' | 'unsettled'> {
    const path = join(this.#options.dir, name);
    const read = await this.#read(path, sender, number);
    if (!read.ok) {
      const age = this.#options.clock.now() - (await stat(path)).mtimeMs;
      if (Math.abs(age) < (this.#options.settleMs ?? 5_000)) return 'unsettled';
      await this.#quarantine(sender, name, read);
      return 'bad';
    }
    const reused = await this.#differsFromArchived(name, read.batch.sha256);
    if (reused) {
      await this.#quarantine(sender, name, {
        ok: false,
        fault: 'bad-hash',
        detail: 'number used before for other content',
      });
      return 'bad';
    }
    const outcome = await this.#options.consumer.take(read.batch);
    await this.#finish(name);
    this.#files.inc({ outcome });
    if (outcome === 'taken') this.#taken += 1;
    this.#log.info({ file: name, outcome, records: read.batch.lines.length }, 'transfer file');
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
    const { dir, archiveDir, done = 'archive', archiveMaxFiles = 10_000 } = this.#options;
    if (done === 'delete') return rm(join(dir, name), { force: true });
    await moveDurable(join(dir, name), join(archiveDir, name));
    await keepNewest(archiveDir, archiveMaxFiles);
  }

  async #waitFor(sender: string, missing: number, present: number): Promise<void> {
    const { clock, gapReportMs = 60_000, consumer } = this.#options;
    const known = this.#gaps.get(sender);
    const gap = known?.number === missing ? known : { number: missing, since: clock.monotonic(), reported: false };
    this.#gaps.set(sender, gap);
    if (gap.reported || clock.monotonic() - gap.since < gapReportMs) return;
    const detail = `batch ${missing} of ${sender} is missing; ${present} is here and waits`;
    this.#log.error({ sender, missing, present }, 'gap in the transfer');
    await consumer.report(sender, { kind: 'gap', node: undefined, detail, at: clock.now() });
    gap.reported = true;
  }

  /**
   * Reported first: should the process die between, it is reported twice rather than never. Once only while it runs:
   * a quarantine that takes nothing must not fill the desk's log.
   */
  async #quarantine(sender: string, name: string, { fault, detail }: Decoded & { ok: false }): Promise<void> {
    const { dir, quarantineDir, consumer, clock } = this.#options;
    const at = clock.now();
    const text = `${name}: ${fault}: ${detail}`;
    if (!this.#told.has(name)) {
      const kind = fault === 'revoked-key' || fault === 'expired-key' ? fault : 'bad-batch';
      await consumer.report(sender, { kind, node: undefined, detail: text.slice(0, 500), at });
      this.#log.error({ file: name, fault, detail }, 'transfer file refused');
    }
    this.#told.add(name);
    const kept = join(quarantineDir, `${at}-${name}`);
    const reason = { code: 'MB_BATCH_INVALID', file: name, fault, detail, at: new Date(at).toISOString() };
    await writeDurable(`${kept}.reason.json`, Buffer.from(`${JSON.stringify(reason, null, 2)}\n`));
    await moveDurable(join(dir, name), kept);
    // Two files a case: the refused one and its reason.
    await keepNewest(quarantineDir, 2 * (this.#options.quarantineMaxFiles ?? 1_000));
    this.#told.delete(name);
    this.#quarantined += 1;
    this.#files.inc({ outcome: 'quarantined' });
  }

  async #refuseStranger(name: string): Promise<void> {
    const entry = await stat(join(this.#options.dir, name)).catch(() => undefined);
    const age = this.#options.clock.now() - (entry?.mtimeMs ?? 0);
    if (entry === undefined || Math.abs(age) < (this.#options.settleMs ?? 5_000)) return;
    const told = this.#told.has(name);
    const fault = { ok: false, fault: 'misnamed', detail: 'not the name of a batch' } as const;
    // No sender waits for it.
    await this.#quarantine('unknown', name, fault).catch((error: unknown) => {
      if (!this.#told.has(name)) throw error;
      if (!told) this.#log.error({ file: name, reason: messageOf(error) }, 'quarantine does not take it');
    });
  }
}
