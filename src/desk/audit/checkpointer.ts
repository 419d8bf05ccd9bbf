import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  afterCheckpoint,
  type Checkpoint,
  checkCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../contracts/audit-checkpoint.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ClockState } from '../../lib/clock-state.ts';
import { writeDurable } from '../../lib/durable-file.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { KeyRing, SigningKey } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import type { Gauge, Metrics } from '../../lib/metrics.ts';
import type { Queryable } from '../store/database.ts';
import {
  emptyEnd,
  follow,
  inconsistent,
  type Kept,
  keptText,
  type LogEnd,
  parseKept,
  requireHead,
  type StoredHead,
  storedHead,
} from './signed-tail.ts';

/** Name of the file that keeps the newest checkpoint outside of the database. */
const keptFile = 'newest-checkpoint.json';

/** What a checkpointer is made of. */
export interface CheckpointerOptions {
  readonly database: Queryable;
  readonly key: SigningKey;
  /** Also those the desk signed with before. */
  readonly keys: KeyRing;
  readonly deskId: string;
  /** Folder of what is kept outside of the database. */
  readonly stateDir: string;
  /** Folder each checkpoint is also put into, such as a share that can only be written once. */
  readonly checkpointDir: string | undefined;
  readonly everyRecords: number;
  readonly afterMs: number;
  readonly clock: Clock;
  /** Clock-sync state of this machine. */
  readonly clockState: () => ClockState;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Signs how far the audit log has come: every so many records, a while after the newest, at the end, and when asked.
 * It goes on from the checkpoint it keeps on disk, over the records since; a database in which those records do not
 * follow is not signed. Off the path of those who append.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #fault: Gauge;
  readonly #signed: Gauge;
  #kept: Kept | undefined;
  #isLoaded = false;
  #size = 0;
  #disarm: (() => void) | undefined;
  #isUrgent = false;
  #turn: Promise<unknown> = Promise.resolve();
  #problem: AppError | undefined;
  #stopped = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#fault = options.metrics.gauge(
      'maplebridge_desk_audit_fault',
      'Whether the desk refuses to sign its log (1).',
    );
    this.#signed = options.metrics.gauge('maplebridge_desk_audit_signed', 'Records the newest checkpoint covers.');
  }

  /** Why the log was not signed the last time, if it was not. */
  get problem(): AppError | undefined {
    return this.#problem;
  }

  /** Compares what is kept with the database and signs what is new; a fault is told, not thrown. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#attempt('interval');
  }

  /** Told after each commit; cheap. */
  appended(size: number): void {
    this.#size = Math.max(this.#size, size);
    if (this.#stopped) return;
    const { everyRecords, afterMs } = this.#options;
    if (this.#disarm === undefined) this.#arm(afterMs);
    const isDue = this.#size - (this.#kept?.checkpoint.size ?? 0) >= everyRecords;
    if (!isDue || this.#isUrgent || this.#problem !== undefined) return;
    this.#isUrgent = true;
    this.#disarm?.();
    this.#arm(0);
  }

  /** Signs the log as it is now. @throws AppError MB_AUDIT_INCONSISTENT, MB_DATABASE_UNREACHABLE. */
  async sign(): Promise<Checkpoint> {
    const { checkpoint } = await this.during(
      (body) => body(this.#options.database),
      async () => undefined,
    );
    return checkpoint;
  }

  /**
   * Does work over a snapshot of the database and signs exactly the log that it saw. Nothing else is signed meanwhile.
   * @throws as `sign`, before the work where the log is not consistent.
   */
  during<T>(
    snapshot: <R>(body: (source: Queryable) => Promise<R>) => Promise<R>,
    work: (source: Queryable, stored: StoredHead) => Promise<T>,
  ): Promise<{ readonly checkpoint: Checkpoint; readonly result: T }> {
    return this.#inTurn(async () => {
      await this.#load();
      const { end, result } = await snapshot(async (source) => {
        const { end, stored } = await this.#reach(source);
        return { end, result: await work(source, stored) };
      });
      return { checkpoint: await this.#sign(end, 'request'), result };
    });
  }

  /** Signs what is not yet. Idempotent; a fault is told, not thrown. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#disarm?.();
    await this.#turn;
    if (this.#isLoaded && this.#size > (this.#kept?.checkpoint.size ?? 0)) await this.#attempt('stop');
  }

  #arm(ms: number): void {
    this.#disarm = this.#options.clock.after(ms, () => {
      this.#disarm = undefined;
      this.#isUrgent = false;
      void this.#attempt('interval');
    });
  }

  /** One after another, so that two never go on from the same checkpoint. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => this.#minded(work));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Keeps in mind whether the log could be signed. */
  async #minded<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      if (this.#problem !== undefined) this.#options.log.info('the audit log is signed again');
      this.#problem = undefined;
      this.#fault.set(0);
      return result;
    } catch (error) {
      if (error instanceof AppError && error.code === 'MB_AUDIT_INCONSISTENT') {
        this.#problem = error;
        this.#fault.set(1);
      }
      throw error;
    }
  }

  async #attempt(purpose: 'interval' | 'stop'): Promise<void> {
    try {
      await this.#inTurn(async () => {
        await this.#load();
        const { end } = await this.#reach(this.#options.database);
        if (end.tree.size > (this.#kept?.checkpoint.size ?? 0)) await this.#sign(end, purpose);
      });
    } catch (error) {
      const { log, afterMs } = this.#options;
      if (error === this.#problem) log.error({ code: this.#problem?.code }, messageOf(error));
      else log.warn({ reason: messageOf(error) }, 'the audit log could not be signed; trying again');
      if (!this.#stopped && this.#disarm === undefined) this.#arm(afterMs);
    }
  }

  /** Where the log ends now, followed from what was signed. */
  async #reach(source: Queryable): Promise<{ end: LogEnd; stored: StoredHead }> {
    const stored = await storedHead(source);
    const end = await follow(source, this.#kept?.end ?? emptyEnd, stored.n);
    requireHead(end, stored);
    this.#size = Math.max(this.#size, stored.n);
    return { end, stored };
  }

  /** On disk before the database: a database that is put back is then older than what is kept. */
  async #sign(end: LogEnd, purpose: Checkpoint['purpose']): Promise<Checkpoint> {
    const { key, deskId, clock, clockState, stateDir, database } = this.#options;
    const checkpoint = signCheckpoint(
      {
        origin: deskId,
        size: end.tree.size,
        root: end.tree.root().toString('hex') as Sha256,
        head: end.head,
        at: clock.now(),
        clock: { state: clockState() },
        purpose,
      },
      this.#kept?.checkpoint,
      key,
    );
    const kept = { checkpoint, end };
    // Until disk and database are known to say the same: where either fails, the next turn compares them first.
    this.#isLoaded = false;
    await writeDurable(join(stateDir, keptFile), Buffer.from(keptText(kept)));
    this.#kept = kept;
    await store(database, checkpoint);
    this.#isLoaded = true;
    await this.#witness(checkpoint);
    this.#signed.set(checkpoint.size);
    return checkpoint;
  }

  /** A share that is away loses nothing: the database and every export have the checkpoint too. */
  async #witness(checkpoint: Checkpoint): Promise<void> {
    const { checkpointDir, log } = this.#options;
    if (checkpointDir === undefined) return;
    const name = `checkpoint-${String(checkpoint.number).padStart(10, '0')}.json`;
    await writeDurable(join(checkpointDir, name), Buffer.from(`${canonicalJson(checkpoint)}\n`)).catch(
      (error: unknown) => log.warn({ reason: messageOf(error) }, `${name} could not be put into ${checkpointDir}`),
    );
  }

  /** Once, and again after every fault: what is kept on disk and what is in the database must be one story. */
  async #load(): Promise<void> {
    if (this.#isLoaded && this.#problem === undefined) return;
    const path = join(this.#options.stateDir, keptFile);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const kept = text === undefined ? undefined : parseKept(text);
    if (text !== undefined && (kept === undefined || !this.#isOurs(kept.checkpoint))) {
      throw inconsistent(`${path} is damaged, or signed by a key this desk does not trust`);
    }
    const source = this.#options.database;
    const newest = await this.#newestStored(source);
    this.#kept = kept ?? (newest && { checkpoint: newest, end: await this.#endOf(source, newest) });
    if (kept !== undefined) await this.#compare(kept.checkpoint, newest);
    this.#isLoaded = true;
  }

  /** What is on disk is the newest in the database, or, after a crash between the two, the next. */
  async #compare(kept: Checkpoint, newest: Checkpoint | undefined): Promise<void> {
    const after = afterCheckpoint(newest);
    if (newest !== undefined && canonicalJson(newest) === canonicalJson(kept)) return;
    if (after.number !== kept.number || after.previous !== kept.previous) {
      throw inconsistent(
        `its newest checkpoint is ${newest?.number ?? 'none'}; checkpoint ${kept.number} of ${kept.size} records was signed`,
      );
    }
    await store(this.#options.database, kept);
    await this.#witness(kept);
  }

  async #newestStored(source: Queryable): Promise<Checkpoint | undefined> {
    const [row] = await source.query<{ body: string }>(
      'SELECT body FROM desk.audit_checkpoints ORDER BY number DESC LIMIT 1',
    );
    if (row === undefined) return undefined;
    const checkpoint = parseCheckpoint(row.body);
    if (checkpoint === undefined || !this.#isOurs(checkpoint)) {
      throw inconsistent('its newest checkpoint was not signed by a key this desk trusts');
    }
    return checkpoint;
  }

  /** Where nothing is kept on disk the records are read from the first one on. */
  async #endOf(source: Queryable, checkpoint: Checkpoint): Promise<LogEnd> {
    const end = await follow(source, emptyEnd, checkpoint.size);
    if (end.tree.root().toString('hex') === checkpoint.root) return end;
    throw inconsistent(`checkpoint ${checkpoint.number} signed another root for ${checkpoint.size} records`);
  }

  #isOurs(checkpoint: Checkpoint): boolean {
    return checkpoint.origin === this.#options.deskId && checkCheckpoint(checkpoint, this.#options.keys) === 'valid';
  }
}

async function store(database: Queryable, checkpoint: Checkpoint): Promise<void> {
  await database.query('INSERT INTO desk.audit_checkpoints (number, size, body) VALUES ($1, $2, $3)', [
    checkpoint.number,
    checkpoint.size,
    canonicalJson(checkpoint),
  ]);
}
