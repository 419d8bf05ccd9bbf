import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { composeCollect, composeDesk, composeEdge } from '../../src/cli/compose.ts';
import { demoConfigText } from '../../src/cli/demo-files.ts';
import { DeskClient } from '../../src/cli/desk-client.ts';
import { type NamedService, startAll, stopAll } from '../../src/cli/run-services.ts';
import { collectSchema, deskServiceSchema } from '../../src/cli/service-config.ts';
import type { Role } from '../../src/contracts/desk-api.ts';
import { deskSchema } from '../../src/desk/config.ts';
import { migrateAsOwner } from '../../src/desk/prepare-schema.ts';
import { edgeSchema } from '../../src/edge/config.ts';
import type { EdgeNode } from '../../src/edge/edge-node.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { parseConfig } from '../../src/lib/config.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { generateSigningKey } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { freePort } from './free-port.ts';
import { Mosquitto } from './mosquitto.ts';
import { PostgresServer } from './postgres.ts';
import { RedisServer } from './redis.ts';
import { sharedDir } from './shared.ts';
import { tempDir } from './temp-dir.ts';
import { TopicRecorder } from './topic-recorder.ts';

/** The parts a stack stands on. */
export type StackKind = 'embedded' | 'real';

type EdgeInput = Record<string, unknown> & { cameras: Record<string, unknown>[] };

/**
 * Edge node, gateway and desk as the CLI composes them, outside demo mode: own keys, own secrets, own tokens.
 * `embedded`: aedes, PGlite, files; `real`: Mosquitto, Postgres, Redis.
 */
export class WholeStack {
  readonly kind: StackKind;
  #edge: EdgeNode;
  readonly #makeEdge: () => EdgeNode;
  readonly #services: NamedService[];
  readonly #servers: { remove(): Promise<void> }[];
  readonly #token: (role: Role) => string;
  readonly #address: () => string;

  private constructor(parts: {
    kind: StackKind;
    edge: EdgeNode;
    makeEdge: () => EdgeNode;
    services: NamedService[];
    servers: { remove(): Promise<void> }[];
    token: (role: Role) => string;
    address: () => string;
  }) {
    this.kind = parts.kind;
    this.#edge = parts.edge;
    this.#makeEdge = parts.makeEdge;
    this.#services = parts.services;
    this.#servers = parts.servers;
    this.#token = parts.token;
    this.#address = parts.address;
  }

  /** `cameras` are entries of edge.yaml; `edge` overrides other top-level keys of it. */
  static async start(
    kind: StackKind,
    cameras: Record<string, unknown>[],
    edgeOverrides: Record<string, unknown> = {},
  ): Promise<WholeStack> {
    const dir = await tempDir(`whole-${kind}`);
    const secret = randomBytes(16).toString('hex');
    writeFileSync(join(dir.path, 'secret'), secret);
    for (const name of ['node', 'collect', 'deliver', 'audit'])
      generateSigningKey(join(dir.path, 'keys', `${name}.pem`));
    const servers: { remove(): Promise<void> }[] = [dir];
    const mqtt = await broker(kind, secret, servers);
    const token = (role: Role) => sha256(secret, role);

    const texts = (service: 'edge' | 'collect' | 'desk') =>
      demoConfigText(service, { dir: dir.path, mqttUrl: mqtt.url });
    const around = { demo: false, clock: systemClock, log: createLogger('whole'), metrics: new Metrics() };
    const deskConfig = parseConfig(texts('desk'), deskServiceSchema, 'desk.yaml');
    const roles = ['dispatcher', 'responder', 'auditor'] as const;
    const { desk, deliver } = composeDesk(
      {
        ...deskConfig,
        desk: {
          ...deskConfig.desk,
          ...(await stores(kind, dir.path, servers)),
          http: { ...deskConfig.desk.http, port: 0 },
          users: roles.map((role) => ({ name: role, role, tokenSha256: sha256(token(role)) })),
        },
      },
      around,
    );
    const collectConfig = parseConfig(
      texts('collect').replace('port: 1883', `port: ${mqtt.port}`),
      collectSchema,
      'collect.yaml',
    );
    const { broker: embedded, gateway } = composeCollect(
      { ...collectConfig, embeddedBroker: kind === 'embedded' ? collectConfig.embeddedBroker : undefined },
      around,
    );
    const edgeText = JSON.stringify({
      ...edgeOf(texts('edge')),
      detect: { models: [{ id: 'yolox-nano-416' }] },
      ...edgeOverrides,
      cameras,
    });
    const models = { mirror: join(sharedDir ?? '', 'models') };
    // Metrics of its own: a process that starts again has those too.
    const makeEdge = () =>
      composeEdge(parseConfig(edgeText, edgeSchema, 'edge.yaml'), { ...around, metrics: new Metrics() }, models);
    const edge = makeEdge();
    const services: NamedService[] = [
      { name: 'desk', service: desk },
      { name: 'deliver', service: deliver },
      ...(embedded === undefined ? [] : [{ name: 'broker', service: embedded }]),
      { name: 'collect', service: gateway },
      { name: 'edge', service: edge },
    ];
    await startAll(services, around.log);
    const recorder = new TopicRecorder('demo', { url: mqtt.url, username: 'gateway', password: secret });
    await recorder.start();
    // Its problems are told once everything else is stopped.
    servers.unshift({ remove: () => recorder.stop() });
    return new WholeStack({ kind, edge, makeEdge, services, servers, token, address: () => desk.address });
  }

