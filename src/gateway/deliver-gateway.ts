import type { QuarantineGate } from '../contracts/quarantine.ts';
import type { TicketIntake } from '../contracts/ticket-intake.ts';
import type { TransferReceiver } from '../contracts/transfer.ts';
import type { Clock } from '../lib/clock.ts';
import type { ContentStore } from '../lib/content-store.ts';
import type { SigningKey } from '../lib/keys.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { SpanSink } from '../lib/span-sink.ts';
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

  constructor(options: DeliverGatewayOptions) {
    const { trust, transfer, key, evidence, intake, clock, spans, log, metrics } = options;
    const shared = { clock, log, metrics };
    this.#trust = trust;
    this.#delivery = new Delivery({ ...shared, ...(spans && { spans }), intake, keys: trust.nodeKeys, evidence });
    this.#files = new QuarantinedFiles({ ...transfer, keys: trust.senderKeys, clock });
    this.#receiver = makeReceiver(transfer, {
      ...shared,
      key,
      onGap: undefined,
      keys: trust.senderKeys,
      consumer: this.#delivery,
    });
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
  }

  async stop(): Promise<void> {
    await this.#trust.stop();
    await this.#receiver.stop();
    await this.#delivery.settled();
  }
}
