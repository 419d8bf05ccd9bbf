import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The batches kept for sending again, within a size; the oldest goes first, whichever journal it was made from.
 * The folder is read once: at a batch a second a gibibyte is tens of thousands of files.
 */
export class Spool {
  readonly #dir: string;
  readonly #maxBytes: number;
  /** Size by name, the oldest first. */
  #files: Map<string, number> | undefined;
  #bytes = 0;

  constructor(dir: string, maxBytes: number) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
  }

  /** Counts a batch in and removes the oldest ones beyond the size; the one just kept always stays. */
  async keep(name: string, bytes: number): Promise<void> {
    this.#files ??= await this.#read();
    this.#bytes += bytes - (this.#files.get(name) ?? 0);
    this.#files.delete(name);
    this.#files.set(name, bytes);
    for (const [oldest, size] of this.#files) {
      if (this.#bytes <= this.#maxBytes || oldest === name) return;
      await rm(join(this.#dir, oldest), { force: true });
      this.#files.delete(oldest);
      this.#bytes -= size;
    }
  }

  async #read(): Promise<Map<string, number>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o750 });
    const found: { name: string; size: number; mtimeMs: number }[] = [];
    for (const name of (await readdir(this.#dir)).filter((each) => each.endsWith('.mbb') && !each.startsWith('.'))) {
      const { size, mtimeMs } = await stat(join(this.#dir, name));
      found.push({ name, size, mtimeMs });
    }
    found.sort((a, b) => a.mtimeMs - b.mtimeMs || a.name.localeCompare(b.name));
    this.#bytes = found.reduce((sum, { size }) => sum + size, 0);
    return new Map(found.map(({ name, size }) => [name, size]));
  }
}
