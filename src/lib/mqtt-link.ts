import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { Backoff } from './backoff.ts';
import { type BrokerAccess, readBrokerTls } from './broker-config.ts';
import { type Clock, sleep } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Service } from './lifecycle.ts';
import { type Logger, redactUrl } from './log.ts';
import { mqttReason, reasonText } from './mqtt-refusal.ts';
import { type MqttSession, OpenSession } from './mqtt-session.ts';

export type { MqttSession, MqttVersion } from './mqtt-session.ts';

/** A message as it came in. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker had it before this connection subscribed (§3.3.1.3): it says nothing of how things are now. */
  readonly retained: boolean;
}

/** What a link needs. Callbacks may throw or reject: it is logged, and the link goes on. */
export interface MqttLinkOptions {
  readonly broker: BrokerAccess;
  readonly clientId: string;
  /** Topic filters, subscribed with QoS 1 at every connection before `onConnected`. */
  readonly subscribe: readonly string[];
  /**
   * Said by the broker when the connection breaks; asked anew at every connection. Retained. Over MQTT 5 it waits for
   * `delayMs`, but never longer than the session is kept (§3.1.3.2.2), and is not said when the client is back by then.
   */
  readonly will?: () => { topic: string; payload: string; delayMs?: number };
  /** How long an MQTT 5 broker keeps the session of a client that is gone, where the configuration does not say; default 0. */
  readonly sessionExpiryMs?: number;
  /** The session outlives a stop as well: whoever comes back gets what came meanwhile. Default false. */
  readonly keepSession?: boolean;
  /** Messages the broker may send before it waits for a PUBACK (MQTT 5); default 256. */
  readonly receiveMaximum?: number;
  /** Largest packet the broker may send (MQTT 5); default 2 MiB. */
  readonly maxPacketBytes?: number;
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

/**
 * Connections in a row that end early before somebody is told. Over 3.1.1, and by Mosquitto 2.0, nothing is said to
 * a client whose id another one takes.
 */
const unsettled = 4;

/** A connection that was made, and what is said of its end. */
interface Course {
  refused?: { readonly code: number | undefined; readonly reason: string };
  session?: OpenSession;
  /** The broker's DISCONNECT (MQTT 5 §3.14), which comes before it closes. */
  farewell?: { readonly code: number; readonly reason: string };
}

/** CONNACK codes for "unacceptable protocol version": 3.1.1 §3.2.2.3 (1) and 5 §3.2.2.2 (0x84). */
const versionRefusals: ReadonlySet<number> = new Set([0x01, 0x84]);

/**
 * A connection to an MQTT broker that is taken up again for as long as the service runs.
 * Speaks MQTT 5 where the broker does and 3.1.1 otherwise. The only file that knows the MQTT library.
 * What must not be lost lies in the outbox or the journal, not in the broker: sessions are clean over 3.1.1, which
 * cannot say for how long, and kept over MQTT 5 for as long as `sessionExpiryMs` says (decisions/0023-mqtt.md).
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
  #problem: string | undefined;
  #openedAt = 0;
  /** Connections in a row that ended before the longest pause was over. */
  #shortLived = 0;
  #forgetProblem: (() => void) | undefined;
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

