import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { Backoff } from './backoff.ts';
import type { BrokerAccess } from './broker-config.ts';
import { type Clock, sleep } from './clock.ts';
import { AppError, messageOf } from './errors.ts';
import type { Service } from './lifecycle.ts';
import { type Logger, redactUrl } from './log.ts';

/** MQTT 3.1.1 or 5, as negotiated. */
export type MqttVersion = '3.1.1' | '5';

/** A message as it came in. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
}

/** What goes with a published message; content type and user properties travel only over MQTT 5. */
interface MqttPublishOptions {
  readonly retain?: boolean;
  readonly contentType?: string;
  readonly userProperties?: Readonly<Record<string, string>>;
}

/** One connection while it lasts. */
export interface MqttSession {
  readonly version: MqttVersion;
  /**
   * Publishes with QoS 1 and resolves at the broker's PUBACK.
   * Rejects with MB_BROKER_UNREACHABLE when the connection ends first or the broker refuses.
   */
  publish(topic: string, payload: string | Uint8Array, options?: MqttPublishOptions): Promise<void>;
}

/** What a link needs. Callbacks may throw or reject: it is logged, and the link goes on. */
export interface MqttLinkOptions {
  readonly broker: BrokerAccess;
  readonly clientId: string;
  /** Topic filters, subscribed with QoS 1 at every connection before `onConnected`. */
  readonly subscribe: readonly string[];
  /** Said by the broker when the connection breaks; asked anew at every connection. Retained. */
  readonly will?: () => { topic: string; payload: string };
  readonly onConnected?: (session: MqttSession) => void;
  readonly onDisconnected?: (reason: string) => void;
  /** The next message is taken only after the returned promise: that is the back-pressure. */
  readonly onMessage?: (message: MqttMessage) => void | Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How one try to connect, and the connection that may have come of it, ended. */
type Ending =
  | { readonly kind: 'lost' | 'failed' | 'closed-early'; readonly reason: string }
  | { readonly kind: 'version-refused'; readonly reason: string };

/** CONNACK codes for "unacceptable protocol version": 3.1.1 §3.2.2.3 (1) and 5 §3.2.2.2 (0x84). */
const versionRefusals: ReadonlySet<number> = new Set([0x01, 0x84]);

/**
 * A connection to an MQTT broker that is taken up again for as long as the service runs.
 * Speaks MQTT 5 where the broker does and 3.1.1 otherwise. The only file that knows the MQTT library.
 * Sessions are clean on purpose: what must not be lost lies in the outbox or the journal, not in the broker.
 */
export class MqttLink implements Service {
  readonly #options: MqttLinkOptions;
  readonly #log: Logger;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  /** The version to try next; a broker that was found to speak 3.1.1 is not asked for 5 at every reconnect. */
  #version: 4 | 5 = 5;
  #client: MqttClient | undefined;
  #session: MqttSession | undefined;
  #running: Promise<void> | undefined;
  /** Ends the wait for a connection that will not report its own end. */
  #abandon: (() => void) | undefined;

