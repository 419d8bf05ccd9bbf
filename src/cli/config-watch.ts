import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from '../lib/log.ts';

/** Files are looked at this often: polling sees editors' renames and mounted configuration alike. */
const pollMs = 1_000;

/** Applies a configuration again when one of its files changes, or on SIGHUP; one at a time. */
export class ConfigWatch {
  readonly #files: () => readonly string[];
  readonly #apply: () => Promise<void>;
  readonly #log: Logger;
  readonly #watched = new Set<string>();
  #applying: Promise<void> = Promise.resolve();
  #again = false;

  /** `files`: what to watch, asked anew after each change. `apply` never rejects. */
  constructor(options: { files: () => readonly string[]; apply: () => Promise<void>; log: Logger }) {
    this.#files = options.files;
    this.#apply = options.apply;
    this.#log = options.log;
  }

  start(): void {
    process.on('SIGHUP', this.#onSignal);
    this.#follow();
  }

  stop(): void {
    process.off('SIGHUP', this.#onSignal);
    for (const file of this.#watched) unwatchFile(file, this.#onChange);
    this.#watched.clear();
  }

  readonly #onSignal = () => this.#changed('SIGHUP');
  readonly #onChange = () => this.#changed('file changed');

  #changed(why: string): void {
    // What changes while one is applied is read after it; several changes are one.
    if (this.#again) return;
    this.#again = true;
    this.#applying = this.#applying.then(async () => {
      this.#again = false;
      this.#log.info({ why }, 'reading the configuration again');
      await this.#apply();
      this.#follow();
    });
  }

  #follow(): void {
    for (const file of this.#files()) {
      if (this.#watched.has(file)) continue;
      this.#watched.add(file);
      watchFile(file, { interval: pollMs, persistent: false }, this.#onChange);
    }
  }
}
