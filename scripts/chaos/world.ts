import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { DeskClient } from '../../src/cli/desk-client.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { generateSigningKey } from '../../src/lib/keys.ts';
import { runCli } from '../../tests/support/cli.ts';
import { freePort } from '../../tests/support/free-port.ts';
import { Mosquitto } from '../../tests/support/mosquitto.ts';
import { PostgresServer } from '../../tests/support/postgres.ts';
import { RedisServer } from '../../tests/support/redis.ts';
import { until } from '../../tests/support/until.ts';
import { ManagedProcess, type ProcessEnd } from './managed-process.ts';
import type { NodeWord, ScriptedNodeOptions } from './node-protocol.ts';
import { RoughLink } from './rough-link.ts';
import { SmallDisk } from './small-disk.ts';

const site = 'chaos';
const cli = new URL('../../src/main.ts', import.meta.url);
const scriptedNode = new URL('./scripted-node-process.ts', import.meta.url);
const routing = fileURLToPath(new URL('../../edge-config/desk/routing.yaml', import.meta.url));

/** How long the gateway waits for a missing alert; a node sends again after 3 s without its word. */
const gapGraceMs = 15_000;
/** How long the desk waits for a missing batch before it reports it. */
const gapReportMs = 4_000;
/** How long a file that does not verify may still be growing. */
const settleMs = 2_000;

/** What the world is told of its processes. */
export interface WorldListener {
  onWord(node: string, word: NodeWord): void;
  onEnd(name: string, end: ProcessEnd): void;
}

/**
 * Everything of a district on one machine, each part in a process of its own: scripted edge nodes, Mosquitto, the
 * collecting gateway and the desk as the CLI composes them, Postgres and Redis. Folders that fill up are small disks,
 * and every client reaches the broker over a link of its own.
 */
export class World {
  readonly dir: string;
  readonly site = site;
  readonly nodes: readonly string[];
  readonly secret = randomBytes(16).toString('hex');
  readonly processes = new Map<string, ManagedProcess>();
  readonly links = new Map<string, RoughLink>();
  readonly disks = new Map<string, SmallDisk>();
  readonly broker: Mosquitto;
  readonly #listener: WorldListener;
  #postgres: PostgresServer | undefined;
  #redis: RedisServer | undefined;
  #deskUrl = '';

  constructor(options: { dir: string; nodes: number; listener: WorldListener }) {
    this.dir = options.dir;
    this.#listener = options.listener;
    this.nodes = Array.from({ length: options.nodes }, (_, index) => `edge-${index + 1}`);
    const password = this.secret;
    this.broker = new Mosquitto([
      { username: 'gateway', password },
      { username: 'replayer', password },
      ...this.nodes.map((username) => ({ username, password, prefix: `mb/v1/${site}/${username}` })),
    ]);
  }

