import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { NodeKeys } from '../../src/contracts/node-keys.ts';
import type { AlertDraft } from '../../src/domain/alert.ts';
import type { NodeId, SiteId } from '../../src/domain/ids.ts';
import { CoverageStore } from '../../src/edge/publish/coverage-store.ts';
import { MqttPublisher } from '../../src/edge/publish/mqtt-publisher.ts';
import { Outbox } from '../../src/edge/publish/outbox.ts';
import { Collector } from '../../src/gateway/collect/collector.ts';
import { CoverageLedger } from '../../src/gateway/collect/coverage-ledger.ts';
import { Journal } from '../../src/gateway/collect/journal.ts';
import { Delivery } from '../../src/gateway/deliver/delivery.ts';
import { Batcher } from '../../src/gateway/transfer/batcher.ts';
import { FileDropReceiver } from '../../src/gateway/transfer/file-drop-receiver.ts';
import { FileDropSender } from '../../src/gateway/transfer/file-drop-sender.ts';
import type { BrokerAccess } from '../../src/lib/broker-config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { KeyRing, SigningKey } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { alertDraft, storedEvidence } from './alert-draft.ts';
import { MemoryTicketIntake } from './memory-ticket-intake.ts';

/** Names every crossing in the tests uses. */
export const crossingSite = 'site-1' as SiteId;

/** Passwords of the crossing's broker users, by user name. */
export const crossingUsers = { gateway: 'gate-5521', 'edge-1': 'edge-7781', 'edge-2': 'edge-9914' } as const;

/** A signing key of its own. */
export function newSigningKey(): SigningKey {
  return new SigningKey(generateKeyPairSync('ed25519').privateKey);
}

const common = { clock: systemClock, log: createLogger('test') };

/** One node's end: outbox and publisher over a folder, which can be closed and opened again as after a restart. */
export class EdgeEnd {
  readonly node: NodeId;
  /** What it seals with once opened again; `outbox.signWith` changes it at work. */
  key = newSigningKey();
  readonly evidence: ContentStore;
  readonly #dir: string;
  readonly #url: string;
  outbox!: Outbox;
  coverage!: CoverageStore;
  publisher!: MqttPublisher;

