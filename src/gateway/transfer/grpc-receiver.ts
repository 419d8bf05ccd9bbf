import * as grpc from '@grpc/grpc-js';
import type {
  BatchOutcome,
  TransferReceiver,
  TransferReceiverStatus,
  WaitingBatches,
} from '../../contracts/transfer.ts';
import { sleep } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter } from '../../lib/metrics.ts';
import { BatchInbox, type BatchInboxOptions } from './batch-inbox.ts';
import { type BatchAnswer, grpcMessages, loadTransferService, maxMessageBytes } from './grpc-service.ts';
import { Settlements } from './settlements.ts';
import { isLoopback, type TlsIdentity } from './tls-identity.ts';
import { type AnnouncedBatch, type IncomingBatch, WireLanding } from './wire-landing.ts';

/** What the receiver needs. */
export interface GrpcReceiverOptions extends BatchInboxOptions {
  readonly host: string;
  /** 0 lets the system choose; `address` tells. */
  readonly port: number;
  /** Undefined only on loopback. */
  readonly tls: TlsIdentity | undefined;
  /** Certificates that may call, and the key id each may send for; without the list all of the authority's may. */
  readonly clients?: readonly GrpcClientRight[] | undefined;
  /** How long a call waits for the desk before it says that the batch has landed; default 10 s. */
  readonly waitMs?: number;
  /** Batches that may lie in the inbox before more are refused; default 1,000. */
  readonly maxWaiting?: number;
}

/** What a client certificate may do. */
export interface GrpcClientRight {
  /** SHA-256 of the certificate, with colons, upper case. */
  readonly fingerprint: string;
  /** Key id of the gateway it may send for. */
  readonly senderKeyId: string;
}

type AnyCall =
  | grpc.ServerUnaryCall<unknown, unknown>
  | grpc.ServerReadableStream<unknown, unknown>
  | grpc.ServerWritableStream<unknown, unknown>;
type Answer = (error: Partial<grpc.StatusObject> | null, value?: unknown) => void;

/** A client sends one batch at a time, and a resent one beside it. */
const maxCallsPerConnection = 16;

/**
 * The serving half of the two-way mode. A batch is written to disk as it comes, checked against its hash, put into the
 * inbox, and acknowledged only when the inbox's consumer has it.
 */
export class GrpcReceiver implements TransferReceiver {
  readonly #options: GrpcReceiverOptions;
  readonly #log: Logger;
  readonly #inbox: BatchInbox;
  readonly #landing: WireLanding;
  readonly #settlements = new Settlements();
  readonly #listeners = new Map<string, Set<grpc.ServerWritableStream<unknown, unknown>>>();
  readonly #refused: Counter<'reason'>;
  readonly #stopping = new AbortController();
  #server: grpc.Server | undefined;
  #port = 0;

