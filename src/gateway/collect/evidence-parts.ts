import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidencePart } from '../../contracts/topics.ts';
import type { NodeId, Sha256 } from '../../domain/ids.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { EvidenceShelf } from './evidence-shelf.ts';
import type { Journal } from './journal.ts';

/** A part of a file as it came. */
export interface PartMessage {
  readonly node: NodeId;
  readonly hash: Sha256;
  readonly part: EvidencePart;
  readonly payload: Buffer;
}

/** What is told of a file: how much of it is here, or that it need not be sent any more. */
export interface PartAnswer {
  readonly node: NodeId;
  readonly hash: Sha256;
  readonly upTo: number | 'settled';
}

/** What the collector of parts needs. */
export interface EvidencePartsOptions {
  readonly journal: Journal;
  readonly evidence: ContentStore;
  readonly shelf: Pick<EvidenceShelf, 'place' | 'refuse' | 'record'>;
  /** Largest file that is taken. */
  readonly maxBytes: number;
  /** Files that may be incomplete at a time; default 256. */
  readonly maxFiles?: number;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** A part of a node is half of this at most. */
const maxPartBytes = 1_048_576;

/**
 * Puts files together that come in parts. A part is appended when it follows on from what is on disk, so that a file goes on
 * where it was after any interruption of either side; the answer always says how far that is. Only a file that an accepted
 * alert names is begun, with the size that alert states, and only a whole one that matches its name is used.
 */
export class EvidenceParts {
  readonly #options: EvidencePartsOptions;
  readonly #dir: string;
  readonly #refused: Counter<'reason'>;
  /** Bytes of incomplete files, the least recently written first. */
  #files: Map<Sha256, number> | undefined;

  constructor(options: EvidencePartsOptions) {
    this.#options = options;
    this.#dir = join(options.evidence.dir, 'parts');
    this.#refused = options.metrics.counter(
      'maplebridge_egress_refused_total',
      'Messages refused at the border, by reason',
      ['reason'],
    );
  }

  /** Takes parts in, in order, and says what is to be answered. Rejects when the disk would not take them. */
  async take(messages: readonly PartMessage[]): Promise<PartAnswer[]> {
    if (messages.length === 0) return [];
    const files = await this.#open();
    const answers = new Map<string, PartAnswer>();
    for (const message of messages) {
      const { node, hash } = message;
      try {
        const upTo = await this.#takeOne(message, files);
        // The last word on a file is all that counts.
        if (upTo !== undefined) answers.set(`${node} ${hash}`, { node, hash, upTo });
      } catch (error) {
        // What is on disk now is asked of the disk again.
        this.#files = undefined;
        throw error;
      }
    }
    this.#options.shelf.record();
    return [...answers.values()];
  }

  async #takeOne(
    { node, hash, part, payload }: PartMessage,
    files: Map<Sha256, number>,
  ): Promise<PartAnswer['upTo'] | undefined> {
    const { journal, shelf, maxBytes, log } = this.#options;
    const { offset, total } = part;
    const place = shelf.place(node, hash);
    if (place !== 'expected') return place === 'settle' ? 'settled' : undefined;
    if (total > maxBytes) {
      log.warn({ node, sha256: hash, bytes: total }, 'evidence is too large for this gateway and is left out');
      this.#refused.inc({ reason: 'evidence-too-large' });
      return 'settled';
    }
    const fits = payload.length > 0 && payload.length <= maxPartBytes && offset + payload.length <= total;
    if (!fits || total !== journal.evidenceBytes(hash)) {
      shelf.refuse({ node, hash, payload, detail: 'part of evidence does not fit the file' });
      return undefined;
    }
    const size = files.get(hash) ?? 0;
    // All of it is here already where an earlier life, or a full disk, ended between the last part and its use.
    if (size < total) {
      if (offset !== size) return size;
      await this.#append(hash, payload, files);
      const now = size + payload.length;
      if (now < total) return now;
    }
    return (await this.#finish(node, hash, total, files)) ? 'settled' : 0;
  }

  async #append(hash: Sha256, payload: Buffer, files: Map<Sha256, number>): Promise<void> {
    const size = files.get(hash) ?? 0;
    // Written at its place, not at the end: a write that failed half-way is written over.
    const file = await open(this.#path(hash), size === 0 ? 'w' : 'r+', 0o640);
    try {
      await writeAll(file, payload, size);
    } finally {
      await file.close();
    }
    files.delete(hash);
    files.set(hash, size + payload.length);
    const [oldest] = files.keys();
    if (files.size > (this.#options.maxFiles ?? 256) && oldest !== undefined) await this.#drop(oldest, files);
  }

  /** False: the bytes are not those of the name, and the file begins anew. */
  async #finish(node: NodeId, hash: Sha256, total: number, files: Map<Sha256, number>): Promise<boolean> {
    const { journal, evidence, shelf } = this.#options;
    if (await evidence.adopt(hash, this.#path(hash))) {
      files.delete(hash);
      journal.transaction(() => journal.evidenceStored(hash, total));
      return true;
    }
    await this.#drop(hash, files);
    shelf.refuse({ node, hash, payload: Buffer.alloc(0), detail: 'evidence in parts does not match its name' });
    return false;
  }

  async #drop(hash: Sha256, files: Map<Sha256, number>): Promise<void> {
    files.delete(hash);
    await rm(this.#path(hash), { force: true });
  }

  /** What an earlier life left: it is gone on with, unless nobody waits for it any more. */
  async #open(): Promise<Map<Sha256, number>> {
    if (this.#files !== undefined) return this.#files;
    const files = new Map<Sha256, number>();
    await mkdir(this.#dir, { recursive: true, mode: 0o750 });
    for (const name of await readdir(this.#dir)) {
      const hash = name as Sha256;
      if (this.#options.journal.evidenceState(hash) === 'expected')
        files.set(hash, (await stat(this.#path(hash))).size);
      else
        await rm(join(this.#dir, name), { force: true, recursive: true }).catch((error: unknown) => this.#tell(error));
    }
    this.#files = files;
    return files;
  }

  #tell(error: unknown): void {
    this.#options.log.warn({ reason: messageOf(error) }, 'remains of evidence not removed');
  }

  #path(hash: Sha256): string {
    return join(this.#dir, hash);
  }
}

/** One write may take only some of the bytes: the last ones before a disk is full. */
async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
