import { join } from 'node:path';
import type { BatchConsumer, TransferReceiver } from '../../contracts/transfer.ts';
import type { TransferLedger } from '../../contracts/transfer-ledger.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { KeyRing, SigningKey } from '../../lib/keys.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { Orders } from './orders.ts';
import { Reconciler } from './reconciler.ts';
import { ResendRequests } from './resend-requests.ts';

/** What keeping account of the crossing needs. */
export interface CrossingAccountOptions {
  /** Of this side; without it nothing can be signed, and only orders are carried out. */
  readonly key: SigningKey | undefined;
  readonly operators: KeyRing;
  readonly reportDir: string;
  readonly reportsKept: number;
  readonly reconcileEveryMs: number;
  readonly consumer: BatchConsumer;
  /** Asked for once it runs. */
  readonly receiver: () => TransferReceiver;
  readonly ledger: TransferLedger;
  readonly evidence: ContentStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** How often the operator's orders are looked for. */
const ordersEveryMs = 1_000;

/** Reconciles at its cadence, asks for what does not come, and does what an operator orders. */
export class CrossingAccount implements Service {
  readonly #options: CrossingAccountOptions;
  readonly #reconciler: Reconciler | undefined;
  readonly #requests: ResendRequests | undefined;
  readonly #orders: Orders;
  readonly #stopping = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(options: CrossingAccountOptions) {
    this.#options = options;
    const { key, reportDir, operators } = options;
    const receiver: Pick<TransferReceiver, 'waiting' | 'sendBack' | 'look'> = {
      waiting: () => options.receiver().waiting(),
      sendBack: (sender, text) => options.receiver().sendBack(sender, text),
      look: () => options.receiver().look(),
    };
    this.#reconciler = key && new Reconciler({ ...options, key, receiver });
    const sendBack = (sender: string, text: string) => receiver.sendBack(sender, text);
    this.#requests = key && new ResendRequests({ ...options, key, sendBack });
    const reconcile = () => this.#reconcile();
    this.#orders = new Orders({ ...options, dir: join(reportDir, 'orders'), operators, receiver, reconcile });
  }

  /** Asks the sender for batches that did not come. */
  ask(gap: { readonly sender: string; readonly from: number; readonly to: number }): void {
    this.#requests?.ask(gap);
  }

  async start(signal: AbortSignal): Promise<void> {
    const { key, log, reconcileEveryMs } = this.#options;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    if (key === undefined) log.warn('transfer.keyFile is not set: no reconciliation reports, no resend requests');
    this.#running ??= Promise.all([
      this.#every(reconcileEveryMs, 'reconciliation', async () => void (await this.#reconciler?.run())),
      this.#every(ordersEveryMs, 'orders', () => this.#orders.look()),
    ]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#requests?.settled();
  }

  async #reconcile() {
    if (this.#reconciler !== undefined) return this.#reconciler.run();
    throw new AppError('MB_CONFIG_INVALID', 'transfer.keyFile: a key is needed to sign a report');
  }

  /** Does something again and again; what fails is told, and tried at the next turn. */
  async #every(ms: number, what: string, work: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    for (;;) {
      await sleep(clock, ms, signal);
      if (signal.aborted) return;
      await work().catch((error: unknown) => log.warn({ reason: messageOf(error) }, `${what} failed; tried again`));
    }
  }
}
