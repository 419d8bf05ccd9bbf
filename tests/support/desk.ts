import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AlertEvent } from '../../src/contracts/alert-event.ts';
import type { Role, TicketDetail, TicketSummary } from '../../src/contracts/desk-api.ts';
import type { QuarantineGate } from '../../src/contracts/quarantine.ts';
import type { IntakeOutcome, IntakeRecord, TransferPosition } from '../../src/contracts/ticket-intake.ts';
import { deskSchema } from '../../src/desk/config.ts';
import { demoUsers } from '../../src/desk/demo-users.ts';
import { Desk } from '../../src/desk/desk.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import type { SpanSink } from '../../src/lib/span-sink.ts';
import { AlertChain } from './alerts.ts';
import { until } from './until.ts';

/** What differs from stack to stack. */
export interface StackConfig {
  readonly database?: unknown;
  readonly queue?: unknown;
}

/** A desk under test on free ports, with a node that seals alerts for it and a client for its REST interface. */
export class DeskUnderTest {
  readonly dir: string;
  readonly chain = new AlertChain();
  readonly evidence: ContentStore;
  readonly #stack: StackConfig;
  readonly #more: Readonly<Record<string, unknown>>;
  /** Of the next desk that is started. */
  spans: SpanSink | undefined;
  /** Of the next desk that is started. */
  quarantineGate: (() => QuarantineGate | undefined) | undefined;
  /** Of the next desk that is started. */
  clock: Clock = systemClock;
  #desk: Desk | undefined;
  #batch = 0;

  private constructor(dir: string, stack: StackConfig, more: Readonly<Record<string, unknown>>) {
    this.dir = dir;
    this.evidence = new ContentStore(join(dir, 'evidence'));
    this.#stack = stack;
    this.#more = more;
  }

  static async create(stack: StackConfig, more: Readonly<Record<string, unknown>> = {}): Promise<DeskUnderTest> {
    return new DeskUnderTest(await mkdtemp(join(tmpdir(), 'maplebridge-desk-')), stack, more);
  }

  async start(more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const config = deskSchema.parse({
      database: { kind: 'embedded', dir: join(this.dir, 'database') },
      http: { port: 0 },
      users: demoUsers.map(({ name, role, tokenSha256 }) => ({ name, role, tokenSha256 })),
      routing: fileURLToPath(new URL('../../edge-config/desk/routing.yaml', import.meta.url)),
      consoleDir: join(this.dir, 'no-console'),
      sweepMs: 300,
      audit: { stateDir: join(this.dir, 'audit') },
      ...this.#stack,
      ...this.#more,
      ...more,
    });
    this.#desk = new Desk({
      config,
      demo: true,
      evidence: this.evidence,
      keys: this.chain.keys,
      clock: this.clock,
      ...(this.spans && { spans: this.spans }),
      ...(this.quarantineGate && { quarantineGate: this.quarantineGate }),
      log: createLogger('desk'),
      metrics: new Metrics(),
    });
    await this.#desk.start(new AbortController().signal);
  }

  async stop(): Promise<void> {
    await this.#desk?.stop();
    this.#desk = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  get desk(): Desk {
    if (this.#desk === undefined) throw new Error('the desk is not started');
    return this.#desk;
  }

  /** One transfer file's worth, as deliver hands it over. */
  record(event: AlertEvent): IntakeRecord {
    const at = Date.now();
    const batch = { number: this.#batch + 1, sha256: sha256(`batch ${this.#batch + 1}`) };
    return { event, collectedAt: at - 30, batchedAt: at - 20, deliveredAt: at - 10, batch };
  }

  /** Position after the newest alert of the chain. */
  position(): TransferPosition {
    return { sender: 'gateway-1', batch: this.#batch, nodes: { [this.chain.node]: this.chain.head } };
  }

  async accept(...events: readonly AlertEvent[]): Promise<readonly IntakeOutcome[]> {
    const records = events.map((event) => this.record(event));
    this.#batch += 1;
    return this.desk.intake.accept(records, [], this.position());
  }

  /** Calls the API as a role; `body` makes it a POST. */
  async call(path: string, options: { role?: Role | undefined; method?: string; body?: unknown } = {}) {
    const token = demoUsers.find((user) => user.role === options.role)?.token;
    const response = await fetch(`${this.desk.address}${path}`, {
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const json = (response.headers.get('content-type') ?? '').includes('json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  async detail(id: string, role: Role = 'dispatcher'): Promise<TicketDetail> {
    const { status, body } = await this.call(`/api/tickets/${id}`, { role });
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body as TicketDetail;
  }

  /** Takes a step as a dispatcher and expects it to succeed. */
  async act(id: string, action: string, body: unknown = {}, role: Role = 'dispatcher'): Promise<TicketDetail> {
    const answer = await this.call(`/api/tickets/${id}/${action}`, { role, body });
    if (answer.status !== 200) throw new Error(`${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as TicketDetail;
  }

  /** Waits until a ticket is in a state. */
  untilState(id: string, state: TicketSummary['state']): Promise<TicketDetail> {
    return until(
      async () => {
        const ticket = await this.detail(id);
        return ticket.state === state ? ticket : undefined;
      },
      { what: `ticket ${id} to be ${state}`, timeoutMs: 20_000, everyMs: 50 },
    );
  }
}
