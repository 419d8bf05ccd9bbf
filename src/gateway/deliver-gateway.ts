import type { TicketIntake } from '../contracts/ticket-intake.ts';
import type { TransferReceiver } from '../contracts/transfer.ts';
import type { Clock } from '../lib/clock.ts';
import type { ContentStore } from '../lib/content-store.ts';
import { KeyRing, loadPublicKey, type SigningKey } from '../lib/keys.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import { loadNodeKeys } from './collect-gateway.ts';
import type { DeliverConfig } from './deliver/config.ts';
import { Delivery } from './deliver/delivery.ts';
import type { TransferReceiveConfig } from './transfer/config.ts';
import { makeReceiver } from './transfer/make-receiver.ts';

/** What the government network's half of the gateway needs. */
export interface DeliverGatewayOptions {
  readonly deliver: DeliverConfig;
  readonly transfer: TransferReceiveConfig;
  /** This side's own key, as `transfer.keyFile` names it. */
  readonly key?: SigningKey | undefined;
  /** Evidence store of the government side, the desk's own. */
  readonly evidence: ContentStore;
  /** The desk's door. */
  readonly intake: TicketIntake;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Signed batch files → verified → the desk: everything on the government network's side of the border. */
export class DeliverGateway implements Service {
  readonly #receiver: TransferReceiver;

  constructor(options: DeliverGatewayOptions) {
    const { deliver, transfer, key, evidence, intake, clock, log, metrics } = options;
    const shared = { clock, log, metrics };
    this.#receiver = makeReceiver(transfer, {
      ...shared,
      key,
      onGap: undefined,
      keys: new KeyRing(transfer.senderKeyFiles.map((file) => loadPublicKey(file))),
      consumer: new Delivery({
        ...shared,
        intake,
        keys: loadNodeKeys(deliver.nodes),
        evidence,
      }),
    });
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#receiver.start(signal);
  }

  stop(): Promise<void> {
    return this.#receiver.stop();
  }
}
