import { type PartAck, partBytes } from '../../contracts/node-messages.ts';
import type { EvidencePart } from '../../contracts/topics.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { PendingEvidence } from './outbox-store.ts';

/** What the sender needs. */
export interface PartSenderOptions {
  readonly evidence: ContentStore;
  /** Largest file that is sent at all. */
  readonly maxBytes: number;
  readonly ackTimeoutMs: number;
  /** The oldest file that waits and is too large for one message. May throw what SQLite throws. */
  readonly next: () => PendingEvidence | undefined;
  readonly giveUp: (file: PendingEvidence, reason: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Hands one part to the broker; resolves when it is gone, whatever became of it. */
export type SendPart = (hash: Sha256, part: EvidencePart, bytes: Buffer) => Promise<void>;

/** Parts under way at once: two megabytes, all that is ever in memory. */
const window = 4;
/** A gateway that asks for the same parts again is not served more often than this. */
const resendPauseMs = 1_000;

interface Job {
  readonly file: PendingEvidence;
  /** What the gateway says it has from the beginning. */
  acked: number;
  sent: number;
  /** Over this connection: until the gateway has spoken, one part finds out where it stands. */
  answered: boolean;
  progressAt: number;
  wentBackAt: number;
}

/** Sends files too large for one message in parts, one file at a time, from wherever the gateway has them. */
export class PartSender {
  readonly #options: PartSenderOptions;
  #send: SendPart | undefined;
  #partBytes = partBytes;
  #job: Job | undefined;
  #pumping = false;

  constructor(options: PartSenderOptions) {
    this.#options = options;
  }

  /** From now on parts leave by `send`, none larger than `maxBytes`. */
  connected(send: SendPart, maxBytes = Number.POSITIVE_INFINITY): void {
    this.#send = send;
    this.#partBytes = Math.max(1, Math.min(partBytes, maxBytes));
    if (this.#job !== undefined) this.#restart(this.#job);
    this.pump();
  }

  disconnected(): void {
    this.#send = undefined;
  }

  /** Sends as much as the window allows; what is under way for too long is sent again. */
  pump(): void {
    if (this.#pumping || this.#send === undefined) return;
    const job = this.#job;
    const { clock, ackTimeoutMs, log } = this.#options;
    if (job !== undefined && clock.monotonic() - job.progressAt >= ackTimeoutMs) this.#overdue(job);
    this.#pumping = true;
    void this.#run()
      // The disk may fail under a read; the next tick tries again.
      .catch((error: unknown) => log.error({ reason: messageOf(error) }, 'evidence not sent'))
      .finally(() => {
        this.#pumping = false;
      });
  }

  /** The gateway's word on how far a file is. */
  acknowledged({ part: { sha256, upTo } }: PartAck): void {
    const job = this.#job;
    if (job === undefined || job.file.sha256 !== sha256 || upTo > job.file.bytes) return;
    const now = this.#options.clock.monotonic();
    if (upTo > job.acked) job.progressAt = now;
    else if (job.answered && now - job.wentBackAt >= resendPauseMs) {
      // It repeats itself: what came did not follow on.
      job.sent = upTo;
      job.wentBackAt = now;
    }
    job.sent = job.answered ? Math.max(job.sent, upTo) : upTo;
    job.acked = upTo;
    job.answered = true;
    this.pump();
  }

  /** The gateway has these files whole. */
  settled(files: readonly Sha256[]): void {
    if (this.#job === undefined || !files.includes(this.#job.file.sha256)) return;
    this.#job = undefined;
    this.pump();
  }

  async #run(): Promise<void> {
    for (;;) {
      this.#job ??= await this.#begin();
      const [job, send] = [this.#job, this.#send];
      if (job === undefined || send === undefined) return;
      const { file, sent } = job;
      const most = job.answered ? window : 1;
      if (sent >= file.bytes || sent - job.acked >= most * this.#partBytes) return;
      const bytes = await this.#options.evidence.read(file.sha256, sent, Math.min(this.#partBytes, file.bytes - sent));
      if (bytes === undefined) {
        this.#giveUp(file, 'missing or damaged');
        continue;
      }
      // The gateway may have spoken meanwhile.
      if (this.#job !== job || job.sent !== sent) continue;
      job.sent += bytes.length;
      void send(file.sha256, { offset: sent, total: file.bytes }, bytes);
    }
  }

  /** The next file that is whole; those that are not, or are too large, are given up. */
  async #begin(): Promise<Job | undefined> {
    const { next, evidence, maxBytes, clock } = this.#options;
    for (let file = next(); file !== undefined; file = next()) {
      const fault = file.bytes > maxBytes ? 'too large' : 'missing or damaged';
      if (file.bytes <= maxBytes && (await evidence.isIntact(file.sha256))) {
        const never = Number.NEGATIVE_INFINITY;
        return { file, acked: 0, sent: 0, answered: false, progressAt: clock.monotonic(), wentBackAt: never };
      }
      this.#giveUp(file, fault);
    }
    return undefined;
  }

  #giveUp(file: PendingEvidence, reason: string): void {
    this.#job = undefined;
    this.#options.giveUp(file, reason);
  }

  /** A file that is all there and still not settled is begun anew, or what waits now: one more part asks for the last word. */
  #overdue(job: Job): void {
    if (job.acked >= job.file.bytes) this.#job = undefined;
    else this.#restart(job);
  }

  #restart(job: Job): void {
    job.sent = job.acked;
    job.answered = false;
    job.progressAt = this.#options.clock.monotonic();
  }
}
