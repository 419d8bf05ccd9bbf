import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { signDocument } from '../../contracts/signed-document.ts';
import type { ResendRequest } from '../../contracts/transfer-documents.ts';
import type { Clock } from '../../lib/clock.ts';
import { keepNewest, writeDurable } from '../../lib/durable-file.ts';
import { messageOf } from '../../lib/errors.ts';
import type { SigningKey } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';

/** What asking for batches again needs. */
export interface ResendRequestsOptions {
  /** Of this side. */
  readonly key: SigningKey;
  readonly reportDir: string;
  readonly reportsKept: number;
  /** The mode's way back; false where there is none. */
  readonly sendBack: (sender: string, text: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Asks senders for batches that did not come: by the way back where there is one, and in a file for an operator. */
export class ResendRequests {
  readonly #options: ResendRequestsOptions;
  readonly #asking = new Set<Promise<void>>();

  constructor(options: ResendRequestsOptions) {
    this.#options = options;
  }

  /** Does not wait: a request that is lost is made again for as long as the gap stays. */
  ask(gap: { readonly sender: string; readonly from: number; readonly to: number }): void {
    const asking = this.#ask(gap).catch((error: unknown) => {
      this.#options.log.warn({ ...gap, reason: messageOf(error) }, 'resend request not made; it is tried again');
    });
    this.#asking.add(asking);
    void asking.finally(() => this.#asking.delete(asking));
  }

  /** Once nothing is being asked for. */
  async settled(): Promise<void> {
    await Promise.all(this.#asking);
  }

  async #ask({ sender, from, to }: { sender: string; from: number; to: number }): Promise<void> {
    const { key, reportDir, reportsKept, sendBack, log } = this.#options;
    const request = resendRequest(sender, [[from, to]], this.#options.clock.now());
    const text = JSON.stringify(signDocument(request, key));
    // One file for one gap, however often it is asked for.
    await writeDurable(join(reportDir, `resend-${sender}-${from}-${to}.json`), Buffer.from(`${text}\n`));
    await keepNewest(reportDir, reportsKept, (name) => name.startsWith('resend-'));
    const sent = await sendBack(sender, text);
    log.info({ sender, from, to, sent }, sent ? 'batches asked for again' : 'resend request written');
  }
}

/** A request for batches. `at`: now, UTC ms. */
export function resendRequest(sender: string, batches: [number, number][], at: number): ResendRequest {
  return { kind: 'resend-request', format: 1, id: randomBytes(16).toString('hex'), sender, batches, at };
}
