import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSigningKey } from '../../src/lib/keys.ts';
import { freePort } from '../../tests/support/free-port.ts';
import { Mosquitto } from '../../tests/support/mosquitto.ts';
import { PostgresServer } from '../../tests/support/postgres.ts';
import { until } from '../../tests/support/until.ts';
import type { LoadSettings } from './gateway-load.ts';
import { treeCpuS } from './proc.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const stopLimitMs = 20_000;
const site = 'bench';
const password = 'bench-only-91c4';

/**
 * Postgres as it is installed (fsync and synchronous_commit on), but for the memory and WAL that any database of this
 * use gets.
 */
export const postgresSettings = {
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
} as const;

/** What the broker is told besides accounts: room for what all nodes may have under way, or it drops messages. */
export const mosquittoSettings = ['max_queued_messages 100000', 'max_inflight_messages 1000'] as const;

/** What the site is started with. */
export interface GatewaySiteOptions {
  readonly nodes: number;
  /** Settings of `transfer` in place of the standard ones, of either side. */
  readonly transfer?: { readonly collect?: object; readonly desk?: object };
  /** Folder for CPU profiles of collect and desk; none without it. */
  readonly profileDir: string | undefined;
}

/** CPU seconds used so far, by process. */
export type CpuReading = Readonly<Record<'mosquitto' | 'collect' | 'desk' | 'postgres', number>>;

/** Broker, collect, desk and Postgres as processes of their own, composed by the CLI, on a folder of its own. */
export class GatewaySite {
  readonly folder: string;
  readonly postgres: PostgresServer;
  readonly load: LoadSettings;
  readonly deskUrl: string;
  readonly #mosquitto: Mosquitto;
  readonly #services: ReadonlyMap<'collect' | 'desk', ChildProcess>;

  private constructor(parts: {
    folder: string;
    postgres: PostgresServer;
    load: LoadSettings;
    deskUrl: string;
    mosquitto: Mosquitto;
    services: ReadonlyMap<'collect' | 'desk', ChildProcess>;
  }) {
    this.folder = parts.folder;
    this.postgres = parts.postgres;
    this.load = parts.load;
    this.deskUrl = parts.deskUrl;
    this.#mosquitto = parts.mosquitto;
    this.#services = parts.services;
  }

  static async start(options: GatewaySiteOptions): Promise<GatewaySite> {
    const folder = mkdtempSync(join(tmpdir(), 'maplebridge-gateway-'));
    mkdirSync(join(folder, 'keys'), { mode: 0o700 });
    const names = Array.from({ length: options.nodes }, (_, index) => `edge-${index + 1}`);
    const nodes = names.map((node) => ({ node, password, keyFile: join(folder, 'keys', `${node}.pem`) }));
    for (const { keyFile } of nodes) generateSigningKey(keyFile);
    for (const service of ['collect', 'audit']) generateSigningKey(join(folder, 'keys', `${service}.pem`));
    writeFileSync(join(folder, 'password'), password, { mode: 0o600 });
    const port = await freePort();
    const users = names.map((username) => ({ username, password, prefix: `mb/v1/${site}/${username}` }));
    const mosquitto = new Mosquitto([{ username: 'gateway', password }, ...users], port, mosquittoSettings);
    await mosquitto.start();
    const postgres = await PostgresServer.create({ durable: true, settings: postgresSettings });
    writeFileSync(join(folder, 'database'), postgres.url, { mode: 0o600 });
    const [collectPort, deskPort] = [await freePort(), await freePort()];
    const configs = {
      collect: collectConfig({
        folder,
        names,
        brokerPort: port,
        httpPort: collectPort,
        transfer: options.transfer?.collect,
      }),
      desk: deskConfig({ folder, names, httpPort: deskPort, transfer: options.transfer?.desk }),
    };
    const services = new Map<'collect' | 'desk', ChildProcess>();
    for (const name of ['desk', 'collect'] as const) {
      services.set(name, startService(name, { folder, config: configs[name], profileDir: options.profileDir }));
    }
    const deskUrl = `http://127.0.0.1:${deskPort}`;
    const started = new GatewaySite({ folder, postgres, mosquitto, services, deskUrl, load: { site, port, nodes } });
    for (const httpPort of [collectPort, deskPort]) await started.#answers(httpPort);
    return started;
  }

