import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../domain/ids.ts';
import { moveDurable, writeDurable } from './durable-file.ts';
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

  /** Asks the file system at once: through the thread pool a file that is not there costs ten times as much. */
  async has(hash: Sha256): Promise<boolean> {
    try {
      return statSync(this.path(hash), { throwIfNoEntry: false })?.isFile() ?? false;
    } catch {
      return false;
    }
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

  /** Some of the bytes, unchecked; undefined when they are not all there. */
  async read(hash: Sha256, offset: number, length: number): Promise<Buffer | undefined> {
    const file = await open(this.path(hash)).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
      return bytesRead === length ? buffer : undefined;
    } finally {
      await file.close();
    }
  }

  /** Whether the file is there and matches its name; it is never in memory as a whole. */
  isIntact(hash: Sha256): Promise<boolean> {
    return matches(this.path(hash), hash);
  }

  /** Takes a finished file in under its name, durably. False, and the file is left alone, where it does not match. */
  async adopt(hash: Sha256, path: string): Promise<boolean> {
    if (!(await matches(path, hash))) return false;
    const file = await open(path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await moveDurable(path, this.path(hash));
    return true;
  }

  stream(hash: Sha256): ReadStream {
    return createReadStream(this.path(hash));
  }

  async remove(hash: Sha256): Promise<void> {
    await rm(this.path(hash), { force: true });
  }
}

async function matches(path: string, hash: Sha256): Promise<boolean> {
  const digest = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) digest.update(chunk);
  } catch {
    return false;
  }
  return digest.digest('hex') === hash;
}
