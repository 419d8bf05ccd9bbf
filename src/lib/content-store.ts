import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../domain/ids.ts';
import { sha256 } from './hash.ts';

/** Files named by the SHA-256 of what is in them: `<dir>/ab/abcdef…`. Writing the same bytes twice is one file. */
export class ContentStore {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Where a file of this hash lies, whether it exists or not. */
  path(hash: Sha256): string {
    return join(this.dir, hash.slice(0, 2), hash);
  }

  /** Writes bytes durably (fsync, then rename) and returns their hash. */
  async put(bytes: Uint8Array): Promise<Sha256> {
    const hash = sha256(bytes);
    if (await this.has(hash)) return hash;
    const folder = join(this.dir, hash.slice(0, 2));
    await mkdir(folder, { recursive: true, mode: 0o750 });
    const temporary = join(folder, `.${hash}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
    try {
      const file = await open(temporary, 'wx', 0o640);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.path(hash));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return hash;
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
