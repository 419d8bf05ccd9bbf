import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { AuditProof } from '../contracts/audit-proof.ts';
import type { AuditReport } from '../contracts/desk-api.ts';
import { checkSeal } from '../contracts/seal.ts';
import type { TicketId } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import type { ClockWord } from '../lib/clock-state.ts';
import type { ContentStore } from '../lib/content-store.ts';
import { demoSigningKey, refuseDefaults } from '../lib/default-credentials.ts';
import { AppError } from '../lib/errors.ts';
import { KeyRing, loadPublicKey, loadSigningKey } from '../lib/keys.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import { singleFlight } from '../lib/single-flight.ts';
import { writeExport } from './audit/audit-export.ts';
import { AuditLog } from './audit/audit-log.ts';
import { proveRecords } from './audit/audit-proof.ts';
import { Checkpointer } from './audit/checkpointer.ts';
import { verifyAudit } from './audit/verify-audit.ts';
import type { DeskConfig } from './config.ts';
import type { Database } from './store/database.ts';

/** The desk's audit log with all that makes it provable: keys, checkpoints, exports, proofs. */
export class DeskAudit {
  readonly log: AuditLog;
  readonly checkpointer: Checkpointer;
  /** Checks the log from the inside; one run serves all who ask meanwhile. */
  readonly verify: () => Promise<AuditReport>;
  readonly #database: Database;
  readonly #config: DeskConfig['audit'];
  readonly #evidence: ContentStore;
  readonly #deskKeys: readonly string[];
  readonly #clock: Clock;
  #isExporting = false;

  /** @throws AppError MB_CONFIG_INVALID, MB_KEY_UNREADABLE, MB_DEFAULT_KEYS. */
  constructor(options: {
    config: DeskConfig['audit'];
    demo: boolean;
    database: Database;
    evidence: ContentStore;
    /** Public keys of the nodes. */
    nodeKeys: KeyRing;
    clock: Clock;
    clockSync: ClockWord | undefined;
    log: Logger;
    metrics: Metrics;
  }) {
    const { config, demo, database, evidence, nodeKeys, clock, clockSync } = options;
    const key = signingKey(config, demo);
    const trusted = new KeyRing([key.publicPem(), ...config.formerKeyFiles.map(loadPublicKey)]);
    this.#database = database;
    this.#config = config;
    this.#evidence = evidence;
    this.#clock = clock;
    this.#deskKeys = [key.keyId];
    this.checkpointer = new Checkpointer({
      ...options,
      ...config,
      checkpointDir: config.checkpointDir,
      key,
      keys: trusted,
      clockState: () => clockSync?.state ?? 'unknown',
    });
    this.log = new AuditLog({ clockSync, onAppended: (size) => this.checkpointer.appended(size) });
    const seal: Parameters<typeof verifyAudit>[0]['seal'] = (alert) => checkSeal(alert, nodeKeys);
    this.verify = singleFlight(() => verifyAudit({ database, evidence, seal, deskKeys: trusted }));
  }

  /** Begins to sign. An export that a crash left behind goes: each may be as large as the log. */
  async start(): Promise<void> {
    const { stateDir } = this.#config;
    const names = await readdir(stateDir).catch(() => []);
    for (const name of names.filter((each) => /^export-.*\.tmp$/.test(each))) {
      await rm(join(stateDir, name), { force: true });
    }
    await this.checkpointer.start();
  }

  /**
   * The whole log as a file, compressed. It is written at the disk's pace and read at the reader's: a slow one holds up
   * nothing. One at a time. @throws AppError MB_OVERLOADED, MB_AUDIT_INCONSISTENT, MB_DATABASE_UNREACHABLE.
   */
  async export(options: { readonly withEvidence: boolean }): Promise<Readable> {
    if (this.#isExporting) throw new AppError('MB_OVERLOADED', 'another export is being made');
    this.#isExporting = true;
    const path = join(this.#config.stateDir, `export-${randomUUID()}.tmp`);
    const discard = () => rm(path, { force: true });
    try {
      await mkdir(this.#config.stateDir, { recursive: true, mode: 0o750 });
      const { deskId } = this.#config;
      const source = {
        database: this.#database,
        checkpointer: this.checkpointer,
        evidence: this.#evidence,
        deskId,
        deskKeys: this.#deskKeys,
        clock: this.#clock,
      };
      await writeExport(source, path, options);
    } catch (error) {
      await discard();
      throw error;
    } finally {
      this.#isExporting = false;
    }
    return createReadStream(path).once('close', () => void discard().catch(() => undefined));
  }

  /** A proof under a checkpoint signed now. @throws AppError as `proveRecords` and `Checkpointer.sign`. */
  async prove(
    what: { readonly record: number } | { readonly ticket: TicketId },
    since: number | undefined,
  ): Promise<AuditProof> {
    return proveRecords(this.#database, await this.checkpointer.sign(), what, since);
  }
}

function signingKey({ keyFile }: DeskConfig['audit'], demo: boolean) {
  if (keyFile === undefined) {
    if (demo) return demoSigningKey('audit');
    throw new AppError(
      'MB_CONFIG_INVALID',
      'desk.audit.keyFile: missing; `maplebridge keys generate --out audit.pem` makes the key that signs checkpoints',
    );
  }
  const key = loadSigningKey(keyFile);
  refuseDefaults({ 'desk: audit.keyFile': key }, demo);
  return key;
}