  constructor(options: { dir: string; url: string; node?: string }) {
    this.node = (options.node ?? 'edge-1') as NodeId;
    this.#dir = join(options.dir, this.node);
    this.#url = options.url;
    this.evidence = new ContentStore(join(this.#dir, 'evidence'));
  }

  async open(): Promise<void> {
    const metrics = new Metrics();
    const identity = { site: crossingSite, node: this.node, evidence: this.evidence, metrics, ...common };
    this.outbox = new Outbox({ ...identity, path: join(this.#dir, 'outbox.db'), key: this.key, maxBytes: 1e9 });
    this.outbox.open();
    this.coverage = new CoverageStore({ path: join(this.#dir, 'coverage.db') });
    this.coverage.open();
    const password = crossingUsers[this.node as 'edge-1'];
    this.publisher = new MqttPublisher({
      ...identity,
      outbox: this.outbox,
      coverage: this.coverage,
      broker: { url: this.#url, username: this.node, password, retryMinMs: 50, retryMaxMs: 200 },
      ackTimeoutMs: 1_000,
      window: 16,
    });
    await this.publisher.start(new AbortController().signal);
  }

  async close(): Promise<void> {
    await this.publisher.stop();
    await this.outbox.close();
    this.coverage.close();
  }

  /** Appends alerts, each with one picture, and returns what was appended. */
  async append(count: number): Promise<AlertDraft[]> {
    const drafts: AlertDraft[] = [];
    for (let index = 0; index < count; index += 1) {
      const draft = alertDraft({ evidence: [await storedEvidence(this.evidence)] });
      this.outbox.append(draft);
      drafts.push(draft);
    }
    return drafts;
  }
}

/** The collecting side, which can be stopped and started again over the same journal. */
export class CollectEnd {
  /** What it signs with once opened again. */
  key = newSigningKey();
  readonly drop: string;
  readonly #dir: string;
  readonly #url: string;
  readonly #keys: NodeKeys;
  readonly #gapGraceMs: number;
  readonly #broker: BrokerAccess | undefined;
  journal!: Journal;
  coverage!: CoverageLedger;
  collector!: Collector;
  batcher!: Batcher;

  /** `broker`: another way in than the gateway's password. */
  constructor(options: {
    dir: string;
    url: string;
    keys: NodeKeys;
    drop?: string;
    gapGraceMs?: number;
    broker?: BrokerAccess;
  }) {
    this.#dir = join(options.dir, 'collect');
    this.drop = options.drop ?? join(options.dir, 'drop');
    this.#url = options.url;
    this.#keys = options.keys;
    this.#gapGraceMs = options.gapGraceMs ?? 60_000;
    this.#broker = options.broker;
  }

  async open(): Promise<void> {
    const metrics = new Metrics();
    const signal = new AbortController().signal;
    const evidence = new ContentStore(join(this.#dir, 'evidence'));
    this.journal = new Journal({ path: join(this.#dir, 'journal.db'), clock: systemClock });
    this.journal.open();
    this.coverage = new CoverageLedger({ path: join(this.#dir, 'coverage.db'), clock: systemClock });
    this.coverage.open();
    const sender = new FileDropSender({ dir: this.drop });
    this.batcher = new Batcher({
      source: this.journal,
      sender,
      key: this.key,
      evidence,
      spoolDir: join(this.#dir, 'spool'),
      maxAgeMs: 50,
      metrics,
      ...common,
    });
    this.collector = new Collector({
      site: crossingSite,
      broker: this.#broker ?? {
        url: this.#url,
        username: 'gateway',
        password: crossingUsers.gateway,
        retryMinMs: 50,
        retryMaxMs: 200,
      },
      keys: this.#keys,
      journal: this.journal,
      coverage: this.coverage,
      evidence,
      gapGraceMs: this.#gapGraceMs,
      metrics,
      ...common,
    });
    await this.batcher.start(signal);
    await this.collector.start(signal);
  }

  async close(): Promise<void> {
    await this.collector.stop();
    await this.batcher.stop();
    this.coverage.close();
    this.journal.close();
  }
}

/** The government side over an inbox folder, ending at a desk in memory that outlives it. */
export class DeliverEnd {
  readonly intake = new MemoryTicketIntake();
  readonly evidence: ContentStore;
  readonly dir: string;
  readonly inbox: string;
  readonly #keys: NodeKeys;
  readonly #senders: KeyRing;
  receiver!: FileDropReceiver;

  constructor(options: { dir: string; inbox: string; keys: NodeKeys; sender: SigningKey | KeyRing }) {
    this.dir = join(options.dir, 'deliver');
    this.inbox = options.inbox;
    this.evidence = new ContentStore(join(this.dir, 'evidence'));
    this.#keys = options.keys;
    const { sender } = options;
    this.#senders = sender instanceof KeyRing ? sender : new KeyRing([sender.publicPem()]);
  }

  get quarantine(): string {
    return join(this.dir, 'quarantine');
  }

  get archive(): string {
    return join(this.dir, 'archive');
  }

  async open(): Promise<void> {
    const metrics = new Metrics();
    const consumer = new Delivery({
      intake: this.intake,
      keys: this.#keys,
      evidence: this.evidence,
      metrics,
      ...common,
    });
    this.receiver = new FileDropReceiver({
      dir: this.inbox,
      archiveDir: this.archive,
      quarantineDir: this.quarantine,
      keys: this.#senders,
      consumer,
      pollMs: 30,
      settleMs: 0,
      gapReportMs: 100,
      metrics,
      ...common,
    });
    await this.receiver.start(new AbortController().signal);
  }

  async close(): Promise<void> {
    await this.receiver.stop();
  }
}
