import { createHash, timingSafeEqual } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { NodeId, SiteId } from '../../domain/ids.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { type BrokerUser, mayPublish, maySubscribe } from './broker-acl.ts';

/** What the embedded broker needs. */
export interface EmbeddedBrokerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: the system chooses; `url` tells. */
  readonly port?: number;
  readonly gateway: { readonly username: string; readonly password: string };
  readonly nodes: readonly {
    readonly site: SiteId;
    readonly node: NodeId;
    readonly username: string;
    readonly password: string;
  }[];
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** An evidence file of the largest size, and its topic. */
const maxPayloadBytes = 1_100_000;
/** CONNACK 3.1.1 §3.2.2.3: bad user name or password; not authorised. */
const badCredentials = 4;
const notAuthorised = 5;

interface Account {
  readonly user: BrokerUser;
  readonly passwordHash: Buffer;
}

/**
 * An MQTT 3.1.1 broker in this process, for the demo and small sites. It keeps nothing on disk and need not:
 * what must not be lost lies in the nodes' outboxes. Every user has a password and only its own topics.
 */
export class EmbeddedBroker implements Service {
  readonly #options: EmbeddedBrokerOptions;
  readonly #accounts = new Map<string, Account>();
  readonly #users = new WeakMap<Client, BrokerUser>();
  readonly #sockets = new Set<Socket>();
  readonly #refused: Counter<'what'>;
  #aedes: Aedes | undefined;
  #server: Server | undefined;

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
    this.#refused = options.metrics.counter('maplebridge_broker_refused_total', 'Refused by the embedded broker', [
      'what',
    ]);
    const { gateway, nodes } = options;
    this.#accounts.set(gateway.username, { user: { role: 'gateway' }, passwordHash: digest(gateway.password) });
    for (const { site, node, username, password } of nodes) {
      this.#accounts.set(username, { user: { role: 'node', site, node }, passwordHash: digest(password) });
    }
  }

  /** Address for clients; throws before `start`. */
  get url(): string {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (!address) throw new AppError('MB_BROKER_UNREACHABLE', 'the embedded broker is not running');
    return `mqtt://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Rejects with MB_BROKER_UNREACHABLE when the port is taken. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#server !== undefined) return;
    const aedes = await Aedes.createBroker({ heartbeatInterval: 30_000, connectTimeout: 10_000, queueLimit: 1_000 });
    aedes.authenticate = (client, username, password, done) => this.#authenticate(client, username, password, done);
    aedes.authorizePublish = (client, packet, done) => {
      const user = client === null ? undefined : this.#users.get(client);
      const allowed = user !== undefined && mayPublish(user, packet.topic) && packet.payload.length <= maxPayloadBytes;
      if (!allowed) this.#refuse('publish', client, packet.topic);
      done(allowed ? null : new Error('not allowed to publish here'));
    };
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const user = this.#users.get(client);
      const allowed = user !== undefined && maySubscribe(user, subscription.topic);
      if (!allowed) this.#refuse('subscribe', client, subscription.topic);
      // Null answers the SUBACK with failure (3.1.1 §3.9.3); the connection stays.
      done(null, allowed ? subscription : null);
    };
    aedes.on('clientError', (client, error) => this.#options.log.debug({ client: client.id, reason: error.message }));
    aedes.on('connectionError', (_client, error) => this.#options.log.debug({ reason: error.message }));
    this.#aedes = aedes;
    this.#server = await this.#listen(aedes);
    this.#options.log.info({ url: this.url }, 'embedded broker listens');
    signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  async stop(): Promise<void> {
    const { aedes, server } = { aedes: this.#aedes, server: this.#server };
    this.#aedes = undefined;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Closing the broker waits for clients to answer; cutting their sockets is what they are made to survive.
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (aedes === undefined ? resolve() : aedes.close(() => resolve())));
    await closed;
  }

  #listen(aedes: Aedes): Promise<Server> {
    const { host = '127.0.0.1', port = 0 } = this.#options;
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      aedes.handle(socket);
    });
    return new Promise((resolve, reject) => {
      server.once('error', (error) => {
        reject(new AppError('MB_BROKER_UNREACHABLE', `embedded broker: ${messageOf(error)}`, { cause: error }));
      });
      server.listen(port, host, () => resolve(server));
    });
  }

  #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void {
    const account = this.#accounts.get(username ?? '');
    const known = account !== undefined && timingSafeEqual(account.passwordHash, digest(password ?? ''));
    // A client id is taken over by whoever connects with it next (3.1.1 §3.1.4), so a node may use only its own.
    const user = account?.user;
    const ownId = user?.role !== 'node' || client.id === `${user.site}.${user.node}`;
    if (!known || !ownId) {
      this.#refuse('connect', client, undefined);
      done(refusal(known ? notAuthorised : badCredentials), null);
      return;
    }
    this.#users.set(client, account.user);
    done(null, true);
  }

  #refuse(what: string, client: Client | null, topic: string | undefined): void {
    this.#refused.inc({ what });
    this.#options.log.warn({ client: client?.id, topic }, `${what} refused`);
  }
}

function digest(password: string | Buffer): Buffer {
  return createHash('sha256').update(password).digest();
}

function refusal(returnCode: number): AuthenticateError {
  return Object.assign(new Error('refused'), { returnCode });
}
