import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryPrefix } from '../../lib/durable-file.ts';
import { AppError } from '../../lib/errors.ts';
import type { BatchInbox } from './batch-inbox.ts';
import { batchName, parseBatchName } from './batch-name.ts';

/** A batch as it is announced before its bytes come. */
export interface AnnouncedBatch {
  readonly sender: string;
  readonly number: number;
  readonly sha256: string;
  readonly size: number;
}

const prefix = `${temporaryPrefix}wire-`;
/** Senders whose share of the inbox may be used up before all are kept out. */
const sendersAtOnce = 8;

/** Writes batches that come by wire to disk piece by piece, and hands whole ones to the inbox. */
export class WireLanding {
  readonly #inbox: BatchInbox;
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #maxWaiting: number;

  /** `maxWaiting`: batches of one sender that may lie in the folder; default 1,000. */
  constructor(options: { inbox: BatchInbox; dir: string; maxFileBytes?: number; maxWaiting?: number }) {
    this.#inbox = options.inbox;
    this.#dir = options.dir;
    this.#maxBytes = options.maxFileBytes ?? 67_108_864;
    this.#maxWaiting = options.maxWaiting ?? 1_000;
  }

  /** Makes the folder and clears away what a killed process left half written. */
  async prepare(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o750 });
    for (const name of await readdir(this.#dir)) {
      if (name.startsWith(prefix)) await rm(join(this.#dir, name), { force: true });
    }
  }

  /** Why a batch is not let in, before any byte of it was; undefined when it is. */
  async refusal({ sender, number, size }: AnnouncedBatch): Promise<string | undefined> {
    if (size > this.#maxBytes) return `${size} bytes are more than the ${this.#maxBytes} that are read`;
    if (await this.#inbox.holds(sender, number)) return undefined;
    const waiting = (await readdir(this.#dir)).flatMap((name) => parseBatchName(name) ?? []);
    const own = waiting.filter((each) => each.sender === sender);
    // What the others wait for is always let in: else a full inbox would keep out the one batch that empties it.
    if (own.some((each) => each.number > number)) return undefined;
    if (own.length >= this.#maxWaiting) return `${own.length} batches of this sender wait here already`;
    const all = this.#maxWaiting * sendersAtOnce;
    return waiting.length < all ? undefined : `${waiting.length} batches wait here already`;
  }

  /** A file for the bytes of a batch; whoever opens it closes it. */
  async open(batch: AnnouncedBatch): Promise<IncomingBatch> {
    const path = join(this.#dir, `${prefix}${randomBytes(8).toString('hex')}-${batchName(batch.sender, batch.number)}`);
    return new IncomingBatch(path, await open(path, 'wx', 0o640), batch.size);
  }

  /** Hands a written batch to the inbox: `damaged` when its bytes are not those announced. */
  async land(file: IncomingBatch, batch: AnnouncedBatch): Promise<'landed' | 'occupied' | 'damaged'> {
    if ((await file.finish()) !== batch.sha256) return 'damaged';
    return this.#inbox.land(file.path, batch);
  }
}

/** A batch's file while it is being written. */
export class IncomingBatch {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #hash = createHash('sha256');
  #written = 0;

  constructor(path: string, file: FileHandle, size: number) {
    this.path = path;
    this.#file = file;
    this.#size = size;
  }

  /** @throws AppError MB_BATCH_INVALID for more bytes than were announced. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#written += bytes.length;
    if (this.#written > this.#size)
      throw new AppError('MB_BATCH_INVALID', `more than the ${this.#size} bytes announced`);
    this.#hash.update(bytes);
    await this.#file.write(bytes);
  }

  /** Syncs, and says the hash of what was written. */
  async finish(): Promise<string> {
    await this.#file.sync();
    return this.#hash.digest('hex');
  }

  /** Closes the file and removes it where nobody took it over. */
  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
  }
}
