import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { moveDurable, temporaryPrefix } from '../../lib/durable-file.ts';

/**
 * The folder of batches taken in, within a number of files; the oldest goes first, whoever sent it. The folder is read
 * once: at ten batches a second a listing of ten thousand names for each would be most of the work.
 */
export class BatchArchive {
  readonly #dir: string;
  readonly #maxFiles: number;
  /** The oldest first. */
  #names: Set<string> | undefined;

  constructor(options: { readonly dir: string; readonly maxFiles: number }) {
    this.#dir = options.dir;
    this.#maxFiles = options.maxFiles;
  }

  /** Moves a file in, durably, and removes the oldest ones beyond the number. */
  async take(path: string, name: string): Promise<void> {
    this.#names ??= await this.#read();
    await moveDurable(path, join(this.#dir, name));
    this.#names.delete(name);
    this.#names.add(name);
    for (const oldest of this.#names) {
      if (this.#names.size <= this.#maxFiles) return;
      await rm(join(this.#dir, oldest), { force: true });
      this.#names.delete(oldest);
    }
  }

  async #read(): Promise<Set<string>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o750 });
    const found: { name: string; mtimeMs: number }[] = [];
    for (const name of await readdir(this.#dir)) {
      const entry = await stat(join(this.#dir, name)).catch(() => undefined);
      if (entry?.isFile() && !name.startsWith(temporaryPrefix)) found.push({ name, mtimeMs: entry.mtimeMs });
    }
    found.sort((a, b) => a.mtimeMs - b.mtimeMs || a.name.localeCompare(b.name));
    return new Set(found.map(({ name }) => name));
  }
}
