import { BridgeTopics, type BridgeWord, bridgeWordSchema } from '../../contracts/bridge-topics.ts';
import { openDocument } from '../../contracts/signed-document.ts';
import type { SealedBatch, TransferSender } from '../../contracts/transfer.ts';
import type { BrokerAccess } from '../../lib/broker-config.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import { MqttLink, type MqttMessage, type MqttSession } from '../../lib/mqtt-link.ts';

/** What the sender needs. */
export interface MqttBridgeSenderOptions {
  readonly broker: BrokerAccess;
  /** `<key id>.<journal id>`, asked once the journal is open. */
  readonly senderId: () => string;
  /** Keys of the far side, whose word ends the wait. Undefined: one-way, and the broker's PUBACK ends it. */
  readonly farKeys?: KeyRing | undefined;
  /** Told of every signed document that comes back, unchecked. */
  readonly onDocument?: (text: string) => void;
  /** Bytes in one message; default 256 KiB, less where the broker says that it takes less (MQTT 5). */
  readonly pieceBytes?: number;
  /** How long a word is waited for before the batch goes again; default 30 s. */
  readonly wordTimeoutMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Pieces handed to the broker and not acknowledged by it. */
const window = 8;
/** A batch that lies on the far side's disk is asked after this often, by sending it again. */
const landedTimes = 10;

interface Waiting {
  readonly sha256: string;
  heard(word: BridgeWord): void;
}

/** Sends batches through a broker, in pieces of one message each. */
export class MqttBridgeSender implements TransferSender {
  readonly #options: MqttBridgeSenderOptions;
  readonly #log: Logger;
  readonly #waiting = new Map<number, Set<Waiting>>();
  readonly #stopping = new AbortController();
  /** Aborted when the connection is lost. */
  #connection = new AbortController();
  #link: MqttLink | undefined;
  #topics = new BridgeTopics('');

  constructor(options: MqttBridgeSenderOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /** Resolves at once: a broker that is down is waited for. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#link !== undefined) return;
    const { broker, senderId, farKeys, clock, log } = this.#options;
    this.#topics = new BridgeTopics(senderId());
    this.#link = new MqttLink({
      broker,
      clientId: `${senderId()}.bridge-out`,
      subscribe: farKeys === undefined ? [] : [this.#topics.word, this.#topics.document],
      onMessage: (message) => this.#heard(message),
      // Words said meanwhile are lost: what is waited for is asked for again, by sending it again.
      onDisconnected: () => {
        this.#connection.abort();
        this.#connection = new AbortController();
      },
      clock,
      log,
    });
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    await this.#link.start(signal);
  }

  /** Ends the wait for the far side's word: the batches stay with whoever sends. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#link?.stop();
  }

  /**
   * Rejects with MB_BROKER_UNREACHABLE or MB_TRANSFER_UNREACHABLE when it did not get there, and with
   * MB_BATCH_INVALID when the far side refuses it.
   */
  async send(batch: SealedBatch): Promise<void> {
    const session = this.#link?.session;
    if (session === undefined) throw new AppError('MB_BROKER_UNREACHABLE', 'not connected to the bridge’s broker');
    if (this.#options.farKeys === undefined) return this.#publish(session, batch);
    const enough = new AbortController();
    const word = this.#word(batch, enough.signal);
    // It may fail while the pieces are still being published, before anybody waits for it.
    word.catch(() => {});
    try {
      await this.#publish(session, batch);
      await word;
    } finally {
      enough.abort();
    }
  }

  async #publish(session: MqttSession, { sender, number, sha256, bytes }: SealedBatch): Promise<void> {
    const topics = new BridgeTopics(sender);
    const pieceBytes = Math.max(1, Math.min(this.#options.pieceBytes ?? 262_144, session.maxPayloadBytes));
    const under = new Set<Promise<void>>();
    for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
      if (this.#stopping.signal.aborted) break;
      const topic = topics.piece({ number, sha256, offset, total: bytes.length });
      const published = session.publish(topic, bytes.subarray(offset, offset + pieceBytes), {
        contentType: 'application/octet-stream',
      });
      under.add(published);
      published.then(
        () => under.delete(published),
        () => {},
      );
      if (under.size >= window) await Promise.race(under);
    }
    await Promise.all(under);
    if (this.#stopping.signal.aborted) throw new AppError('MB_TRANSFER_UNREACHABLE', 'the sender is stopped');
  }

  /** Settles with the far side's word on a batch. */
  async #word({ number, sha256 }: SealedBatch, ended: AbortSignal): Promise<void> {
    const { wordTimeoutMs = 30_000 } = this.#options;
    const words: BridgeWord[] = [];
    const lost = this.#connection.signal;
    let wake = () => {};
    const waiting: Waiting = {
      sha256,
      heard: (word) => {
        words.push(word);
        wake();
      },
    };
    const others = this.#waiting.get(number) ?? new Set();
    this.#waiting.set(number, others.add(waiting));
    try {
      let timeoutMs = wordTimeoutMs;
      for (;;) {
        const word = words.shift();
        if (word === undefined) {
          const news = new AbortController();
          wake = () => news.abort();
          const signal = AbortSignal.any([news.signal, ended, lost, this.#stopping.signal]);
          await sleep(this.#options.clock, timeoutMs, signal);
          if (news.signal.aborted) continue;
          throw new AppError('MB_TRANSFER_UNREACHABLE', `no word of batch ${number} from the far side`);
        }
        if (word.outcome === 'taken' || word.outcome === 'replayed') return;
        if (word.outcome === 'landed') timeoutMs = wordTimeoutMs * landedTimes;
        else throw refusedBy(word);
      }
    } finally {
      others.delete(waiting);
      if (others.size === 0) this.#waiting.delete(number);
    }
  }

  #heard({ topic, payload }: MqttMessage): void {
    const { farKeys, onDocument } = this.#options;
    const text = payload.toString('utf8');
    if (topic === this.#topics.document) onDocument?.(text);
    if (farKeys === undefined || topic !== this.#topics.word) return;
    const opened = openDocument(text, bridgeWordSchema, farKeys, this.#options.clock.now());
    if (!opened.ok) {
      this.#log.warn({ reason: opened.reason }, 'a word on the bridge is not believed');
      return;
    }
    for (const each of [...(this.#waiting.get(opened.document.number) ?? [])]) {
      if (each.sha256 === opened.document.sha256) each.heard(opened.document);
    }
  }
}

function refusedBy({ number, outcome, fault, detail }: BridgeWord): AppError {
  if (outcome === 'refused') {
    return new AppError('MB_BATCH_INVALID', `the far side refused batch ${number}: ${fault}: ${detail}`);
  }
  return new AppError('MB_TRANSFER_UNREACHABLE', `batch ${number} did not arrive whole: ${detail}`);
}
