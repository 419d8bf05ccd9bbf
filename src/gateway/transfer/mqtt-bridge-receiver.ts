import { BridgeTopics, type BridgeWord, everyPiece, parsePiece } from '../../contracts/bridge-topics.ts';
import { signDocument } from '../../contracts/signed-document.ts';
import type { TransferReceiver, TransferReceiverStatus, WaitingBatches } from '../../contracts/transfer.ts';
import { Backoff } from '../../lib/backoff.ts';
import type { BrokerAccess } from '../../lib/broker-config.ts';
import { sleep } from '../../lib/clock.ts';
import { isStorageError } from '../../lib/durable-sqlite.ts';
import { messageOf } from '../../lib/errors.ts';
import type { SigningKey } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter } from '../../lib/metrics.ts';
import { MqttLink, type MqttMessage } from '../../lib/mqtt-link.ts';
import { BatchInbox, type BatchInboxOptions, type SettledBatch } from './batch-inbox.ts';
import { BridgePieces } from './bridge-pieces.ts';
import { WireLanding } from './wire-landing.ts';

/** What the receiver needs. */
export interface MqttBridgeReceiverOptions extends BatchInboxOptions {
  readonly broker: BrokerAccess;
  /** Name of this receiver at the broker; the same after a restart, so that the broker keeps what came meanwhile. */
  readonly clientId: string;
  /** Signs the words that go back. Undefined: one-way, nothing is ever published. */
  readonly wordKey?: SigningKey | undefined;
  /** How long the broker keeps pieces while this side is away; default 7 days. */
  readonly sessionExpiryMs?: number;
  /** Batches that may lie in the inbox before more are left unanswered; default 1,000. */
  readonly maxWaiting?: number;
}

const weekMs = 604_800_000;
/** Pieces the broker sends before the first of them is on disk: a few mebibytes of memory. */
const piecesUnderWay = 16;

/** Receives batches through a broker: pieces to disk, whole batches to the inbox, a signed word back where it may. */
export class MqttBridgeReceiver implements TransferReceiver {
  readonly #options: MqttBridgeReceiverOptions;
  readonly #log: Logger;
  readonly #inbox: BatchInbox;
  readonly #landing: WireLanding;
  readonly #pieces: BridgePieces;
  readonly #link: MqttLink;
  readonly #ignored: Counter<'reason'>;
  /** The piece being taken, and those that wait for it. */
  #taking: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  constructor(options: MqttBridgeReceiverOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#ignored = options.metrics.counter('maplebridge_transfer_pieces_ignored_total', 'Pieces not taken', [
      'reason',
    ]);
    this.#inbox = new BatchInbox({
      ...options,
      // What lies there is whole: it was checked against its hash before it got its name.
      settleMs: 0,
      onSettled: (settled) => {
        options.onSettled?.(settled);
        this.#tell(settled);
      },
    });
    this.#landing = new WireLanding({ ...options, inbox: this.#inbox });
    this.#pieces = new BridgePieces({ dir: options.dir, landing: this.#landing });
    this.#link = new MqttLink({
      broker: options.broker,
      clientId: options.clientId,
      subscribe: [everyPiece],
      sessionExpiryMs: options.sessionExpiryMs ?? weekMs,
      keepSession: true,
      receiveMaximum: piecesUnderWay,
      onMessage: (message) => this.#receive(message),
      clock: options.clock,
      log: options.log,
    });
  }

  /** Whether the broker has this side's subscription. */
  get connected(): boolean {
    return this.#link.session !== undefined;
  }

  /** Resolves at once, broker or not. Rejects when the folders cannot be made. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#landing.prepare();
    await this.#pieces.open();
    await this.#inbox.start(signal);
    await this.#link.start(signal);
    signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  /** Finishes the file being taken in, and tells of it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#taking;
    await this.#inbox.stop();
    await this.#link.stop();
  }

  status(): TransferReceiverStatus {
    return this.#inbox.status();
  }

  waiting(): Promise<readonly WaitingBatches[]> {
    return this.#inbox.waiting();
  }

  look(): void {
    this.#inbox.look();
  }

  async sendBack(sender: string, text: string): Promise<boolean> {
    const { session } = this.#link;
    if (this.#options.wordKey === undefined || session === undefined) return false;
    await session.publish(new BridgeTopics(sender).document, text, { contentType: 'application/json' });
    return true;
  }

  /**
   * One after another, also where a new connection brings what an old one is still at. What comes once this side is
   * stopping is never acknowledged: the broker brings it again at the next start.
   */
  #receive(message: MqttMessage): Promise<void> {
    const done = this.#taking.then(() => this.#takeUntilDone(message));
    this.#taking = done.then(
      () => {},
      () => {},
    );
    return done.then((taken) => (taken ? undefined : new Promise(() => {})));
  }

  /** A piece that the disk does not take would be gone once acknowledged. False: not taken when this side stopped. */
  async #takeUntilDone(message: MqttMessage): Promise<boolean> {
    const backoff = new Backoff({ minMs: 500, maxMs: 30_000 });
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#take(message);
        return true;
      } catch (error) {
        if (!isStorageError(error)) throw error;
        const delayMs = backoff.next();
        this.#log.error({ reason: messageOf(error), delayMs }, 'piece not written; it is tried again');
        await sleep(this.#options.clock, delayMs, signal);
      }
    }
    return false;
  }

  /** The broker is acknowledged, and sends the next, when this is done: the disk sets the pace. */
  async #take({ topic, payload }: MqttMessage): Promise<void> {
    const piece = parsePiece(topic);
    if (piece === undefined) return this.#ignored.inc({ reason: 'topic' });
    const { sender, number, sha256, total } = piece;
    if (!this.#options.keys.knows(sender.slice(0, 16))) return this.#ignored.inc({ reason: 'unknown-key' });
    const refusal = await this.#landing.refusal({ sender, number, sha256, size: total });
    if (refusal !== undefined) {
      this.#ignored.inc({ reason: 'bounds' });
      this.#log.warn({ sender, number, reason: refusal }, 'batch on the bridge not let in');
      return;
    }
    const landed = await this.#pieces.take(piece, payload);
    if (landed === undefined) return;
    const outcome = landed === 'landed' ? 'landed' : 'damaged';
    const detail = landed === 'occupied' ? 'other bytes of this number wait already' : landed;
    this.#say({ sender, number, sha256, outcome, fault: '', detail });
  }

  #tell({ sender, number, sha256, result }: SettledBatch): void {
    if (sha256 === undefined) return;
    const { fault, detail } = result.outcome === 'refused' ? result : { fault: '', detail: '' };
    this.#say({ sender, number, sha256, outcome: result.outcome, fault, detail });
  }

  #say(word: Omit<BridgeWord, 'kind' | 'format'>): void {
    const { wordKey } = this.#options;
    const { session } = this.#link;
    if (wordKey === undefined || session === undefined) return;
    const signed = signDocument({ kind: 'transfer-word', format: 1, ...word } satisfies BridgeWord, wordKey);
    // A word that is lost is asked for again, by the batch coming again.
    session
      .publish(new BridgeTopics(word.sender).word, JSON.stringify(signed), { contentType: 'application/json' })
      .catch((error: unknown) => this.#log.debug({ number: word.number, reason: messageOf(error) }, 'word not sent'));
  }
}
