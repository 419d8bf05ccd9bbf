import * as grpc from '@grpc/grpc-js';
import type { SealedBatch, TransferSender } from '../../contracts/transfer.ts';
import { Backoff } from '../../lib/backoff.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import {
  type BatchAnswer,
  chunkBytes,
  grpcMessages,
  loadTransferService,
  maxMessageBytes,
  type SendRequest,
} from './grpc-service.ts';
import { isLoopback, type TlsIdentity } from './tls-identity.ts';

/** What the sender needs. */
export interface GrpcSenderOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined only on loopback. */
  readonly tls: TlsIdentity | undefined;
  /** Name in the server's certificate, where it is not `host`. */
  readonly serverName?: string | undefined;
  /** Whose documents are listened for: `<key id>.<journal id>`, asked once the journal is open. */
  readonly senderId: () => string;
  /** Told of every signed document that comes back, unchecked. */
  readonly onDocument?: (text: string) => void;
  /** Deadline of one call; default 60 s. */
  readonly callTimeoutMs?: number;
  /** Pauses between tries to connect; default 0.5 s to 30 s. */
  readonly retryMinMs?: number;
  readonly retryMaxMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

type Callback = (error: grpc.ServiceError | null, value?: unknown) => void;

/** The three calls of transfer.proto as the library makes them. */
interface TransferClient extends grpc.Client {
  Send(options: grpc.CallOptions, callback: Callback): grpc.ClientWritableStream<SendRequest>;
  Ask(request: object, options: grpc.CallOptions, callback: Callback): grpc.ClientUnaryCall;
  Listen(request: object): grpc.ClientReadableStream<unknown>;
}

/** The calling half of the two-way mode: `send` resolves when the far side's desk has the batch. */
export class GrpcSender implements TransferSender {
  readonly #options: GrpcSenderOptions;
  readonly #log: Logger;
  readonly #calls = new Set<{ cancel(): void }>();
  readonly #stopping = new AbortController();
  #client: TransferClient | undefined;
  #listening: Promise<void> | undefined;

  constructor(options: GrpcSenderOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /** Resolves at once: a far side that is down is waited for. @throws AppError MB_CONFIG_INVALID for plaintext beyond loopback. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#client !== undefined) return;
    const { host, port, tls, serverName, retryMinMs = 500, retryMaxMs = 30_000 } = this.#options;
    if (tls === undefined && !isLoopback(host)) {
      throw new AppError(
        'MB_CONFIG_INVALID',
        `transfer.connect: ${host} is not loopback, so certificates (tls) are needed`,
      );
    }
    const credentials =
      tls === undefined ? grpc.credentials.createInsecure() : grpc.credentials.createSsl(tls.ca, tls.key, tls.cert);
    const Transfer = loadTransferService();
    this.#client = new Transfer(`${host}:${port}`, credentials, {
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      'grpc.keepalive_permit_without_calls': 1,
      'grpc.initial_reconnect_backoff_ms': retryMinMs,
      'grpc.max_reconnect_backoff_ms': retryMaxMs,
      // Connections are not shared with another sender of this process, whose certificate may differ.
      'grpc.use_local_subchannel_pool': 1,
      ...(serverName === undefined ? {} : { 'grpc.ssl_target_name_override': serverName }),
    }) as unknown as TransferClient;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#listening = this.#options.onDocument === undefined ? Promise.resolve() : this.#listen();
  }

  /** Ends the calls under way: their batches stay with whoever sends. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const call of this.#calls) call.cancel();
    await this.#listening;
    this.#client?.close();
  }

  /**
   * Rejects with MB_TRANSFER_UNREACHABLE when the far side cannot be reached or does not answer, and with
   * MB_BATCH_INVALID when it refuses the batch.
   */
  async send(batch: SealedBatch): Promise<void> {
    let answer = await this.#upload(batch);
    const { sender, number, sha256 } = batch;
    // On the far side's disk: its desk is down, or an earlier batch is missing there. The bytes need not go again.
    while (answer.outcome === 'OUTCOME_LANDED') {
      answer = await this.#call((client, options, callback) =>
        client.Ask({ sender, number, sha256 }, options, callback),
      );
    }
    if (answer.outcome === 'OUTCOME_TAKEN' || answer.outcome === 'OUTCOME_REPLAYED') return;
    const { fault, detail } = answer;
    if (answer.outcome === 'OUTCOME_REFUSED') {
      throw new AppError('MB_BATCH_INVALID', `the far side refused batch ${number}: ${fault}: ${detail}`);
    }
    throw new AppError('MB_TRANSFER_UNREACHABLE', `the far side does not have batch ${number}: ${detail || fault}`);
  }

