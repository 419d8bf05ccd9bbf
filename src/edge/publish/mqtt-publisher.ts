import { alertEventMediaType, toAlertEvent } from '../../contracts/alert-event.ts';
import {
  ackSchema,
  coverageAckSchema,
  type Health,
  maxMessageBytes,
  partAckSchema,
} from '../../contracts/node-messages.ts';
import { NodeTopics } from '../../contracts/topics.ts';
import type { Alert } from '../../domain/alert.ts';
import type { NodeId, Sha256, SiteId } from '../../domain/ids.ts';
import type { BrokerAccess } from '../../lib/broker-config.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ClockWord } from '../../lib/clock-state.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { MqttLink, type MqttMessage, type MqttSession, type MqttVersion } from '../../lib/mqtt-link.ts';
import { type MqttRefused, mqttReason } from '../../lib/mqtt-refusal.ts';
import type { MqttPublishOptions } from '../../lib/mqtt-session.ts';
import { softwareVersion } from '../../lib/version.ts';
import { AlertHold } from './alert-hold.ts';
import { CoverageSender } from './coverage-sender.ts';
import type { CoverageStore } from './coverage-store.ts';
import type { Outbox } from './outbox.ts';
import type { PendingEvidence } from './outbox-store.ts';
import { PartSender } from './part-sender.ts';
import { type PublishKind, PublishRefusals } from './publish-refusals.ts';

/** What the publisher needs. */
export interface MqttPublisherOptions {
  readonly site: SiteId;
  readonly node: NodeId;
  readonly broker: BrokerAccess;
  /** Open before `start`. */
  readonly outbox: Outbox;
  /** The same store the outbox frees. */
  readonly evidence: ContentStore;
  /** The blindness account, sent beside the alerts; open before `start`. */
  readonly coverage?: CoverageStore;
  /** Alerts under way, at most; default 64. */
  readonly window?: number;
  /** Evidence files under way, at most; default 16. */
  readonly evidenceWindow?: number;
  /** Largest evidence file that is sent; default 16 MiB. */
  readonly maxEvidenceBytes?: number;
  /** Default 15 s. */
  readonly ackTimeoutMs?: number;
  /** How long the node may be away before the broker says that it is offline, over MQTT 5; default 15 s. */
  readonly offlineAfterMs?: number;
  readonly clock: Clock;
  /** Goes with the blindness account. */
  readonly clockWord?: ClockWord;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const maxAckBytes = 65_536;
/** What an acknowledgement may take as a packet: nothing larger is for a node. */
const maxPacketBytes = 2 * maxAckBytes;
/** Longer than a switch or a broker takes to start again, shorter than what piles up at the broker could grow large. */
const sessionExpiryMs = 120_000;
/** A gateway that asks for the same alerts again is not served more often than this. */
const resendPauseMs = 1_000;
/** While nothing is acknowledged each wait is twice as long as the one before, up to this many times the timeout. */
const mostPatience = 8;

/**
 * Sends what is in the outbox, in order, and frees it on the gateway's cumulative acknowledgement.
 * The broker's PUBACK frees nothing: only the gateway's word does (design: wire.md, Delivery promise).
 * After a reconnect or without acknowledgement in time, everything under way is sent again (go-back-N);
 * the gateway drops what it has. Nothing is kept here that the outbox does not have on disk.
 */
export class MqttPublisher implements Service {
  readonly #options: MqttPublisherOptions;
  readonly #topics: NodeTopics;
  readonly #log: Logger;
  readonly #link: MqttLink;
  readonly #window: number;
  readonly #evidenceWindow: number;
  readonly #ackTimeoutMs: number;
  readonly #sent: Counter<'kind'>;
  readonly #coverage: CoverageSender | undefined;
  readonly #parts: PartSender;
  readonly #refusals: PublishRefusals;
  readonly #hold: AlertHold;
  readonly #evidenceUnderWay = new Map<Sha256, number>();
  #session: MqttSession | undefined;
  /** Highest number sent over this connection. */
  #cursor = 0;
  #acked = 0;
  #lastProgressAt = 0;
  #lastResendAt = Number.NEGATIVE_INFINITY;
  /** Timeouts to wait: a way that is only slow is choked by what is sent again too soon (RFC 6298 §5.5). */
  #patience = 1;
  #health: Health | undefined;
  #ending: (() => void)[] = [];
  #cancelTick: (() => void) | undefined;