  /** What somebody has to see to, in words; undefined while nothing is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Resolves at once: a broker that is down is waited for. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#forgetProblem?.();
    const client = this.#client;
    if (client !== undefined && this.#session !== undefined) {
      // A broker that does not answer must not hold up the shutdown.
      // A farewell ends the session, too (§3.14.2.2.2): nobody is to keep anything for one who left on
      // purpose, unless it asks for that.
      const ends = this.#version === 5 && this.#options.keepSession !== true;
      const last = ends ? { properties: { sessionExpiryInterval: 0 } } : undefined;
      await Promise.race([client.endAsync(false, last).catch(() => {}), sleep(this.#options.clock, 1_000)]);
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
    let client: MqttClient;
    try {
      client = this.#open();
    } catch (error) {
      // A certificate that is being replaced, for instance: tried again like a broker that is down.
      return Promise.resolve({ kind: 'failed', reason: messageOf(error) });
    }
    this.#client = client;
    return new Promise((resolve) => {
      this.#abandon = () => resolve({ kind: 'lost', reason: 'stopped' });
      const course: Course = {};
      client.on('error', (error) => {
        const code = (error as { code?: unknown }).code;
        course.refused ??= { code: typeof code === 'number' ? code : undefined, reason: messageOf(error) };
      });
      client.on('connect', (connack) => {
        course.session = new OpenSession(client, this.#version, connack.properties);
        this.#openedAt = this.#options.clock.monotonic();
        void this.#opened(course.session);
      });
      client.on('disconnect', ({ reasonCode = 0, properties }) => {
        course.farewell = { code: reasonCode, reason: reasonText(reasonCode, properties?.reasonString) };
      });
      client.on('close', () => {
        this.#session = undefined;
        this.#client = undefined;
        client.end(true);
        resolve(this.#ended(course));
      });
    });
  }

  #ended({ session, refused, farewell }: Course): Ending {
    const reason = farewell?.reason ?? refused?.reason ?? 'connection closed';
    session?.close(reason);
    if (session === undefined) return endingOf(refused, reason);
    // One that ends sooner than the longest pause is one more failure: two clients with one id, say, or a message
    // that the broker answers by closing, would else take turns as fast as they can.
    const { clock } = this.#options;
    const lasted = clock.monotonic() - this.#openedAt >= this.#backoff.maxMs;
    if (lasted) this.#backoff.reset();
    this.#shortLived = lasted ? 0 : this.#shortLived + 1;
    if (farewell?.code === mqttReason.sessionTakenOver) this.#takenOver();
    else if (this.#shortLived >= unsettled) this.#tell(`the broker is lost soon after each connection: ${reason}`);
    this.#guard('onDisconnected', () => this.#options.onDisconnected?.(reason));
    return { kind: 'lost', reason };
  }

  /** MQTT 5 §3.1.4: the broker ends the connection of whoever has the id, so the two would take turns for ever. */
  #takenOver(): void {
    const { clientId } = this.#options;
    this.#tell(`another client connects with the id ${clientId}: two nodes of one name, or one process twice?`);
    this.#backoff.atMost();
  }

  #tell(problem: string): void {
    if (problem !== this.#problem) this.#log.error({ code: 'MB_BROKER_REFUSED' }, problem);
    this.#problem = problem;
  }

  #open(): MqttClient {
    const {
      broker,
      clientId,
      clock,
      receiveMaximum = 256,
      maxPacketBytes: maximumPacketSize = 2_097_152,
    } = this.#options;
    const will = this.#options.will?.();
    const tls = readBrokerTls(broker.tls);
    const expirySeconds = Math.round((broker.sessionExpiryMs ?? this.#options.sessionExpiryMs ?? 0) / 1_000);
    const options: IClientOptions = {
      protocolVersion: this.#version,
      clientId,
      clean: this.#version === 4 || expirySeconds === 0,
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      // Reconnecting is this class's work: each try is a client of its own.
      reconnectPeriod: 0,
      connectTimeout: broker.connectTimeoutMs ?? 10_000,
      keepalive: Math.max(1, Math.round((broker.keepAliveMs ?? 30_000) / 1000)),
      autoUseTopicAlias: true,
      ...tls,
      // For wss the library hands on all but the name.
      wsOptions: tls.servername === undefined ? {} : ({ servername: tls.servername } as object),
      ...(will === undefined ? {} : { will: this.#will(will) }),
      ...(this.#version === 5
        ? { properties: { sessionExpiryInterval: expirySeconds, receiveMaximum, maximumPacketSize } }
        : {}),
    };
    const client = mqtt.connect(broker.url, options);
    client.handleMessage = (packet: IPublishPacket, done) => {
      const message = { topic: packet.topic, payload: Buffer.from(packet.payload), retained: packet.retain };
      Promise.resolve()
        .then(() => this.#options.onMessage?.(message))
        .catch((error: unknown) => this.#log.error({ err: error, at: clock.now() }, 'message handler failed'))
        .finally(() => done());
    };
    return client;
  }

  #will({ topic, payload, delayMs = 0 }: { topic: string; payload: string; delayMs?: number }): IClientOptions['will'] {
    const bare = { topic, payload: Buffer.from(payload), qos: 1 as const, retain: true };
    if (this.#version === 4) return bare;
    return { ...bare, properties: { willDelayInterval: Math.round(delayMs / 1_000), contentType: 'application/json' } };
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
    const { clock } = this.#options;
    this.#session = session;
    this.#forgetProblem?.();
    this.#forgetProblem = clock.after(this.#backoff.maxMs, () => {
      if (this.#session === session) this.#problem = undefined;
    });
    const { version: mqttVersion, maxPayloadBytes } = session;
    const limit = Number.isFinite(maxPayloadBytes) ? { maxPayloadBytes } : {};
    this.#log.info({ mqtt: mqttVersion, ...limit }, 'connected to broker');
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

function endingOf(refused: Course['refused'], reason: string): Ending {
  if (refused === undefined) return { kind: 'closed-early', reason };
  const version = refused.code !== undefined && versionRefusals.has(refused.code);
  return { kind: version ? 'version-refused' : 'failed', reason };
}
