import { dirname, join } from 'node:path';
import type { SiteId } from '../domain/ids.ts';
import { brokerAccess } from '../lib/broker-config.ts';
import type { Clock } from '../lib/clock.ts';
import type { ClockWord } from '../lib/clock-state.ts';
import { ContentStore } from '../lib/content-store.ts';
import { KeyRing, loadPublicKey, type SigningKey } from '../lib/keys.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { MqttVersion } from '../lib/mqtt-link.ts';
import type { SpanSink } from '../lib/span-sink.ts';
import { Collector } from './collect/collector.ts';
import type { CollectConfig } from './collect/config.ts';
import { CoverageLedger } from './collect/coverage-ledger.ts';
import { Journal } from './collect/journal.ts';
import { Batcher, type CrossingStall } from './transfer/batcher.ts';
import type { TransferSendConfig } from './transfer/config.ts';
import { type EgressState, PolicySource } from './transfer/egress/policy-source.ts';
import { makeSender } from './transfer/make-sender.ts';
import { ReturnDesk } from './transfer/return-desk.ts';
import { TrustBook } from './trust/trust-book.ts';

/** What the video network's half of the gateway needs. */
export interface CollectGatewayOptions {
  readonly collect: CollectConfig;
  readonly transfer: TransferSendConfig;
  /** The gateway's own key, as `transfer.keyFile` names it. */
  readonly key: SigningKey;
  readonly clock: Clock;
  /** State of this machine's clock, where somebody watches it. */
  readonly clockSync?: ClockWord | undefined;
  /** Takes the spans of alerts, where they are exported. */
  readonly spans?: SpanSink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Broker → journal → signed batch files: everything on the video network's side of the border. */
export class CollectGateway implements Service {
  readonly #trust: TrustBook;
  readonly #journal: Journal;
  readonly #coverage: CoverageLedger;
  readonly #collector: Collector;
  readonly #batcher: Batcher;
  readonly #returns: ReturnDesk;
  readonly #egress: PolicySource;
  #stopping: Promise<void> | undefined;

  constructor(options: CollectGatewayOptions) {
    const { collect, transfer, key, clock, clockSync, log, metrics } = options;
    const evidence = new ContentStore(collect.evidenceDir);
    const shared = { clock, log, metrics, evidence };
    this.#journal = new Journal({
      path: collect.journalPath,
      quarantineRows: collect.quarantineRows,
      clock,
      clockSync,
    });
    this.#trust = new TrustBook({ nodes: collect.nodes, trust: collect.trust, clock, log, metrics });
    const coveragePath = collect.coveragePath ?? join(dirname(collect.journalPath), 'coverage.db');
    this.#coverage = new CoverageLedger({ path: coveragePath, keepDays: collect.coverageKeepDays, clock, clockSync });
    this.#collector = new Collector({
      ...shared,
      ...(options.spans && { spans: options.spans }),
      site: collect.site as SiteId,
      broker: brokerAccess(collect.broker, 'collect.broker'),
      keys: this.#trust.nodeKeys,
      journal: this.#journal,
      coverage: this.#coverage,
      gapGraceMs: collect.gapGraceMs,
      maxEvidenceBytes: collect.maxEvidenceBytes,
    });
    this.#egress = new PolicySource({ file: transfer.egressPolicyFile, log, metrics });
    const farKeys = new KeyRing(transfer.deliverKeyFiles.map((file) => loadPublicKey(file)));
    this.#returns = new ReturnDesk({
      clock,
      log,
      metrics,
      farKeys,
      dir: transfer.returnDir,
      senderId: () => this.#batcher.senderId,
      resend: (batches) => this.#batcher.resend(batches),
      maxAgeMs: transfer.resendMaxAgeMs,
    });
    this.#batcher = new Batcher({
      ...shared,
      clockSync,
      egress: this.#egress,
      source: this.#journal,
      sender: makeSender(transfer, {
        clock,
        log,
        senderId: () => this.#batcher.senderId,
        farKeys,
        onDocument: (text) => this.#returns.hand(text),
      }),
      key,
      spoolDir: transfer.spoolDir,
      spoolMaxBytes: transfer.spoolMaxBytes,
      maxRecords: transfer.batchMaxRecords,
      maxBytes: transfer.batchMaxBytes,
      maxAgeMs: transfer.batchMaxAgeMs,
      statementEveryMs: transfer.statementEveryMs,
    });
  }

  /** Negotiated MQTT version while connected. */
  get mqttVersion(): MqttVersion | undefined {
    return this.#collector.mqttVersion;
  }

  /** What may cross at this moment, or why nothing does; how many alerts were refused and wait in quarantine. */
  get egress(): EgressState & { readonly held: number } {
    this.#egress.current();
    return { ...this.#egress.state, held: this.#journal.egress.count };
  }

  /** The batch that does not get there, or cannot be made; undefined while none waits. */
  get crossing(): CrossingStall | undefined {
    return this.#batcher.stall;
  }

  /** Key files that cannot be believed. */
  get trustProblems(): readonly string[] {
    return this.#trust.problems;
  }

  /** @throws AppError MB_KEY_UNREADABLE, MB_TRUST: it takes nothing in before it knows whom to believe. */
  async start(signal: AbortSignal): Promise<void> {
    this.#trust.load();
    this.#journal.open();
    this.#coverage.open();
    this.#trust.onProblem((incident) => this.#journal.note(incident));
    await this.#trust.start(signal);
    await this.#batcher.start(signal);
    await this.#returns.start(signal);
    await this.#collector.start(signal);
  }

  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      await this.#trust.stop();
      await this.#collector.stop();
      // A batch that is sent again ends with the sender.
      await Promise.all([this.#batcher.stop(), this.#returns.stop()]);
      this.#coverage.close();
      this.#journal.close();
    })();
    return this.#stopping;
  }
}