  constructor(options: MqttPublisherOptions) {
    const { site, node, broker, clock, clockWord, metrics } = options;
    this.#options = options;
    this.#topics = new NodeTopics(site, node);
    this.#log = options.log;
    this.#window = options.window ?? 64;
    this.#evidenceWindow = options.evidenceWindow ?? 16;
    this.#ackTimeoutMs = options.ackTimeoutMs ?? 15_000;
    this.#coverage =
      options.coverage &&
      new CoverageSender({
        ...{ store: options.coverage, clock, clockWord, log: options.log },
        ackTimeoutMs: this.#ackTimeoutMs,
      });
    this.#refusals = new PublishRefusals(options);
    this.#hold = new AlertHold({ clock, firstMs: this.#ackTimeoutMs });
    this.#parts = new PartSender({
      ...options,
      ackTimeoutMs: this.#ackTimeoutMs,
      maxBytes: options.maxEvidenceBytes ?? 16_777_216,
      next: () => options.outbox.evidenceUpTo(this.#cursor, 1, { over: this.#mostWhole })[0],
      giveUp: (file, reason) => options.outbox.giveUp(file, reason),
    });
    this.#sent = metrics.counter('maplebridge_publish_sent_total', 'Messages handed to the broker', ['kind']);
    this.#link = new MqttLink({
      broker,
      clientId: `${site}.${node}`,
      subscribe: [this.#topics.ack],
      will: () => ({
        topic: this.#topics.health,
        payload: JSON.stringify(this.#offline()),
        delayMs: options.offlineAfterMs ?? 15_000,
      }),
      sessionExpiryMs,
      receiveMaximum: 64,
      maxPacketBytes,
      onConnected: (session) => this.#connected(session),
      onDisconnected: () => this.#disconnected(),
      onMessage: (message) => this.#received(message),
      clock,
      log: options.log,
    });
  }

  /** The negotiated version while connected. */
  get mqttVersion(): MqttVersion | undefined {
    return this.#session?.version;
  }