  get edge(): EdgeNode {
    return this.#edge;
  }

  /** Stops the edge node and starts a new one on the same disk. */
  async restartEdge(): Promise<void> {
    await this.#edge.stop();
    this.#edge = this.#makeEdge();
    await this.#edge.start(new AbortController().signal);
    this.#services.splice(-1, 1, { name: 'edge', service: this.#edge });
  }

  /** The desk's REST API as somebody of that role. */
  client(role: Role): DeskClient {
    return new DeskClient({ address: this.#address(), token: this.#token(role) });
  }

  async stop(): Promise<void> {
    await stopAll(this.#services.splice(0), createLogger('whole'));
    for (const server of this.#servers.splice(0).reverse()) await server.remove();
  }
}

/** The demo's edge configuration as plain data, for its broker and key settings. */
function edgeOf(text: string): EdgeInput {
  const config: EdgeInput = JSON.parse(JSON.stringify(parseYaml(text)));
  return config;
}

async function broker(kind: StackKind, secret: string, servers: { remove(): Promise<void> }[]) {
  if (kind === 'embedded') {
    const port = await freePort();
    return { url: `mqtt://127.0.0.1:${port}`, port };
  }
  const mosquitto = new Mosquitto([
    { username: 'gateway', password: secret },
    { username: 'edge-1', password: secret, prefix: 'mb/v1/demo/edge-1' },
  ]);
  await mosquitto.start();
  servers.push({ remove: () => mosquitto.stop() });
  return { url: mosquitto.url, port: 0 };
}

async function stores(kind: StackKind, dir: string, servers: { remove(): Promise<void> }[]) {
  if (kind === 'embedded') return {};
  const postgres = await PostgresServer.create();
  const redis = await RedisServer.create();
  servers.push(postgres, redis);
  const { url, migrateUrl } = await postgres.separateRoles();
  writeFileSync(join(dir, 'postgres-url'), url);
  writeFileSync(join(dir, 'migrate-url'), migrateUrl);
  writeFileSync(join(dir, 'redis-url'), redis.url);
  const { database, queue } = deskSchema.parse({
    database: {
      kind: 'postgres',
      url: { file: join(dir, 'postgres-url') },
      migrateUrl: { file: join(dir, 'migrate-url') },
    },
    queue: { kind: 'redis', url: { file: join(dir, 'redis-url') } },
  });
  await migrateAsOwner({ database, queue });
  return { database, queue };
}
