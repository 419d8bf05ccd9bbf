import { join } from 'node:path';
import { type Checkpoint, parseCheckpoint } from '../../src/contracts/audit-checkpoint.ts';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { writeExport } from '../../src/desk/audit/audit-export.ts';
import { AuditLog } from '../../src/desk/audit/audit-log.ts';
import { Checkpointer } from '../../src/desk/audit/checkpointer.ts';
import { type ExportReport, verifyExport } from '../../src/desk/audit/verify-export.ts';
import { Dispatcher } from '../../src/desk/dispatch/dispatcher.ts';
import { IntegrityBook } from '../../src/desk/integrity/integrity-book.ts';
import { Database, type Transaction } from '../../src/desk/store/database.ts';
import { type DeskJob, dispatchJob } from '../../src/desk/store/jobs.ts';
import { migrate, shippedMigrations } from '../../src/desk/store/migrate.ts';
import { TicketBook } from '../../src/desk/store/ticket-book.ts';
import { PgTicketIntake } from '../../src/desk/ticket/intake.ts';
import { TicketActions } from '../../src/desk/ticket/ticket-actions.ts';
import type { IncidentId, TicketId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { KeyRing } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { testRedaction } from './alert-draft.ts';
import { AlertChain } from './alerts.ts';
import { newSigningKey } from './crossing.ts';

/** Tables of the log and of what it speaks of, in an order in which they can be emptied. */
const tables = [
  'evidence',
  'alerts',
  'jobs',
  'dispatches',
  'tickets',
  'audit_checkpoints',
  'audit_subtrees',
  'audit_records',
];
const decision = {
  rule: 'r',
  version: '1',
  station: '一所',
  department: '公安',
  coDepartments: [],
  reason: '',
  rejected: [],
};

/** A desk's log with its parts, without the desk: filled, exported and checked, over a Postgres that others own. */
export class AuditStand {
  readonly database: Database;
  readonly evidence: ContentStore;
  readonly key = newSigningKey();
  readonly chain = new AlertChain();
  readonly #dir: string;
  readonly #intake: PgTicketIntake;
  readonly #dispatcher: Dispatcher;
  readonly #actions: TicketActions;
  #checkpointer: Checkpointer;
  #batch = 0;

  constructor(options: { url: string; dir: string }) {
    this.#dir = options.dir;
    this.evidence = new ContentStore(join(options.dir, 'evidence'));
    this.database = new Database({
      target: { connectionString: options.url },
      maxConnections: 4,
      connectTimeoutMs: 5_000,
      onIdleError: () => undefined,
    });
    this.#checkpointer = this.#newCheckpointer(0);
    const audit = new AuditLog();
    const book = new TicketBook({ audit, onChanged: () => undefined });
    const shared = { database: this.database, book, clock: systemClock, metrics: new Metrics() };
    const integrity = new IntegrityBook({ ...shared, audit, log: createLogger('stand') });
    const ignore = (_jobs: readonly DeskJob[]) => undefined;
    this.#intake = new PgTicketIntake({
      ...shared,
      integrity,
      evidence: this.evidence,
      route: () => decision,
      onJobs: ignore,
    });
    this.#dispatcher = new Dispatcher({ ...shared, signLimitMs: 60_000, onJobs: ignore });
    this.#actions = new TicketActions(shared);
  }

  /** Keys of the node, as somebody who checks has them. */
  get nodeKeys(): NodeKeys {
    return new NodeKeys([{ node: this.chain.node, pem: this.chain.key.publicPem() }]);
  }

  get deskKeys(): KeyRing {
    return new KeyRing([this.key.publicPem()]);
  }

  async open(): Promise<void> {
    await migrate(this.database, shippedMigrations());
    this.database.open();
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  /** An empty log, as on the first day. */
  async clear(): Promise<void> {
    await this.tamper(async (tx) => {
      await tx.query(`TRUNCATE ${tables.map((name) => `desk.${name}`).join(', ')}`);
      await tx.query(`UPDATE desk.audit_head SET n = 0, hash = repeat('0', 64), edge = ''`);
    });
    this.#batch += 1;
    this.#checkpointer = this.#newCheckpointer(this.#batch);
  }

  /** An alert of an incident, with so many pictures of which the last so many have not come yet. */
  async alert(incident: string, phase: 'raised' | 'cleared', pictures = 0, missing = 0): Promise<TicketId> {
    const files = Array.from({ length: pictures }, (_, index) => Buffer.from(`${incident} ${phase} ${index}`));
    for (const bytes of files.slice(0, pictures - missing)) await this.evidence.put(bytes);
    const event = this.chain.event({
      incidentId: incident as IncidentId,
      phase,
      observedAt: Date.now(),
      evidence: files.map((bytes) => ({
        kind: 'trigger',
        sha256: sha256(bytes),
        bytes: bytes.length,
        mediaType: 'image/jpeg',
        originalSha256: sha256('original', bytes),
        redaction: testRedaction,
      })),
    });
    const at = Date.now();
    this.#batch += 1;
    const batch = { number: this.#batch, sha256: sha256(`batch ${this.#batch}`) };
    const record = { event, collectedAt: at - 30, batchedAt: at - 20, deliveredAt: at - 10, batch };
    const position = { sender: 'gateway-1', batch: this.#batch, nodes: {} };
    const [outcome] = await this.#intake.accept([record], [], position);
    return outcome?.ticketId ?? ('' as TicketId);
  }

  /** The pictures of an alert that had not come. */
  async arrive(incident: string, phase: 'raised' | 'cleared', index: number): Promise<void> {
    await this.#intake.evidenceArrived([await this.evidence.put(Buffer.from(`${incident} ${phase} ${index}`))]);
  }

  async dispatch(id: TicketId): Promise<void> {
    await this.#dispatcher.run([dispatchJob(id, 0)]);
  }

  act(id: TicketId, action: 'sign' | 'depart' | 'arrive', note: string): Promise<void> {
    return this.#actions.act(id, action, { note }, { name: '王', role: 'responder' });
  }

  checkpoint(): Promise<Checkpoint> {
    return this.#checkpointer.sign();
  }

  async checkpoints(): Promise<Checkpoint[]> {
    const rows = await this.database.query<{ body: string }>('SELECT body FROM desk.audit_checkpoints ORDER BY number');
    return rows.flatMap(({ body }) => parseCheckpoint(body) ?? []);
  }

  /** A checkpointer that has only the database to go by, as after the loss of its folder. */
  forget(): void {
    this.#batch += 1;
    this.#checkpointer = this.#newCheckpointer(this.#batch);
  }

  export(path: string, withEvidence = true): Promise<Checkpoint> {
    const { database, evidence } = this;
    const source = { database, evidence, checkpointer: this.#checkpointer, deskId: 'stand', clock: systemClock };
    return writeExport({ ...source, deskKeys: [this.key.keyId] }, path, { withEvidence });
  }

  verify(path: string, more: Partial<Parameters<typeof verifyExport>[1]> = {}): Promise<ExportReport> {
    const nodeKeys = this.nodeKeys;
    return verifyExport(path, { deskKeys: this.deskKeys, seal: (alert) => nodeKeys.check(alert), ...more });
  }

  /** Changes what triggers and keys guard, as a superuser can. */
  tamper(work: (tx: Transaction) => Promise<unknown>): Promise<unknown> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SET LOCAL session_replication_role = 'replica'`);
      return work(tx);
    });
  }

  #newCheckpointer(life: number): Checkpointer {
    return new Checkpointer({
      database: this.database,
      key: this.key,
      keys: this.deskKeys,
      deskId: 'stand',
      stateDir: join(this.#dir, `state-${life}`),
      checkpointDir: undefined,
      everyRecords: 1_000_000,
      afterMs: 3_600_000,
      clock: systemClock,
      clockState: () => 'synchronised',
      log: createLogger('stand'),
      metrics: new Metrics(),
    });
  }
}

/** One small log, the same for the same numbers: tickets at all stages, evidence that came late or not, checkpoints. */
export async function fillLog(stand: AuditStand, random: () => number): Promise<void> {
  const below = (n: number) => Math.floor(random() * n);
  const tickets: { id: TicketId; incident: string; stage: number; missing: number }[] = [];
  for (let step = 1 + below(14); step > 0; step -= 1) {
    const ticket = tickets[below(Math.max(1, tickets.length * 2))];
    if (ticket === undefined) {
      const incident = `incident ${tickets.length} ${below(1e9)}`;
      const missing = below(2);
      const id = await stand.alert(incident, 'raised', 1 + below(2), missing);
      tickets.push({ id, incident, stage: 0, missing });
    } else if (below(6) === 0) {
      await stand.checkpoint();
    } else if (below(5) === 0) {
      await stand.alert(ticket.incident, 'cleared', below(2));
    } else if (ticket.missing > 0 && below(3) === 0) {
      await stand.arrive(ticket.incident, 'raised', 0);
      await stand.arrive(ticket.incident, 'raised', 1);
      ticket.missing = 0;
    } else if (ticket.stage === 0) {
      await stand.dispatch(ticket.id);
      ticket.stage = 1;
    } else if (ticket.stage === 1) {
      await stand.act(ticket.id, 'sign', `收到 ${below(100)}`);
      ticket.stage = 2;
    }
  }
}
