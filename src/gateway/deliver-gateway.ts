import type { QuarantineGate } from '../contracts/quarantine.ts';
import type { TicketIntake } from '../contracts/ticket-intake.ts';
import type { TransferReceiver, TransferReceiverStatus } from '../contracts/transfer.ts';
import type { TransferLedger } from '../contracts/transfer-ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { ContentStore } from '../lib/content-store.ts';
import { KeyRing, loadPublicKey, type SigningKey } from '../lib/keys.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { SpanSink } from '../lib/span-sink.ts';
import { CrossingAccount } from './deliver/crossing-account.ts';
import { Delivery } from './deliver/delivery.ts';
import { recheckRecord } from './deliver/recheck.ts';
import type { TransferReceiveConfig } from './transfer/config.ts';
import { makeReceiver } from './transfer/make-receiver.ts';
import { QuarantinedFiles } from './transfer/quarantined-files.ts';
import type { TrustBook } from './trust/trust-book.ts';

/** What the government network's half of the gateway needs. */
export interface DeliverGatewayOptions {
  readonly transfer: TransferReceiveConfig;
  /** This side's own key, as `transfer.keyFile` names it. */
  readonly key?: SigningKey | undefined;
  /** Evidence store of the government side, the desk's own. */
  readonly evidence: ContentStore;
  /** Whom to believe; started and stopped by the gateway. */
  readonly trust: TrustBook;
  /** The desk's door. */
  readonly intake: TicketIntake;
  /** The desk's memory of what crossed. */
  readonly ledger: TransferLedger;
  readonly clock: Clock;
  /** Takes the spans of alerts, where they are exported. */
  readonly spans?: SpanSink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Signed batch files → verified → the desk: everything on the government network's side of the border. */
export class DeliverGateway implements Service {
  readonly #trust: TrustBook;
  readonly #delivery: Delivery;
  readonly #receiver: TransferReceiver;
  readonly #files: QuarantinedFiles;
  readonly #account: CrossingAccount;

  constructor(options: DeliverGatewayOptions) {
    const { trust, transfer, key, evidence, intake, ledger, clock, spans, log, metrics } = options;
    const shared = { clock, log, metrics, ledger };
    this.#trust = trust;
    this.#delivery = new Delivery({ ...shared, ...(spans && { spans }), intake, keys: trust.nodeKeys, evidence });
    this.#files = new QuarantinedFiles({ ...transfer, keys: trust.senderKeys, clock });
    this.#receiver = makeReceiver(transfer, {
      ...shared,
      key,
      onGap: (gap) => this.#account.ask(gap),
      keys: trust.senderKeys,
      consumer: this.#delivery,
    });
    this.#account = new CrossingAccount({
      ...shared,
      ...transfer,
      key,
      evidence,
      consumer: this.#delivery,
      receiver: () => this.#receiver,
      operators: new KeyRing(transfer.operatorKeyFiles.map((file) => loadPublicKey(file))),
    });
  }

  /** What is waited for and what was refused. */
  status(): TransferReceiverStatus {
    return this.#receiver.status();
  }

  /** What people may do with what was refused. */
  get quarantine(): QuarantineGate {
    const files = this.#files;
    return {
      recheck: (line) => recheckRecord(line, this.#trust.nodeKeys),
      files: () => files.list(),
      file: (id) => files.get(id),
      recheckFile: (id) => files.recheck(id),
      releaseFile: (id) => files.release(id),
      discardFile: (id) => files.discard(id),
    };
  }

  /** @throws AppError MB_KEY_UNREADABLE, MB_TRUST: it takes nothing in before it knows whom to believe. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#trust.start(signal);
    this.#trust.onProblem((incident) => this.#delivery.note(incident));
    await this.#receiver.start(signal);
    await this.#account.start(signal);
  }

  async stop(): Promise<void> {
    await this.#trust.stop();
    await this.#account.stop();
    await this.#receiver.stop();
    await this.#delivery.settled();
  }
}
