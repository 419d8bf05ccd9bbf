import type { QuarantineGate } from '../contracts/quarantine.ts';
import type { TicketIntake } from '../contracts/ticket-intake.ts';
import type { TransferReceiverStatus } from '../contracts/transfer.ts';
import type { TransferLedger } from '../contracts/transfer-ledger.ts';
import { Backoff } from '../lib/backoff.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { ClockSync } from '../lib/clock-sync.ts';
import { readSecret } from '../lib/config.ts';
import type { ContentStore } from '../lib/content-store.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import type { KeyRing } from '../lib/keys.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { SpanSink } from '../lib/span-sink.ts';
import type { DeskService } from './api/desk-service.ts';
import { HttpServer } from './api/http-server.ts';
import { may } from './api/permissions.ts';
import type { DeskConfig } from './config.ts';
import { crossingHealth } from './crossing/crossing-health.ts';
import { PgTransferLedger } from './crossing/pg-transfer-ledger.ts';
import { DeskAudit } from './desk-audit.ts';
import { BullmqQueue } from './dispatch/bullmq-queue.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { JobRelay } from './dispatch/job-relay.ts';
import { IntegrityBook } from './integrity/integrity-book.ts';
import { prepareSchema } from './prepare-schema.ts';
import { QuarantineDesk } from './quarantine/quarantine-desk.ts';
import { refuseDeskDefaults } from './refuse-desk-defaults.ts';
import { route } from './routing/route.ts';
import { loadRoutingTable } from './routing/routing-table.ts';
import { DueTimes } from './sla/due-times.ts';
import { SignClock } from './sla/sign-clock.ts';
import { type ConnectionTarget, Database } from './store/database.ts';
import { EmbeddedPostgres } from './store/embedded-postgres.ts';
import type { DeskJob } from './store/jobs.ts';
import { TicketBook } from './store/ticket-book.ts';
import { PgTicketIntake } from './ticket/intake.ts';
import { TicketActions } from './ticket/ticket-actions.ts';
import { TicketFeed } from './ticket/ticket-feed.ts';
import { ticketSpans } from './ticket/ticket-spans.ts';
import { traceTicket } from './ticket/ticket-trace.ts';
import { TicketViews } from './ticket/ticket-views.ts';

/** What a desk is made of. */
export interface DeskOptions {
  readonly config: DeskConfig;
  /** Only the demo may run on default credentials. */
  readonly demo: boolean;
  /** Evidence files; deliver writes them. */
  readonly evidence: ContentStore;
  /** Public keys of the nodes, to check seals in the audit. */
  readonly keys: KeyRing;
  /** Checks what was refused anew; undefined where no gateway delivers here. */
  readonly quarantineGate?: () => QuarantineGate | undefined;
  /** How the crossing does; undefined where no gateway delivers here. */
  readonly crossing?: () => TransferReceiverStatus;
  readonly clock: Clock;
  /** Takes the spans of what is done, where they are exported. */
  readonly spans?: SpanSink;
  /** State of this machine's clock, where somebody watches it. */
  readonly clockSync?: ClockSync | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Everything behind one connection to Postgres. */
interface Parts {
  readonly database: Database;
  readonly audit: DeskAudit;
  readonly queue: BullmqQueue;
  readonly relay: JobRelay;
  readonly intake: TicketIntake;
  readonly work: (jobs: readonly DeskJob[]) => Promise<void>;
  readonly http: HttpServer;
}

/**
 * The desk as a service. It listens even while Postgres or Redis is away, answers 503 meanwhile, and goes on when they
 * are back: what is owed lies in Postgres.
 */
export class Desk implements Service {
  readonly #options: DeskOptions;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #failed = Promise.withResolvers<unknown>();
  #embedded: EmbeddedPostgres | undefined;
  #parts: Parts | undefined;
  #bringUp: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /**
   * Resolves with the fault when the started desk finds out that it can never work, as when Postgres comes up later with
   * a schema of another version. Whoever runs it ends it then; a desk that is well never settles this.
   */
  get failed(): Promise<unknown> {
    return this.#failed.promise;
  }

  /** Where alerts go in. Refuses with MB_DATABASE_UNREACHABLE until the desk is up; callers try again. */
  readonly intake: TicketIntake = {
    position: (sender) => this.#intake.position(sender),
    accept: (...batch) => this.#intake.accept(...batch),
    evidenceArrived: (hashes) => this.#intake.evidenceArrived(hashes),
  };