  cpu(): CpuReading {
    return {
      mosquitto: treeCpuS(this.#mosquitto.pid),
      collect: treeCpuS(this.#services.get('collect')?.pid ?? 0),
      desk: treeCpuS(this.#services.get('desk')?.pid ?? 0),
      postgres: treeCpuS(this.postgres.pid),
    };
  }

  /** What a service wrote to its log, the end of it. */
  log(name: 'collect' | 'desk'): string {
    return readFileSync(join(this.folder, `${name}.log`), 'utf8').slice(-4_000);
  }

  async stop(): Promise<void> {
    for (const child of this.#services.values()) await ended(child);
    await this.#mosquitto.stop();
    await this.postgres.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #answers(httpPort: number): Promise<void> {
    await until(
      async () => {
        for (const [name, child] of this.#services) {
          if (child.exitCode !== null) throw new Error(`${name} ended: ${this.log(name)}`);
        }
        return (await fetch(`http://127.0.0.1:${httpPort}/healthz`).catch(() => undefined))?.ok;
      },
      { what: 'the services to be well', timeoutMs: 60_000, everyMs: 200 },
    );
  }
}

interface ConfigParts {
  readonly folder: string;
  readonly names: readonly string[];
  readonly httpPort: number;
  readonly transfer: object | undefined;
}

/** As an operator would write it: standard settings, and what the bench is about. */
function collectConfig({ folder, names, httpPort, transfer, brokerPort }: ConfigParts & { brokerPort: number }) {
  return {
    collect: {
      site,
      broker: { url: `mqtt://127.0.0.1:${brokerPort}`, username: 'gateway', password: { file: `${folder}/password` } },
      nodes: nodeKeys(folder, names),
      journalPath: `${folder}/gateway/journal.db`,
      evidenceDir: `${folder}/gateway/evidence`,
    },
    transfer: {
      keyFile: `${folder}/keys/collect.pem`,
      dropDir: `${folder}/border`,
      spoolDir: `${folder}/gateway/spool`,
      ...transfer,
    },
    http: { port: httpPort },
  };
}

/** One folder stands for both ends of the crossing: what carries files between them is not measured. */
function deskConfig({ folder, names, httpPort, transfer }: ConfigParts) {
  return {
    desk: {
      database: { kind: 'postgres', url: { file: `${folder}/database` }, allowOwner: true },
      http: { port: httpPort },
      // Nobody signs here: with the standard minute every ticket would also be marked overdue within the run.
      signLimitMs: 3_600_000,
      routing: fileURLToPath(new URL('../../edge-config/desk/routing.yaml', import.meta.url)),
      evidenceDir: `${folder}/desk/evidence`,
      consoleDir: `${folder}/no-console`,
      audit: { keyFile: `${folder}/keys/audit.pem`, stateDir: `${folder}/desk/audit` },
    },
    deliver: { nodes: nodeKeys(folder, names) },
    transfer: {
      senderKeyFiles: [`${folder}/keys/collect.pem.pub`],
      inboxDir: `${folder}/border`,
      archiveDir: `${folder}/desk/batches`,
      quarantineDir: `${folder}/desk/quarantine`,
      ...transfer,
    },
  };
}

function nodeKeys(folder: string, names: readonly string[]) {
  return names.map((node) => ({ node, publicKeyFile: `${folder}/keys/${node}.pem.pub` }));
}

function startService(
  name: 'collect' | 'desk',
  { folder, config, profileDir }: { folder: string; config: object; profileDir: string | undefined },
): ChildProcess {
  const file = join(folder, `${name}.yaml`);
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(profileDir, name)}`];
  const child = spawn(process.execPath, [...profile, main, name, '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, MAPLEBRIDGE_LOG: 'warn' },
  });
  child.stderr.pipe(createWriteStream(join(folder, `${name}.log`)));
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(late);
}
