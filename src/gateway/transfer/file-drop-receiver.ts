import type { TransferReceiver, TransferReceiverStatus, WaitingBatches } from '../../contracts/transfer.ts';
import { watchFolder } from '../../lib/folder-watch.ts';
import { BatchInbox, type BatchInboxOptions } from './batch-inbox.ts';
import { writeReturn } from './return-folder.ts';

/** What the receiver needs: the folder the crossing puts files into, and what is done with them. */
export interface FileDropReceiverOptions extends BatchInboxOptions {
  /** Folder that is carried back to the sender, where there is one. */
  readonly returnDir?: string | undefined;
}

/** Receives by files that something else puts into a folder: the inbox, told of them where the file system tells. */
export class FileDropReceiver implements TransferReceiver {
  readonly #inbox: BatchInbox;
  readonly #returnDir: string | undefined;
  readonly #dir: string;
  #unwatch: (() => void) | undefined;

  constructor(options: FileDropReceiverOptions) {
    this.#inbox = new BatchInbox(options);
    this.#returnDir = options.returnDir;
    this.#dir = options.dir;
  }

  /** Rejects when the folders cannot be made. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#inbox.start(signal);
    this.#unwatch ??= watchFolder(this.#dir, () => this.#inbox.look());
  }

  /** Finishes the file being taken in. */
  stop(): Promise<void> {
    this.#unwatch?.();
    return this.#inbox.stop();
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

  /** Puts the document into the return folder. Rejects when that cannot be written. */
  async sendBack(sender: string, text: string): Promise<boolean> {
    if (this.#returnDir === undefined) return false;
    await writeReturn(this.#returnDir, sender, text);
    return true;
  }
}
