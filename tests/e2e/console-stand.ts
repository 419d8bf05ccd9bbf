import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { IntakeRecord, IntegrityIncident } from '../../src/contracts/ticket-intake.ts';
import { deskSchema } from '../../src/desk/config.ts';
import { Desk } from '../../src/desk/desk.ts';
import type { Sha256, TicketId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { demoSigningKey } from '../../src/lib/default-credentials.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { KeyRing } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { CuttableProxy } from '../support/cuttable-proxy.ts';

/** Tokens of the people who work on the stand. */
export const tokens = {
  wang: 'e2e-token-of-wang-0001',
  chen: 'e2e-token-of-chen-0002',
  zhao: 'e2e-token-of-zhao-0003',
};

/** How long a ticket may wait for its signature here. */
const signLimitMs = 4_000;

/** The real desk on an in-memory Postgres with the console as it ships, behind a line that can be cut. */
export class ConsoleStand {
  readonly #dir: string;
  readonly #desk: Desk;
  readonly #evidence: ContentStore;
  #proxy: CuttableProxy | undefined;
  #port = 0;
  #reported = 0;

  private constructor(dir: string) {
    this.#dir = dir;
    this.#evidence = new ContentStore(join(dir, 'evidence'));
    this.#desk = new Desk({
      config: deskSchema.parse({
        database: { kind: 'memory' },
        http: { port: 0 },
        users: [
          { name: 'Wang Jianguo', role: 'dispatcher', tokenSha256: sha256(tokens.wang) },
          { name: 'Chen Yu', role: 'responder', tokenSha256: sha256(tokens.chen) },
          { name: 'Zhao Min', role: 'auditor', tokenSha256: sha256(tokens.zhao) },
        ],
        signLimitMs,
        routing: fileURLToPath(new URL('../../edge-config/desk/routing.yaml', import.meta.url)),
        evidenceDir: this.#evidence.dir,
        consoleDir: join(dir, 'console'),
      }),
      demo: true,
      evidence: this.#evidence,
      keys: new KeyRing([demoSigningKey('node').publicPem()]),
      clock: systemClock,
      log: createLogger('console-e2e'),
      metrics: new Metrics(),
    });
  }

  static async start(): Promise<ConsoleStand> {
    const dir = await mkdtemp(join(tmpdir(), 'maplebridge-console-'));
    await build({
      configFile: fileURLToPath(new URL('../../src/console/vite.config.ts', import.meta.url)),
      logLevel: 'error',
      build: { outDir: join(dir, 'console'), emptyOutDir: true },
    });
    const stand = new ConsoleStand(dir);
    await stand.#desk.start(new AbortController().signal);
    const { hostname, port } = new URL(stand.#desk.address);
    stand.#proxy = new CuttableProxy({ host: hostname, port: Number(port) });
    stand.#port = await stand.#proxy.start();
    return stand;
  }

  /** Where browsers go. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The line between browser and desk. */
  get line(): CuttableProxy {
    if (this.#proxy === undefined) throw new Error('the stand is not started');
    return this.#proxy;
  }

  /** Hands one record in as deliver does; returns its ticket. */
  async deliver(record: IntakeRecord): Promise<TicketId> {
    const position = { sender: 'e2e', batch: record.batch.number, nodes: {} };
    const [outcome] = await this.#desk.intake.accept([record], [], position);
    if (outcome === undefined) throw new Error('the desk took nothing in');
    return outcome.ticketId;
  }

  /** Tells the desk of what breaks the proof, as deliver does. */
  async report(...incidents: readonly IntegrityIncident[]): Promise<void> {
    this.#reported += 1;
    await this.#desk.intake.accept([], incidents, { sender: 'e2e-gateway', batch: this.#reported, nodes: {} });
  }

  /** Evidence that comes after its alert. */
  async bring(...files: readonly Buffer[]): Promise<void> {
    const hashes: Sha256[] = [];
    for (const file of files) hashes.push(await this.#evidence.put(file));
    await this.#desk.intake.evidenceArrived(hashes);
  }

  /** A step by Chen Yu, past the browser. */
  async act(id: TicketId, action: string): Promise<void> {
    const answer = await fetch(`${this.#desk.address}/api/tickets/${id}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.chen}` },
    });
    if (!answer.ok) throw new Error(`${action}: HTTP ${answer.status}`);
  }

  async stop(): Promise<void> {
    await this.#proxy?.stop();
    await this.#desk.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