  /** What crossed the border, counted from the rows. Refuses as `intake` does. */
  readonly ledger: TransferLedger = {
    senders: () => this.#ledger.senders(),
    statement: (sender, whole) => this.#ledger.statement(sender, whole),
    account: (sender, from, through) => this.#ledger.account(sender, from, through),
    nodes: (sender, through) => this.#ledger.nodes(sender, through),
    missingNumbers: (node, lowest, highest) => this.#ledger.missingNumbers(node, lowest, highest),
    evidence: (sender, after, limit) => this.#ledger.evidence(sender, after, limit),
    isPassedOver: (sender, number) => this.#ledger.isPassedOver(sender, number),
    passOver: (passed) => this.#ledger.passOver(passed),
  };

  /** `http://host:port` of API and console, once started. */
  get address(): string {
    return this.#parts?.http.address ?? '';
  }

  /**
   * Resolves when the API listens and, if they can be reached now, database and queue are ready.
   * @throws AppError MB_CONFIG_INVALID, MB_DEFAULT_KEYS, MB_DATABASE_SCHEMA, MB_DATABASE_ROLE.
   */
  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    const { config, demo } = this.#options;
    const databaseUrl =
      config.database.kind === 'postgres' ? readSecret(config.database.url, 'database.url') : undefined;
    const queueUrl = config.queue.kind === 'redis' ? readSecret(config.queue.url, 'queue.url') : undefined;
    refuseDeskDefaults(config, { database: databaseUrl, queue: queueUrl }, demo);
    try {
      const parts = this.#compose(await this.#databaseTarget(databaseUrl), queueUrl);
      this.#parts = parts;
      await parts.http.start(this.#stopping.signal);
      const first = Promise.withResolvers<void>();
      this.#bringUp = this.#connect(parts, first);
      await first.promise;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#shutDown();
    return this.#stopped;
  }

  get #ledger(): TransferLedger {
    if (this.#parts === undefined) throw new AppError('MB_DATABASE_UNREACHABLE', 'the desk is not started');
    return new PgTransferLedger({ database: this.#parts.database, intake: this.#parts.intake });
  }

  get #intake(): TicketIntake {
    if (this.#parts === undefined) throw new AppError('MB_DATABASE_UNREACHABLE', 'the desk is not started');
    return this.#parts.intake;
  }

  async #databaseTarget(url: string | undefined): Promise<ConnectionTarget> {
    if (url !== undefined) return { connectionString: url };
    const { database } = this.#options.config;
    this.#embedded = new EmbeddedPostgres({ dir: database.kind === 'embedded' ? database.dir : undefined });
    return this.#embedded.start();
  }

  #compose(target: ConnectionTarget, queueUrl: string | undefined): Parts {
    const { config, evidence, keys, clock, clockSync, metrics } = this.#options;
    const table = loadRoutingTable(config.routing);
    const database = new Database({
      target,
      maxConnections: config.database.kind === 'postgres' ? config.database.maxConnections : 6,
      connectTimeoutMs: 5_000,
      onIdleError: (error) => this.#log.warn({ reason: messageOf(error) }, 'a connection to Postgres was lost'),
    });
    const views = new TicketViews({ database });
    const feed = new TicketFeed({ views, log: this.#log });
    const audit = new DeskAudit({ ...this.#options, config: config.audit, database, clockSync, nodeKeys: keys });
    const { spans } = this.#options;
    const book = new TicketBook({
      audit: audit.log,
      onChanged: (ids) => feed.changed(ids),
      onSaved: spans && ((saved) => spans.record(ticketSpans(saved))),
    });
    const integrity = new IntegrityBook({ database, audit: audit.log, clock, log: this.#log, metrics });
    const due = new DueTimes({ clock, longestMs: config.signLimitMs });
    const queue = new BullmqQueue({
      waitMs: (job) => due.waitMs(job),
      target: queueUrl === undefined ? { kind: 'database', target } : { kind: 'redis', url: queueUrl },
      clock,
      log: this.#log,
    });
    const relay: JobRelay = new JobRelay({
      ...{ database, queue, clock, log: this.#log, metrics, sweepMs: config.sweepMs, due },
      work: (jobs) => work(jobs),
    });
    const shared = { database, book, clock, metrics, onJobs: (jobs: readonly DeskJob[]) => relay.hand(jobs) };
    const dispatcher = new Dispatcher({ ...shared, signLimitMs: config.signLimitMs });
    const signClock = new SignClock({ ...shared, due });
    const work = (jobs: readonly DeskJob[]) =>
      jobs[0]?.kind === 'dispatch' ? dispatcher.run(jobs) : signClock.run(jobs);
    const intake = new PgTicketIntake({ ...shared, integrity, evidence, route: (facts) => route(facts, table) });
    const gate = () => this.#options.quarantineGate?.();
    const quarantine = new QuarantineDesk({ database, book, intake, gate, clock });
    const actions = new TicketActions(shared);
    const service = this.#service({ database, views, feed, audit, actions, quarantine, integrity });
    return {
      database,
      audit,
      queue,
      relay,
      intake,
      work,
      http: new HttpServer({
        ...config.http,
        consoleDir: config.consoleDir,
        accounts: config.users,
        service,
        clock,
        log: this.#log,
        metrics,
      }),
    };
  }

  #service(parts: {
    database: Database;
    views: TicketViews;
    feed: TicketFeed;
    audit: DeskAudit;
    actions: TicketActions;
    quarantine: QuarantineDesk;
    integrity: IntegrityBook;
  }): DeskService {
    const { database, views, feed, audit, actions, quarantine, integrity } = parts;
    const { evidence, metrics } = this.#options;
    return {
      list: (filter) => views.list(filter),
      detail: (id, reader) => views.detail(id, { act: may(reader, 'act'), override: may(reader, 'override') }),
      changedSince: (n, limit) => views.changedSince(n, limit),
      subscribe: (listener) => feed.subscribe(listener),
      act: (id, action, request, actor) => actions.act(id, action, request, actor),
      trace: (id) => traceTicket(database, views, id),
      verifyAudit: () => audit.verify(),
      exportAudit: (options) => audit.export(options),
      proveAudit: (what, since) => audit.prove(what, since),
      quarantine,
      evidence: async (hash) => {
        const listed = await views.listedEvidence(hash);
        const bytes = listed === undefined ? undefined : await evidence.get(hash);
        return listed === undefined || bytes === undefined ? undefined : { bytes, mediaType: listed.mediaType };
      },
      health: async () => ({
        database: await database.query('SELECT 1').then(
          () => 'up' as const,
          () => 'down' as const,
        ),
        queue: this.#parts?.queue.up ? 'up' : 'down',
        audit: audit.checkpointer.problem === undefined ? 'up' : 'down',
        ...(this.#options.crossing && { crossing: crossingHealth(this.#options.crossing()) }),
      }),
      integrity,
      metrics: async () => {
        await integrity.measure();
        return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
      },
    };
  }

  /** Brings database, then queue up, for as long as it takes; `first` settles with the first try. */
  async #connect(parts: Parts, first: PromiseWithResolvers<void>): Promise<void> {
    const backoff = new Backoff({ minMs: 200, maxMs: 5_000 });
    while (!this.#stopping.signal.aborted) {
      try {
        await prepareSchema(parts.database, this.#options.config, this.#options);
        parts.database.open();
        await parts.queue.start(parts.work);
        await parts.relay.start();
        await parts.audit.start();
        first.resolve();
        return;
      } catch (error) {
        if (!(error instanceof AppError && error.retryable)) {
          this.#log.fatal({ err: error }, 'the desk cannot run on this database');
          first.reject(error);
          this.#failed.resolve(error);
          return;
        }
        first.resolve();
        const retryMs = backoff.next();
        this.#log.warn({ code: error.code, reason: error.message, retryMs }, 'not ready; trying again');
        await parts.queue.stop();
        await sleep(this.#options.clock, retryMs, this.#stopping.signal);
      }
    }
    first.resolve();
  }

  /** Doors first, then those who work, then what they stand on. */
  async #shutDown(): Promise<void> {
    this.#stopping.abort();
    const parts = this.#parts;
    await parts?.http.stop();
    await this.#bringUp;
    await parts?.relay.stop();
    await parts?.queue.stop();
    await parts?.audit.checkpointer.stop();
    await parts?.database.close();
    await this.#embedded?.stop();
  }
}
