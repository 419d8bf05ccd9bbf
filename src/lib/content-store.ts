import { createReadStream, type ReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../domain/ids.ts';
import { writeDurable } from './durable-file.ts';
import { sha256 } from './hash.ts';

/** Files named by the SHA-256 of what is in them: `<dir>/ab/abcdef…`. Writing the same bytes twice is one file. */
export class ContentStore {
  readonly dir: string;
  readonly #writing = new Map<Sha256, Promise<void>>();

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Where a file of this hash lies, whether it exists or not. */
  path(hash: Sha256): string {
    return join(this.dir, hash.slice(0, 2), hash);
  }

  /**
   * Writes bytes durably and returns their hash. What is there already stays, unless it no longer matches its name:
   * a damaged file is made good by the next copy that comes.
   */
  async put(bytes: Uint8Array): Promise<Sha256> {
    const hash = sha256(bytes);
    // Writers of the same content share one temporary name, so they share one write.
    const writing = this.#writing.get(hash) ?? this.#write(hash, bytes).finally(() => this.#writing.delete(hash));
    this.#writing.set(hash, writing);
    await writing;
    return hash;
  }

  async #write(hash: Sha256, bytes: Uint8Array): Promise<void> {
    if ((await this.get(hash)) === undefined) await writeDurable(this.path(hash), bytes);
  }

  async has(hash: Sha256): Promise<boolean> {
    return stat(this.path(hash)).then(
      (entry) => entry.isFile(),
      () => false,
    );
  }

  /** The bytes, or undefined when there is no such file or it no longer matches its name. */
  async get(hash: Sha256): Promise<Buffer | undefined> {
    const file = await open(this.path(hash)).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const bytes = await file.readFile();
      return sha256(bytes) === hash ? bytes : undefined;
    } finally {
      await file.close();
    }
  }

  stream(hash: Sha256): ReadStream {
    return createReadStream(this.path(hash));
  }

  async remove(hash: Sha256): Promise<void> {
    await rm(this.path(hash), { force: true });
  }
}