  #upload({ sender, number, sha256, bytes }: SealedBatch): Promise<BatchAnswer> {
    return this.#call((client, options, callback) => {
      const call = client.Send(options, callback);
      // What ends the call is told to the callback as well.
      call.on('error', () => {});
      void writeAll(call, { sender, number, sha256, size: bytes.length }, bytes);
      return call;
    });
  }

  #call(
    begin: (client: TransferClient, options: grpc.CallOptions, callback: Callback) => { cancel(): void },
  ): Promise<BatchAnswer> {
    const client = this.#client;
    if (client === undefined || this.#stopping.signal.aborted) {
      return Promise.reject(new AppError('MB_TRANSFER_UNREACHABLE', 'the sender is stopped'));
    }
    const deadline = this.#options.clock.now() + (this.#options.callTimeoutMs ?? 60_000);
    return new Promise((resolve, reject) => {
      const call = begin(client, { deadline }, (error, value) => {
        this.#calls.delete(call);
        const parsed = grpcMessages.SendResponse.safeParse(value);
        if (error === null && parsed.success) resolve(parsed.data);
        else reject(new AppError('MB_TRANSFER_UNREACHABLE', reasonOf(error), { cause: error }));
      });
      this.#calls.add(call);
    });
  }

  /** Keeps a call open on which signed documents come back. */
  async #listen(): Promise<void> {
    const { clock, senderId, retryMinMs = 500, retryMaxMs = 30_000 } = this.#options;
    const backoff = new Backoff({ minMs: retryMinMs, maxMs: retryMaxMs });
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(senderId(), () => backoff.reset());
      } catch (error) {
        this.#log.debug({ reason: messageOf(error) }, 'way back closed');
      }
      await sleep(clock, backoff.next(), signal);
    }
  }

  #listenOnce(sender: string, onHeard: () => void): Promise<void> {
    const client = this.#client;
    if (client === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const call = client.Listen({ sender });
      this.#calls.add(call);
      call.on('data', (message: unknown) => {
        onHeard();
        const parsed = grpcMessages.ListenResponse.safeParse(message);
        if (parsed.success) this.#options.onDocument?.(parsed.data.document);
      });
      call.on('error', reject);
      call.on('close', () => {
        this.#calls.delete(call);
        resolve();
      });
    });
  }
}

/** Head, then pieces, each when the connection has room for it. */
async function writeAll(
  call: grpc.ClientWritableStream<SendRequest>,
  head: { sender: string; number: number; sha256: string; size: number },
  bytes: Uint8Array,
): Promise<void> {
  call.write({ head });
  for (let at = 0; at < bytes.length && !call.destroyed; at += chunkBytes) {
    const room = call.write({ chunk: bytes.subarray(at, at + chunkBytes) });
    if (!room) await drained(call);
  }
  call.end();
}

function drained(call: grpc.ClientWritableStream<SendRequest>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error', 'status'] as const) call.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error', 'status'] as const) call.on(event, done);
  });
}

function reasonOf(error: grpc.ServiceError | null): string {
  return error === null ? 'the far side gave an answer that is none' : `${grpc.status[error.code]}: ${error.details}`;
}
