import type { NodeKeys } from '../../contracts/node-keys.ts';
import { type Ack, type CoverageAck, type Health, healthSchema, type PartAck } from '../../contracts/node-messages.ts';
import { NodeTopics, parseTopic } from '../../contracts/topics.ts';
import type { NodeId, Sha256, SiteId } from '../../domain/ids.ts';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import type { BrokerAccess } from '../../lib/broker-config.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { MqttLink, type MqttMessage, type MqttVersion } from '../../lib/mqtt-link.ts';
import type { SpanSink } from '../../lib/span-sink.ts';
import { type AlertMessage, AlertRegister } from './alert-register.ts';
import type { CoverageLedger } from './coverage-ledger.ts';
import { EvidenceParts, type PartMessage } from './evidence-parts.ts';
import { type EvidenceMessage, EvidenceShelf } from './evidence-shelf.ts';
import type { Journal } from './journal.ts';
import { RefusalLimit } from './refusal-limit.ts';

/** What the collector needs. */
export interface CollectorOptions {
  readonly site: SiteId;
  readonly broker: BrokerAccess;
  /** Public keys of the nodes. */
  readonly keys: NodeKeys;
  /** Open before `start`. */
  readonly journal: Journal;
  /** Where the nodes' blindness accounts are kept; open before `start`. Without one they are left to the nodes. */
  readonly coverage?: CoverageLedger;
  /** Evidence on its way to a batch. */
  readonly evidence: ContentStore;
  /** Largest evidence file that is taken; default 16 MiB. */
  readonly maxEvidenceBytes?: number;
  /** How long a missing or refused alert is waited for; default 60 s. */
  readonly gapGraceMs?: number;
  readonly clock: Clock;
  /** Takes the spans of alerts, where they are exported. */
  readonly spans?: SpanSink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

type Work =
  | ({ readonly kind: 'alert' } & AlertMessage)
  | ({ readonly kind: 'evidence' } & EvidenceMessage)
  | ({ readonly kind: 'part' } & PartMessage)
  | { readonly kind: 'coverage'; readonly node: NodeId; readonly payload: Buffer };

/** Messages that share one commit: at one fsync of 5 ms this is 25,000 alerts a second, far above the need. */
const groupSize = 128;
/** Beyond half of this the broker is made to wait; beyond all of it (it cannot be) messages are left to be resent. */
const queueCapacity = 1_024;
/** The same for their bytes: evidence of many nodes must not fill the memory. */
const queueBytes = 67_108_864;
/** 2,000 cameras, each with why it is not seen. */
const maxHealthBytes = 1_048_576;
/** Nodes without a key that are named in the log; a broker without rules lets one client use any name. */
const maxStrangers = 100;
/** How soon a decision on the quarantine is carried out; one look is an index that is empty. */
const ordersEveryMs = 1_000;
/** Hashes in one acknowledgement (contracts/node-messages.ts). */
const ackHashes = 256;

/**
 * Takes alerts, evidence and health from the broker, puts them on this gateway's disk, and only then acknowledges.
 * Messages that arrive while a group is being written form the next group: one fsync for all of them.
 */
export class Collector implements Service {
  readonly #options: CollectorOptions;
  readonly #log: Logger;
  readonly #link: MqttLink;
  readonly #register: AlertRegister;
  readonly #shelf: EvidenceShelf;
  readonly #parts: EvidenceParts;
  readonly #queue = new BoundedQueue<Work>(queueCapacity, 'reject-newest');
  readonly #resume: (() => void)[] = [];
  readonly #health = new Map<NodeId, Health>();
  /** Told in the log already. */
  readonly #strangers = new Set<NodeId>();
  readonly #received: Counter<'kind'>;
  readonly #ignored: Counter<'reason'>;
  #queuedBytes = 0;
  #draining: Promise<void> | undefined;
  #stopped = false;
  #cancelOrders: (() => void) | undefined;