  constructor(options: GrpcReceiverOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#refused = options.metrics.counter('maplebridge_transfer_calls_refused_total', 'Calls refused', ['reason']);
    this.#inbox = new BatchInbox({
      ...options,
      // What lies there is whole: it was checked against its hash before it got its name.
      settleMs: 0,
      onSettled: (settled) => {
        options.onSettled?.(settled);
        this.#settlements.note(settled);
      },
    });
    this.#landing = new WireLanding({ ...options, inbox: this.#inbox });
  }

  /** `host:port`, once started. */
  get address(): string {
    return `${this.#options.host}:${this.#port}`;
  }

  /** @throws AppError MB_CONFIG_INVALID when it cannot listen, or would in plaintext beyond loopback. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#server !== undefined) return;
    const { host, tls } = this.#options;
    if (tls === undefined && !isLoopback(host)) {
      throw new AppError(
        'MB_CONFIG_INVALID',
        `transfer.listen: ${host} is not loopback, so certificates (tls) are needed`,
      );
    }
    await this.#landing.prepare();
    this.#server = await this.#listenOn();
    await this.#inbox.start(signal);
    this.#log.info({ address: this.address, tls: tls !== undefined }, 'transfer server listens');
    signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  /** Finishes the file being taken in; calls under way end, and their batches come again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#server?.forceShutdown();
    await this.#inbox.stop();
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
    const calls = this.#listeners.get(sender);
    for (const call of calls ?? []) call.write({ document: text });
    return calls !== undefined;
  }

  async #listenOn(): Promise<grpc.Server> {
    const { host, port, tls } = this.#options;
    const server = new grpc.Server({
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_concurrent_streams': maxCallsPerConnection,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
    });
    server.addService(loadTransferService().service, {
      Send: (call: grpc.ServerReadableStream<unknown, unknown>, answer: Answer) =>
        this.#answer(answer, this.#receive(call)),
      Ask: (call: grpc.ServerUnaryCall<unknown, unknown>, answer: Answer) => this.#answer(answer, this.#ask(call)),
      Listen: (call: grpc.ServerWritableStream<unknown, unknown>) => this.#listen(call),
    });
    const credentials =
      tls === undefined
        ? grpc.ServerCredentials.createInsecure()
        : grpc.ServerCredentials.createSsl(tls.ca, [{ private_key: tls.key, cert_chain: tls.cert }], true);
    try {
      this.#port = await new Promise<number>((resolve, reject) => {
        server.bindAsync(`${host}:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
      });
      return server;
    } catch (error) {
      server.forceShutdown();
      const message = `transfer.listen: cannot listen on ${host}:${port}: ${messageOf(error)}`;
      throw new AppError('MB_CONFIG_INVALID', message, { cause: error });
    }
  }

  /** Whatever a client sends is answered; it ends no service. */
  #answer(answer: Answer, work: Promise<BatchAnswer>): void {
    work.then(
      (value) => answer(null, value),
      (error: unknown) =>
        answer(error instanceof CallRefusal ? error.status : { code: grpc.status.INTERNAL, details: messageOf(error) }),
    );
  }

  async #receive(call: grpc.ServerReadableStream<unknown, unknown>): Promise<BatchAnswer> {
    let batch: AnnouncedBatch | undefined;
    let file: IncomingBatch | undefined;
    try {
      for await (const message of call) {
        const parsed = grpcMessages.SendRequest.safeParse(message);
        if (!parsed.success) throw this.#refusal('INVALID_ARGUMENT', 'not a message of this service');
        const { head, chunk } = parsed.data;
        if (batch === undefined || file === undefined) {
          if (head === undefined) throw this.#refusal('INVALID_ARGUMENT', 'the head comes first');
          batch = this.#permit(call, head);
          const reason = await this.#landing.refusal(batch);
          if (reason !== undefined) throw this.#refusal('RESOURCE_EXHAUSTED', reason);
          file = await this.#landing.open(batch);
        } else if (chunk !== undefined) {
          await file.write(chunk);
        }
      }
      if (batch === undefined || file === undefined) throw this.#refusal('INVALID_ARGUMENT', 'nothing was sent');
      // Waited for before it is put there, so that its end cannot be missed.
      const settled = this.#settled(batch);
      const landed = await this.#landing.land(file, batch);
      if (landed === 'landed') return toAnswer(await settled);
      const detail = landed === 'damaged' ? 'damaged on its way' : 'other bytes of this number wait already';
      return { outcome: 'OUTCOME_UNKNOWN', fault: 'bad-hash', detail };
    } finally {
      await file?.close();
    }
  }

  async #ask(call: grpc.ServerUnaryCall<unknown, unknown>): Promise<BatchAnswer> {
    const parsed = grpcMessages.AskRequest.safeParse(call.request);
    if (!parsed.success) throw this.#refusal('INVALID_ARGUMENT', 'not a message of this service');
    const batch = this.#permit(call, parsed.data);
    const settled = this.#settled(batch);
    if (await this.#inbox.holds(batch.sender, batch.number)) return toAnswer(await settled);
    const position = await this.#options.consumer.position(batch.sender);
    return { outcome: position >= batch.number ? 'OUTCOME_REPLAYED' : 'OUTCOME_UNKNOWN', fault: '', detail: '' };
  }

  #listen(call: grpc.ServerWritableStream<unknown, unknown>): void {
    const parsed = grpcMessages.ListenRequest.safeParse(call.request);
    if (!parsed.success) {
      call.destroy(Object.assign(new Error('not a message of this service'), { code: grpc.status.INVALID_ARGUMENT }));
      return;
    }
    const { sender } = parsed.data;
    try {
      this.#permit(call, { sender });
    } catch (error) {
      call.destroy(Object.assign(new Error(messageOf(error)), { code: grpc.status.PERMISSION_DENIED }));
      return;
    }
    const calls = this.#listeners.get(sender) ?? new Set();
    this.#listeners.set(sender, calls.add(call));
    const gone = () => {
      calls.delete(call);
      if (calls.size === 0) this.#listeners.delete(sender);
    };
    call.on('cancelled', gone);
    call.on('close', gone);
    call.on('error', gone);
  }

  /** The batch, when this client may send for its sender. */
  #permit<B extends { readonly sender: string }>(call: AnyCall, batch: B): B {
    const keyId = batch.sender.slice(0, 16);
    if (!this.#options.keys.knows(keyId)) throw this.#refusal('PERMISSION_DENIED', `key ${keyId} is not trusted here`);
    const { clients, tls } = this.#options;
    if (tls === undefined || clients === undefined) return batch;
    const fingerprint = call.getAuthContext().sslPeerCertificate?.fingerprint256;
    const right = clients.find((each) => each.fingerprint === fingerprint);
    if (right?.senderKeyId === keyId) return batch;
    throw this.#refusal('PERMISSION_DENIED', `certificate ${fingerprint ?? 'none'} may not send for ${keyId}`);
  }

  /** What becomes of a batch within the time a call waits. */
  async #settled(batch: { sender: string; number: number; sha256: string }): Promise<BatchOutcome | undefined> {
    const { clock, waitMs = 10_000 } = this.#options;
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, this.#stopping.signal]);
    const waited = sleep(clock, waitMs, signal).then(() => enough.abort());
    const result = await this.#settlements.of(batch, signal);
    enough.abort();
    await waited;
    return result;
  }

  #refusal(code: 'INVALID_ARGUMENT' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED', details: string): CallRefusal {
    this.#refused.inc({ reason: code });
    this.#log.warn({ code, details }, 'transfer call refused');
    return new CallRefusal({ code: grpc.status[code], details });
  }
}

/** A call that is answered with a status. */
class CallRefusal extends Error {
  readonly status: { readonly code: grpc.status; readonly details: string };

  constructor(status: { code: grpc.status; details: string }) {
    super(status.details);
    this.status = status;
  }
}

function toAnswer(result: BatchOutcome | undefined): BatchAnswer {
  if (result === undefined) return { outcome: 'OUTCOME_LANDED', fault: '', detail: '' };
  if (result.outcome === 'refused') return { outcome: 'OUTCOME_REFUSED', fault: result.fault, detail: result.detail };
  return { outcome: result.outcome === 'taken' ? 'OUTCOME_TAKEN' : 'OUTCOME_REPLAYED', fault: '', detail: '' };
}