  get postgres(): PostgresServer {
    if (this.#postgres === undefined) throw new Error('not started');
    return this.#postgres;
  }

  get redis(): RedisServer {
    if (this.#redis === undefined) throw new Error('not started');
    return this.#redis;
  }

  /** The desk as an auditor sees it. */
  get auditor(): DeskClient {
    return new DeskClient({ address: this.#deskUrl, token: sha256(this.secret, 'auditor') });
  }

  path(...names: string[]): string {
    return join(this.dir, ...names);
  }

  process(name: string): ManagedProcess {
    const found = this.processes.get(name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  }

  async start(): Promise<void> {
    mkdirSync(this.path('logs'), { recursive: true });
    writeFileSync(this.path('secret'), this.secret, { mode: 0o600 });
    for (const name of [...this.nodes, 'collect', 'deliver', 'audit'])
      generateSigningKey(this.path('keys', `${name}.pem`));
    for (const name of this.nodes) this.disks.set(name, new SmallDisk(this.path(name), 48));
    this.disks.set('collect', new SmallDisk(this.path('collect'), 256));
    this.disks.set('inbox', new SmallDisk(this.path('inbox'), 64));
    [this.#postgres, this.#redis] = await Promise.all([PostgresServer.create(), RedisServer.create()]);
    await this.broker.start();
    const port = Number(new URL(this.broker.url).port);
    for (const name of [...this.nodes, 'collect']) {
      const link = new RoughLink({ host: '127.0.0.1', port });
      this.links.set(name, link);
      await this.#compose(name, `mqtt://127.0.0.1:${await link.start()}`);
    }
    await this.#composeDesk();
    for (const process of this.processes.values()) process.start();
    await until(
      () =>
        this.auditor.tickets().then(
          () => true,
          () => false,
        ),
      {
        what: 'the desk to answer',
        timeoutMs: 180_000,
        everyMs: 200,
      },
    );
  }

  async stop(): Promise<void> {
    for (const process of this.processes.values()) await process.kill();
    for (const link of this.links.values()) await link.stop();
    await this.broker.stop();
    await this.#redis?.remove();
    await this.#postgres?.remove();
    for (const disk of this.disks.values()) disk.unmount();
  }

  async #compose(name: string, url: string): Promise<void> {
    if (name === 'collect') return this.#composeCollect(url);
    const options: ScriptedNodeOptions = {
      site,
      node: name,
      dir: this.path(name),
      keyFile: this.path('keys', `${name}.pem`),
      url,
      password: this.secret,
      maxBytes: 1e9,
    };
    this.#add(name, scriptedNode, [JSON.stringify(options)], /connected to broker/);
  }

  #composeCollect(url: string): void {
    const pace = { connectTimeoutMs: 3_000, keepAliveMs: 4_000, retryMinMs: 100, retryMaxMs: 1_000 };
    const config = {
      collect: {
        site,
        broker: { url, username: 'gateway', password: { file: this.path('secret') }, ...pace },
        nodes: this.nodes.map((node) => ({ node, publicKeyFile: this.path('keys', `${node}.pem.pub`) })),
        journalPath: this.path('collect', 'journal.db'),
        evidenceDir: this.path('collect', 'evidence'),
        gapGraceMs,
      },
      transfer: {
        keyFile: this.path('keys', 'collect.pem'),
        dropDir: this.path('drop'),
        deliverKeyFiles: [this.path('keys', 'deliver.pem.pub')],
        returnDir: this.path('collect', 'return'),
        statementEveryMs: 10_000,
        spoolDir: this.path('collect', 'spool'),
        spoolMaxBytes: 67_108_864,
      },
      http: { port: 0 },
    };
    this.#addService('collect', config);
  }

  async #composeDesk(): Promise<void> {
    const port = await freePort();
    this.#deskUrl = `http://127.0.0.1:${port}`;
    const { url, migrateUrl } = await this.postgres.separateRoles();
    writeFileSync(this.path('postgres-url'), url);
    writeFileSync(this.path('postgres-owner-url'), migrateUrl);
    writeFileSync(this.path('redis-url'), this.redis.url);
    const config = {
      desk: {
        database: {
          kind: 'postgres',
          url: { file: this.path('postgres-url') },
          migrateUrl: { file: this.path('postgres-owner-url') },
        },
        queue: { kind: 'redis', url: { file: this.path('redis-url') } },
        http: { port },
        users: [{ name: 'auditor', role: 'auditor', tokenSha256: sha256(sha256(this.secret, 'auditor')) }],
        evidenceDir: this.path('desk', 'evidence'),
        audit: { keyFile: this.path('keys', 'audit.pem'), stateDir: this.path('desk', 'audit') },
        signLimitMs: 3_600_000,
        routing,
        consoleDir: this.path('no-console'),
      },
      deliver: { nodes: this.nodes.map((node) => ({ node, publicKeyFile: this.path('keys', `${node}.pem.pub`) })) },
      transfer: {
        senderKeyFiles: [this.path('keys', 'collect.pem.pub')],
        inboxDir: this.path('inbox'),
        archiveDir: this.path('desk', 'archive'),
        quarantineDir: this.path('desk', 'quarantine'),
        pollMs: 100,
        settleMs,
        gapReportMs,
        gapRepeatMs: 5_000,
        keyFile: this.path('keys', 'deliver.pem'),
        reportDir: this.path('desk', 'reports'),
        returnDir: this.path('return'),
      },
    };
    this.#addService('desk', config);
    const { exit, output } = await runCli(['desk', 'migrate', '--config', this.path('desk.yaml')]);
    if (exit !== 0) throw new Error(`desk migrate: ${output}`);
  }

  #addService(name: string, config: unknown): void {
    const file = this.path(`${name}.yaml`);
    writeFileSync(file, stringify(config));
    // The desk's process starts deliver last.
    const last = name === 'desk' ? 'deliver' : name;
    this.#add(name, cli, [name, '--config', file], new RegExp(`"service":"${last}","msg":"started"`));
  }

  #add(name: string, script: URL, args: readonly string[], upWord: RegExp): void {
    const process = new ManagedProcess({
      name,
      script,
      args,
      upWord,
      logFile: this.path('logs', `${name}.log`),
      onWord: (word) => this.#listener.onWord(name, word),
      onEnd: (end) => this.#listener.onEnd(name, end),
    });
    this.processes.set(name, process);
  }
}