  constructor(options: MqttLinkOptions) {
    this.#options = options;
    this.#log = options.log.child({ broker: redactUrl(options.broker.url), clientId: options.clientId });
    this.#backoff = new Backoff({
      minMs: options.broker.retryMinMs ?? 500,
      maxMs: options.broker.retryMaxMs ?? 30_000,
    });
  }

  /** The connection, while there is one. */
  get session(): MqttSession | undefined {
    return this.#session;
  }

  /** Resolves at once: a broker that is down is waited for. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const client = this.#client;
    if (client !== undefined && this.#session !== undefined) {
      // A broker that does not answer must not hold up the shutdown.
      await Promise.race([client.endAsync().catch(() => {}), sleep(this.#options.clock, 1_000)]);
    }
    client?.end(true);
    this.#abandon?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const ending = await this.#connectOnce();
      if (signal.aborted) return;
      if (ending.kind === 'version-refused' && this.#version === 5) {
        this.#version = 4;
        continue;
      }
      // 3.1.1 §3.1.2.2 wants a CONNACK for an unknown version, yet some brokers only close: try the other version next.
      if (ending.kind === 'version-refused' || ending.kind === 'closed-early')
        this.#version = this.#version === 5 ? 4 : 5;
      const delayMs = this.#backoff.next();
      this.#log.warn({ reason: ending.reason, delayMs, attempt: this.#backoff.attempt }, 'broker not reachable');
      await sleep(this.#options.clock, delayMs, signal);
    }
  }

  #connectOnce(): Promise<Ending> {
    const client = this.#open();
    this.#client = client;
    return new Promise((resolve) => {
      this.#abandon = () => resolve({ kind: 'lost', reason: 'stopped' });
      let refused: { code: number | undefined; reason: string } | undefined;
      let session: OpenSession | undefined;
      client.on('error', (error) => {
        const code = (error as { code?: unknown }).code;
        refused = { code: typeof code === 'number' ? code : undefined, reason: messageOf(error) };
      });
      client.on('connect', (connack) => {
        session = new OpenSession(client, this.#version, connack.properties?.receiveMaximum);
        void this.#opened(session);
      });
      client.on('close', () => {
        this.#session = undefined;
        this.#client = undefined;
        client.end(true);
        const reason = refused?.reason ?? 'connection closed';
        session?.close(reason);
        if (session !== undefined) this.#guard('onDisconnected', () => this.#options.onDisconnected?.(reason));
        resolve(endingOf(session !== undefined, refused, reason));
      });
    });
  }

  #open(): MqttClient {
    const { broker, clientId, clock } = this.#options;
    const will = this.#options.will?.();
    const options: IClientOptions = {
      protocolVersion: this.#version,
      clientId,
      clean: true,
      username: broker.username,
      password: broker.password,
      // Reconnecting is this class's work: each try is a client of its own.
      reconnectPeriod: 0,
      connectTimeout: broker.connectTimeoutMs ?? 10_000,
      keepalive: Math.max(1, Math.round((broker.keepAliveMs ?? 30_000) / 1000)),
      ...(broker.ca === undefined ? {} : { ca: broker.ca }),
      ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
      ...(this.#version === 5 ? { properties: { sessionExpiryInterval: 0, receiveMaximum: 1_000 } } : {}),
    };
    const client = mqtt.connect(broker.url, options);
    client.handleMessage = (packet: IPublishPacket, done) => {
      const message = { topic: packet.topic, payload: Buffer.from(packet.payload) };
      Promise.resolve()
        .then(() => this.#options.onMessage?.(message))
        .catch((error: unknown) => this.#log.error({ err: error, at: clock.now() }, 'message handler failed'))
        .finally(() => done());
    };
    return client;
  }

  async #opened(session: OpenSession): Promise<void> {
    try {
      await session.subscribe(this.#options.subscribe);
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'subscription refused');
      this.#client?.end(true);
      return;
    }
    if (session.closed) return;
    this.#backoff.reset();
    this.#session = session;
    this.#log.info({ mqtt: session.version }, 'connected to broker');
    this.#guard('onConnected', () => this.#options.onConnected?.(session));
  }

  #guard(what: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#log.error({ err: error }, `${what} failed`);
    }
  }
}

function endingOf(connected: boolean, refused: { code: number | undefined } | undefined, reason: string): Ending {
  if (connected) return { kind: 'lost', reason };
  if (refused === undefined) return { kind: 'closed-early', reason };
  const version = refused.code !== undefined && versionRefusals.has(refused.code);
  return { kind: version ? 'version-refused' : 'failed', reason };
}

/** A connection with the number of unacknowledged publishes kept within the broker's limit. */
class OpenSession implements MqttSession {
  readonly version: MqttVersion;
  readonly #client: MqttClient;
  /** MQTT 5 §3.2.2.3.3; the library does not keep to it. */
  readonly #receiveMaximum: number;
  readonly #rejects = new Set<(error: Error) => void>();
  readonly #waiting: (() => void)[] = [];
  #closed: AppError | undefined;

  constructor(client: MqttClient, version: 4 | 5, receiveMaximum: number | undefined) {
    this.#client = client;
    this.version = version === 5 ? '5' : '3.1.1';
    this.#receiveMaximum = receiveMaximum ?? 65_535;
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  async subscribe(filters: readonly string[]): Promise<void> {
    if (filters.length === 0) return;
    await this.#settled<void>((resolve, reject) => {
      this.#client.subscribe([...filters], { qos: 1 }, (error, granted) => {
        const refused = granted?.find((grant) => grant.qos > 2);
        if (error) reject(error);
        else if (refused !== undefined) reject(new Error(`not allowed to subscribe to ${refused.topic}`));
        else resolve();
      });
    });
  }

  async publish(topic: string, payload: string | Uint8Array, options: MqttPublishOptions = {}): Promise<void> {
    while (this.#rejects.size >= this.#receiveMaximum && this.#closed === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const bytes =
      typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    await this.#settled<void>((resolve, reject) => {
      const sent = { qos: 1 as const, retain: options.retain ?? false, ...this.#properties(options) };
      this.#client.publish(topic, bytes, sent, (error) => (error ? reject(error) : resolve()));
    });
  }

  #properties({ contentType, userProperties }: MqttPublishOptions): Pick<IPublishPacket, 'properties'> {
    if (this.version !== '5' || (contentType === undefined && userProperties === undefined)) return {};
    return {
      properties: {
        ...(contentType === undefined ? {} : { contentType }),
        ...(userProperties === undefined ? {} : { userProperties: { ...userProperties } }),
      },
    };
  }

  /** The library forgets callbacks of a connection that broke: nothing here waits for ever. */
  async #settled<T>(executor: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    if (this.#closed !== undefined) throw this.#closed;
    let rejectOuter: (error: Error) => void = () => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        rejectOuter = reject;
        this.#rejects.add(reject);
        executor(resolve, reject);
      });
    } catch (error) {
      throw error instanceof AppError
        ? error
        : new AppError('MB_BROKER_UNREACHABLE', messageOf(error), { cause: error });
    } finally {
      this.#rejects.delete(rejectOuter);
      this.#waiting.shift()?.();
    }
  }

  close(reason: string): void {
    this.#closed = new AppError('MB_BROKER_UNREACHABLE', reason);
    for (const reject of [...this.#rejects]) reject(this.#closed);
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