  constructor(options: CollectorOptions) {
    const { site, metrics, clock, log } = options;
    this.#options = options;
    this.#log = log;
    const { gapGraceMs = 60_000 } = options;
    const refusals = new RefusalLimit(options);
    this.#register = new AlertRegister({ ...options, gapGraceMs, refusals });
    this.#shelf = new EvidenceShelf({ ...options, graceMs: gapGraceMs, refusals });
    const { maxEvidenceBytes: maxBytes = 16_777_216 } = options;
    this.#parts = new EvidenceParts({ ...options, maxBytes, shelf: this.#shelf });
    this.#received = metrics.counter('maplebridge_collect_received_total', 'Messages from the broker', ['kind']);
    this.#ignored = metrics.counter('maplebridge_collect_ignored_total', 'Messages not processed', ['reason']);
    this.#link = new MqttLink({
      broker: options.broker,
      clientId: `${site}.gateway-collect`,
      subscribe: ['alert/#', 'evidence/#', 'health', 'coverage'].map((tail) => `mb/v1/${site}/+/${tail}`),
      onConnected: () => this.#greet(),
      onMessage: (message) => this.accept(message),
      clock,
      log,
    });
  }

  /** The negotiated version while connected. */
  get mqttVersion(): MqttVersion | undefined {
    return this.#link.session?.version;
  }

  /** Newest health of each node that has a key here, as the node tells it. */
  get nodes(): ReadonlyMap<NodeId, Health> {
    return this.#health;
  }

  /** Resolves at once, broker or not. */
  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    await this.#link.start(signal);
    this.#watchOrders();
  }

  /** Finishes the group being written; what was not acknowledged comes again from the nodes. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelOrders?.();
    for (const resume of this.#resume.splice(0)) resume();
    await this.#draining;
    this.#register.close();
    await this.#link.stop();
  }

  /** What a person wishes of a refused message is written into the journal's file by another process. */
  #watchOrders(): void {
    if (this.#stopped) return;
    this.#cancelOrders = this.#options.clock.after(ordersEveryMs, () => {
      try {
        const nodes = this.#register.carryOut();
        if (nodes.size > 0) this.#options.journal.announce();
        for (const node of nodes) this.#acknowledge(node, []);
      } catch (error) {
        this.#log.error({ reason: messageOf(error) }, 'quarantine not decided; it is tried again');
      }
      this.#watchOrders();
    });
  }

  /** Tells every node how far it is: one that sent into the void meanwhile sends again at once. */
  #greet(): void {
    this.#register.startOver();
    try {
      for (const node of this.#options.keys.nodes) {
        this.#acknowledge(node, []);
        const word = this.#options.coverage?.wordFor(node);
        if (word !== undefined) this.#answer(node, word);
      }
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'journal not readable');
    }
  }

  /** A message from the broker, whatever it holds; the next is to come after the returned promise. */
  accept({ topic, payload }: Pick<MqttMessage, 'topic' | 'payload'>): void | Promise<void> {
    const parsed = parseTopic(topic);
    if (parsed === undefined || parsed.site !== this.#options.site || this.#stopped) {
      this.#ignored.inc({ reason: 'topic' });
      return;
    }
    this.#received.inc({ kind: parsed.kind });
    const { node, kind, tail, part } = parsed;
    if (kind === 'health') return this.#noteHealth(node, payload);
    if (kind === 'coverage') this.#enqueue({ kind, node, payload });
    if (kind === 'alert') this.#enqueue({ kind, node, topic, payload });
    const hash = tail as Sha256 | undefined;
    if (kind === 'evidence' && hash !== undefined) {
      this.#enqueue(part === undefined ? { kind, node, hash, payload } : { kind: 'part', node, hash, part, payload });
    }
    if (this.#queue.size < queueCapacity / 2 && this.#queuedBytes < queueBytes / 2) return;
    return new Promise((resolve) => this.#resume.push(resolve));
  }

  #enqueue(work: Work): void {
    if (!this.#queue.push(work)) {
      this.#ignored.inc({ reason: 'overload' });
      return;
    }
    this.#queuedBytes += work.payload.length;
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
  }

  async #drain(): Promise<void> {
    // Lets what is in the socket's buffer join the group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.size > 0 && !this.#stopped) {
      const group: Work[] = [];
      for (let work = this.#queue.shift(); work !== undefined; work = this.#queue.shift()) {
        group.push(work);
        this.#queuedBytes -= work.payload.length;
        if (group.length === groupSize) break;
      }
      for (const resume of this.#resume.splice(0)) resume();
      try {
        await this.#store(group);
      } catch (error) {
        // Disk full, for instance. Nothing of the group is acknowledged, so the nodes keep and repeat it.
        this.#log.error({ err: error, messages: group.length }, 'journal not writable: messages left to their nodes');
        await new Promise<void>((resolve) => this.#options.clock.after(1_000, resolve));
      }
    }
  }

  async #store(group: readonly Work[]): Promise<void> {
    const alerts = group.filter((work) => work.kind === 'alert');
    const files = group.filter((work) => work.kind === 'evidence');
    const parts = group.filter((work) => work.kind === 'part');
    const toAcknowledge = new Map<NodeId, Sha256[]>();
    for (const node of this.#register.take(alerts)) toAcknowledge.set(node, []);
    const answers = await this.#parts.take(parts);
    const whole = answers.filter(({ upTo }) => upTo === 'settled');
    for (const { node, hash } of [...(await this.#shelf.take(files)), ...whole]) {
      const hashes = toAcknowledge.get(node) ?? [];
      hashes.push(hash);
      toAcknowledge.set(node, hashes);
    }
    for (const { node, hash, upTo } of answers) {
      if (upTo !== 'settled') this.#answer(node, { part: { sha256: hash, upTo } });
    }
    this.#register.sumLater();
    this.#options.journal.announce();
    for (const [node, hashes] of toAcknowledge) this.#acknowledge(node, hashes);
    for (const work of group) if (work.kind === 'coverage') this.#takeCoverage(work.node, work.payload);
  }

  #takeCoverage(node: NodeId, payload: Buffer): void {
    const { coverage, keys } = this.#options;
    const word = keys.has(node) ? coverage?.take(node, payload) : undefined;
    if (word === undefined) this.#ignored.inc({ reason: 'coverage' });
    else this.#answer(node, word);
  }

  #acknowledge(node: NodeId, hashes: readonly Sha256[]): void {
    if (this.#link.session === undefined) return;
    const { n, hash } = this.#options.journal.head(node);
    for (let from = 0; from === 0 || from < hashes.length; from += ackHashes) {
      const ack: Ack = {
        n,
        ...(n > 0 && hash !== undefined ? { hash } : {}),
        evidence: hashes.slice(from, from + ackHashes),
      };
      this.#answer(node, ack);
    }
  }

  #answer(node: NodeId, word: Ack | CoverageAck | PartAck): void {
    this.#link.session
      ?.publish(new NodeTopics(this.#options.site, node).ack, JSON.stringify(word), { contentType: 'application/json' })
      .catch((error: unknown) => this.#log.debug({ node, reason: messageOf(error) }, 'acknowledgement not sent'));
  }

  #noteHealth(node: NodeId, payload: Buffer): void {
    // Names can be made up: at 1 MiB each, what strangers say of themselves would fill the memory.
    const known = this.#options.keys.has(node);
    const health = known && payload.length <= maxHealthBytes ? parseHealth(payload) : undefined;
    if (health === undefined) {
      this.#ignored.inc({ reason: 'health' });
      if (!known) this.#nameStranger(node);
      return;
    }
    if (this.#health.get(node)?.state !== health.state) this.#log.info({ node, state: health.state }, 'node health');
    this.#health.set(node, health);
    this.#register.noteState(node, health.state);
  }

  #nameStranger(node: NodeId): void {
    if (this.#strangers.has(node) || this.#strangers.size >= maxStrangers) return;
    this.#strangers.add(node);
    this.#log.warn({ node }, 'health of a node that has no key here: configure its key');
  }
}

function parseHealth(payload: Buffer): Health | undefined {
  try {
    return healthSchema.safeParse(JSON.parse(payload.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
