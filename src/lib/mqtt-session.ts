import { AppError, messageOf } from './errors.ts';
import { MqttRefused, mqttReason, reasonText } from './mqtt-refusal.ts';

/** MQTT 3.1.1 or 5, as negotiated. */
export type MqttVersion = '3.1.1' | '5';

/** What goes with a published message; all but `retain` travels only over MQTT 5. */
export interface MqttPublishOptions {
  readonly retain?: boolean;
  readonly contentType?: string;
  readonly userProperties?: Readonly<Record<string, string>>;
  /** The topic will be used again over this connection: a number may stand for it (MQTT 5 §3.3.2.3.4). */
  readonly recurring?: boolean;
}

/** One connection while it lasts. */
export interface MqttSession {
  readonly version: MqttVersion;
  /** Largest payload the broker takes on a topic of 256 bytes; infinite where it named no limit (3.1.1 cannot). */
  readonly maxPayloadBytes: number;
  /**
   * Publishes with QoS 1 and resolves at the broker's PUBACK.
   * Rejects with MB_BROKER_REFUSED (`MqttRefused`) when the broker says no, or named a limit this is beyond, and with
   * MB_BROKER_UNREACHABLE when the connection ends first.
   */
  publish(topic: string, payload: string | Uint8Array, options?: MqttPublishOptions): Promise<void>;
}

/** Properties of a PUBLISH (MQTT 5 §3.3.2.3). */
interface PublishProperties {
  readonly contentType?: string;
  readonly userProperties?: Record<string, string>;
  readonly topicAlias?: number;
}

/** What the session needs of the library’s client. */
interface WireClient {
  publish(
    topic: string,
    payload: Buffer,
    options: { qos: 1; retain: boolean; properties?: PublishProperties },
    callback: (error?: Error | null, packet?: object) => void,
  ): unknown;
  subscribe(
    filters: string[],
    options: { qos: 1 },
    callback: (error: Error | null, granted?: { topic: string; qos: number }[]) => void,
  ): unknown;
}

/** What a broker says in CONNACK (MQTT 5 §3.2.2.3). */
export interface BrokerLimits {
  readonly receiveMaximum?: number | undefined;
  readonly maximumPacketSize?: number | undefined;
  readonly topicAliasMaximum?: number | undefined;
  readonly retainAvailable?: boolean | undefined;
}

/** Topics with a number of their own: the scenes of one node and its other topics are fewer. */
const mostAliases = 32;
/** Fixed header, topic length, packet identifier, alias and property lengths, rounded up. */
const packetOverhead = 64;

/** A connection that keeps to what the broker said in CONNACK. */
export class OpenSession implements MqttSession {
  readonly version: MqttVersion;
  readonly maxPayloadBytes: number;
  readonly #client: WireClient;
  /** MQTT 5 §3.2.2.3.3; the library does not keep to it. */
  readonly #receiveMaximum: number;
  /** MQTT 5 §3.2.2.3.6; nor to this. */
  readonly #maxPacketBytes: number;
  /** MQTT 5 §3.2.2.3.5: a broker without retained messages ends the connection of whoever sends one. */
  readonly #retains: boolean;
  readonly #mostAliases: number;
  readonly #aliases = new Map<string, number>();
  readonly #rejects = new Set<(error: Error) => void>();
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #closed: AppError | undefined;

  constructor(client: WireClient, version: 4 | 5, limits: BrokerLimits = {}) {
    this.#client = client;
    this.version = version === 5 ? '5' : '3.1.1';
    this.#receiveMaximum = limits.receiveMaximum ?? 65_535;
    this.#maxPacketBytes = limits.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    this.#retains = limits.retainAvailable !== false;
    this.#mostAliases = Math.min(mostAliases, limits.topicAliasMaximum ?? 0);
    this.maxPayloadBytes = this.#maxPacketBytes - packetOverhead - 256;
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
    const bytes =
      typeof payload === 'string'
        ? Buffer.from(payload)
        : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    this.#fits(topic, bytes, options);
    // First come, first served: a slot that gets free is handed on, so that nothing overtakes what waits.
    if (this.#underWay < this.#receiveMaximum) this.#underWay += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await this.#settled<void>((resolve, reject) => {
        const retain = (options.retain ?? false) && this.#retains;
        const sent = { qos: 1 as const, retain, ...this.#properties(topic, options) };
        this.#client.publish(topic, bytes, sent, (error, packet) => (error ? reject(said(error, packet)) : resolve()));
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }

  /** §3.2.2.3.6: what is larger must not be sent; the broker would end the connection. */
  #fits(topic: string, bytes: Buffer, { contentType = '', userProperties = {} }: MqttPublishOptions): void {
    if (this.#maxPacketBytes === Number.POSITIVE_INFINITY) return;
    const texts = [topic, contentType, ...Object.entries(userProperties).flat()];
    const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 4, bytes.length + packetOverhead);
    if (size <= this.#maxPacketBytes) return;
    const text = `a message of ${bytes.length} bytes is more than the broker takes (${this.#maxPacketBytes} with its head)`;
    throw new MqttRefused(mqttReason.packetTooLarge, text);
  }

  #properties(topic: string, options: MqttPublishOptions): { properties?: PublishProperties } {
    if (this.version !== '5') return {};
    const { contentType, userProperties, recurring = false } = options;
    const topicAlias = recurring ? this.#newAlias(topic) : undefined;
    if (contentType === undefined && userProperties === undefined && topicAlias === undefined) return {};
    return {
      properties: {
        ...(contentType === undefined ? {} : { contentType }),
        ...(userProperties === undefined ? {} : { userProperties: { ...userProperties } }),
        ...(topicAlias === undefined ? {} : { topicAlias }),
      },
    };
  }

  /** A number for a topic that has none yet; from then on the library puts it in the topic's place by itself. */
  #newAlias(topic: string): number | undefined {
    if (this.#aliases.has(topic) || this.#aliases.size >= this.#mostAliases) return undefined;
    const alias = this.#aliases.size + 1;
    this.#aliases.set(topic, alias);
    return alias;
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
    }
  }

  close(reason: string): void {
    this.#closed ??= new AppError('MB_BROKER_UNREACHABLE', reason);
    for (const reject of [...this.#rejects]) reject(this.#closed);
  }
}

/** What a failed publish means: a PUBACK with a reason of 0x80 and above is the broker's no (MQTT 5 §3.4.2.1). */
function said(error: Error, packet: object | undefined): Error {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'number' || code < 0x80) return error;
  const { properties } = (packet ?? {}) as { properties?: { reasonString?: string } };
  return new MqttRefused(code, reasonText(code, properties?.reasonString), { cause: error });
}
