import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SealedBatch, TransferSender } from '../../contracts/transfer.ts';
import { temporaryPrefix, writeDurable } from '../../lib/durable-file.ts';
import { AppError } from '../../lib/errors.ts';
import { batchName } from './batch-name.ts';

/** What the sender needs. */
export interface FileDropSenderOptions {
  readonly dir: string;
  /** Files that may wait in the folder before `send` rejects; default 10,000. */
  readonly maxFilesWaiting?: number;
}

/** Sends by putting files into a folder that a one-way crossing empties. */
export class FileDropSender implements TransferSender {
  readonly #options: FileDropSenderOptions;

  constructor(options: FileDropSenderOptions) {
    this.#options = options;
  }

  /** Makes the folder and clears away what a killed process left half written. */
  async start(): Promise<void> {
    const { dir } = this.#options;
    await mkdir(dir, { recursive: true, mode: 0o750 });
    for (const name of await readdir(dir)) {
      if (name.startsWith(temporaryPrefix)) await rm(join(dir, name), { force: true });
    }
  }

  async stop(): Promise<void> {}

  /** Resolves when the file is in the folder and synced. Rejects when the folder is full or not writable. */
  async send(batch: SealedBatch): Promise<void> {
    const { dir, maxFilesWaiting = 10_000 } = this.#options;
    await mkdir(dir, { recursive: true, mode: 0o750 });
    const waiting = (await readdir(dir)).length;
    if (waiting >= maxFilesWaiting) {
      throw new AppError('MB_OUTBOX_FULL', `${dir} holds ${waiting} files: the crossing does not empty it`);
    }
    await writeDurable(join(dir, batchName(batch.sender, batch.number)), batch.bytes);
  }
}