  /** What keeps messages from leaving although the broker is there, in words for health. */
  get problems(): string[] {
    return [...(this.#link.problem === undefined ? [] : [this.#link.problem]), ...this.#refusals.problems];
  }

  /** Resolves at once, broker or not. */
  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    const { outbox, coverage } = this.#options;
    this.#ending.push(outbox.onAppended(() => this.#pump()));
    if (coverage !== undefined) this.#ending.push(coverage.onWritten(() => this.#coverage?.pump()));
    this.#tick();
    await this.#link.start(signal);
  }

  /** Says `offline` and disconnects; what is not acknowledged stays in the outbox. */
  async stop(): Promise<void> {
    this.#cancelTick?.();
    for (const end of this.#ending.splice(0)) end();
    const session = this.#session;
    this.#disconnected();
    if (session !== undefined) {
      void this.#send(session, this.#topics.health, JSON.stringify(this.#offline()), 'health', retained);
    }
    await this.#link.stop();
  }

  /** Publishes the node's health, retained, now and at every reconnect. */
  publishHealth(health: Health): void {
    this.#health = health;
    if (this.#session !== undefined) void this.#sendHealth(this.#session);
  }

  #connected(session: MqttSession): void {
    this.#session = session;
    this.#acked = this.#options.outbox.head().acked;
    this.#cursor = this.#acked;
    this.#patience = 1;
    this.#evidenceUnderWay.clear();
    this.#hold.connected();
    void this.#sendHealth(session);
    this.#coverage?.connected(async (batch) => {
      const refused = await this.#send(
        session,
        this.#topics.coverage,
        JSON.stringify(batch),
        'coverage',
        recurringJson,
      );
      if (refused?.reasonCode === mqttReason.packetTooLarge) this.#coverage?.tooLarge();
    });
    this.#parts.connected(
      async (hash, part, bytes) =>
        void (await this.#send(session, this.#topics.evidencePart(hash, part), bytes, 'part')),
      session.maxPayloadBytes,
    );
    this.#pump();
  }

  #disconnected(): void {
    this.#session = undefined;
    this.#coverage?.disconnected();
    this.#parts.disconnected();
  }

  /** Sends as much as the windows allow: alerts first, then the evidence of alerts already sent. */
  #pump(): void {
    const session = this.#session;
    if (session === undefined) return;
    try {
      this.#fillWindows(session);
    } catch (error) {
      // The disk may fail under a read; the next tick tries again.
      this.#log.error({ reason: messageOf(error) }, 'outbox not readable');
    }
  }

  #fillWindows(session: MqttSession): void {
    const room = this.#hold.most(this.#window) - (this.#cursor - this.#acked);
    if (room > 0) {
      if (this.#cursor === this.#acked) this.#lastProgressAt = this.#options.clock.monotonic();
      for (const alert of this.#options.outbox.alertsAfter(this.#cursor, room)) {
        this.#cursor = alert.sequence.n;
        void this.#sendAlert(session, alert);
      }
    }
    this.#parts.pump();
    const files = this.#options.outbox.evidenceUpTo(this.#cursor, this.#evidenceWindow, { upTo: this.#mostWhole });
    for (const file of files) {
      if (this.#evidenceUnderWay.size >= this.#evidenceWindow) return;
      if (this.#evidenceUnderWay.has(file.sha256)) continue;
      this.#evidenceUnderWay.set(file.sha256, this.#options.clock.monotonic());
      void this.#sendEvidence(session, file);
    }
  }

  async #sendAlert(session: MqttSession, alert: Alert): Promise<void> {
    const body = JSON.stringify(toAlertEvent(this.#options.site, alert));
    const refused = await this.#send(session, this.#topics.alert(alert.scene), body, 'alert', {
      contentType: alertEventMediaType,
      userProperties: { traceparent: alert.trace.traceparent },
      recurring: true,
    });
    if (session !== this.#session) return;
    if (refused !== undefined) {
      if (alert.sequence.n <= this.#acked) return;
      this.#hold.refused(alert.sequence.n, refused);
      this.#cursor = Math.min(this.#cursor, alert.sequence.n - 1);
    } else if (this.#hold.tookAgain(alert.sequence.n)) this.#pump();
  }

  async #sendEvidence(session: MqttSession, file: PendingEvidence): Promise<void> {
    const { evidence, outbox } = this.#options;
    try {
      const bytes = await evidence.get(file.sha256);
      if (bytes === undefined) {
        outbox.giveUp(file, 'missing or damaged');
        this.#evidenceUnderWay.delete(file.sha256);
        this.#pump();
        return;
      }
      await this.#send(session, this.#topics.evidence(file.sha256), bytes, 'evidence', { contentType: file.mediaType });
    } catch (error) {
      this.#log.warn({ sha256: file.sha256, reason: messageOf(error) }, 'evidence not sent');
    }
  }

  async #sendHealth(session: MqttSession): Promise<void> {
    const health = this.#health;
    if (health === undefined) return;
    const refused = await this.#send(session, this.#topics.health, JSON.stringify(health), 'health', retained);
    if (refused?.reasonCode !== mqttReason.packetTooLarge) return;
    // Better without its cameras than not at all.
    const cut = { ...health, cameras: {}, problems: [...health.problems, 'health without its cameras: too large'] };
    await this.#send(session, this.#topics.health, JSON.stringify(cut), 'health', retained);
  }

  /** Largest file that goes in one message: what the broker takes, and never more than the gateway does. */
  get #mostWhole(): number {
    return Math.min(maxMessageBytes, this.#session?.maxPayloadBytes ?? maxMessageBytes);
  }

  /**
   * Never rejects: what did not get through is sent again by reconnect or timeout. Says what the broker refused:
   * a PUBACK with an error is no PUBACK.
   */
  async #send(
    session: MqttSession,
    topic: string,
    payload: string | Uint8Array,
    kind: PublishKind,
    options: MqttPublishOptions = {},
  ): Promise<MqttRefused | undefined> {
    try {
      await session.publish(topic, payload, options);
      this.#sent.inc({ kind });
      this.#refusals.taken(kind);
      return undefined;
    } catch (error) {
      return this.#refusals.note(kind, topic, error);
    }
  }

  #received({ topic, payload }: MqttMessage): void {
    if (topic !== this.#topics.ack || payload.length > maxAckBytes) return;
    const ack = parseAck(payload);
    if (ack !== undefined && 'coverage' in ack) {
      this.#coverage?.acknowledged(ack);
      return;
    }
    if (ack !== undefined && 'part' in ack) {
      this.#parts.acknowledged(ack);
      return;
    }
    if (ack === undefined) {
      this.#log.warn({ bytes: payload.length }, 'acknowledgement not understood');
      return;
    }
    const outcome = this.#options.outbox.acknowledge(ack);
    for (const hash of ack.evidence) this.#evidenceUnderWay.delete(hash);
    this.#parts.settled(ack.evidence);
    if (outcome === 'progress') {
      const { acked } = this.#options.outbox.head();
      if (acked > this.#acked) {
        this.#lastProgressAt = this.#options.clock.monotonic();
        this.#patience = 1;
      }
      this.#acked = acked;
      this.#hold.acknowledged(acked);
      this.#cursor = Math.max(this.#cursor, acked);
      this.#pump();
      return;
    }
    // The gateway repeats what it has: it was restarted, or misses the alert that comes next.
    if (outcome === 'nothing-new' && ack.evidence.length === 0 && this.#cursor > this.#acked) this.#goBack();
  }

  #goBack(): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#lastResendAt < resendPauseMs) return;
    this.#lastResendAt = now;
    this.#lastProgressAt = now;
    this.#cursor = this.#acked;
    this.#evidenceUnderWay.clear();
    this.#pump();
  }

  #tick(): void {
    const everyMs = Math.min(1_000, Math.max(20, this.#ackTimeoutMs / 4));
    this.#cancelTick = this.#options.clock.after(everyMs, () => {
      this.#resendOverdue();
      this.#tick();
    });
  }

  #resendOverdue(): void {
    if (this.#session === undefined) return;
    const overdue = this.#options.clock.monotonic() - this.#ackTimeoutMs * this.#patience;
    for (const [hash, sentAt] of this.#evidenceUnderWay) {
      if (sentAt <= overdue) this.#evidenceUnderWay.delete(hash);
    }
    if (this.#cursor > this.#acked && this.#lastProgressAt <= overdue) {
      this.#log.warn({ from: this.#acked + 1, to: this.#cursor }, 'no acknowledgement in time: sending again');
      this.#patience = Math.min(mostPatience, this.#patience * 2);
      this.#goBack();
    }
    this.#pump();
    this.#coverage?.pump();
  }

  #offline(): Health {
    const at = this.#options.clock.now();
    return { state: 'offline', at, softwareVersion, cameras: {}, scenes: {}, problems: [] };
  }
}

const recurringJson = { contentType: 'application/json', recurring: true } as const;
const retained = { ...recurringJson, retain: true } as const;

function parseAck(payload: Buffer) {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    return (
      ackSchema.safeParse(value).data ?? partAckSchema.safeParse(value).data ?? coverageAckSchema.safeParse(value).data
    );
  } catch {
    return undefined;
  }
}
