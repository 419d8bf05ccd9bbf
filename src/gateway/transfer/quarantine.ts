import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchConsumer } from '../../contracts/transfer.ts';
import type { Clock } from '../../lib/clock.ts';
import { keepNewest, moveDurable, writeDurable } from '../../lib/durable-file.ts';
import type { Logger } from '../../lib/log.ts';
import type { Decoded } from './batch-format.ts';

/** Why a file is set aside. */
export type Refusal = Decoded & { readonly ok: false };

/** What the quarantine needs. */
export interface QuarantineOptions {
  readonly dir: string;
  /** Cases kept; the oldest goes first, its incident stays at the desk. Default 1,000. */
  readonly maxFiles?: number;
  /** Told of every case before its file is moved. */
  readonly consumer: Pick<BatchConsumer, 'report'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The folder of refused batch files, each with its reason beside it. */
export class Quarantine {
  readonly #options: QuarantineOptions;
  /** Names in the inbox that were told of already: what cannot be moved away is tried again in silence. */
  readonly #told = new Set<string>();
  #count = 0;

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  /** Cases since the start. */
  get count(): number {
    return this.#count;
  }

  async open(): Promise<void> {
    await mkdir(this.#options.dir, { recursive: true, mode: 0o750 });
  }

  /** Whether a name was told of and is still in the inbox. */
  told(name: string): boolean {
    return this.#told.has(name);
  }

  /** Notes that a name was told of. */
  tell(name: string): void {
    this.#told.add(name);
  }

  /** Forgets names that are no longer in the inbox. */
  forgetGone(present: ReadonlySet<string>): void {
    for (const name of this.#told) if (!present.has(name)) this.#told.delete(name);
  }

  /**
   * Sets a file aside. Reported first: should the process die between, it is reported twice rather than never. Once
   * only while it runs: a quarantine that takes nothing must not fill the desk's log.
   */
  async set(sender: string, path: string, name: string, { fault, detail }: Refusal): Promise<void> {
    const { dir, maxFiles = 1_000, consumer, clock, log } = this.#options;
    const at = clock.now();
    const text = `${name}: ${fault}: ${detail}`;
    if (!this.#told.has(name)) {
      const kind = fault === 'revoked-key' || fault === 'expired-key' ? fault : 'bad-batch';
      await consumer.report(sender, { kind, node: undefined, detail: text.slice(0, 500), at });
      log.error({ file: name, fault, detail }, 'transfer file refused');
    }
    this.#told.add(name);
    const kept = join(dir, `${at}-${name}`);
    const reason = { code: 'MB_BATCH_INVALID', file: name, fault, detail, at: new Date(at).toISOString() };
    await writeDurable(`${kept}.reason.json`, Buffer.from(`${JSON.stringify(reason, null, 2)}\n`));
    await moveDurable(path, kept);
    // Two files a case: the refused one and its reason.
    await keepNewest(dir, 2 * maxFiles);
    this.#told.delete(name);
    this.#count += 1;
  }
}
