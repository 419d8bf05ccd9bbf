import { statSync } from 'node:fs';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';

/** Files are looked at this often: polling sees editors' renames and mounted configuration alike. */
const pollMs = 1_000;

/** Applies a configuration again when one of its files changes, or on SIGHUP; one at a time. */
export class ConfigWatch {
  readonly #files: () => readonly string[];
  readonly #apply: () => Promise<void>;
  readonly #clock: Clock;
  readonly #log: Logger;
  #state: 'reading' | 'at work' | 'stopped' = 'reading';
  #watched: readonly string[] = [];
  /** What the files were like just before they were last read. */
  #read = '';
  #signalled = false;
  #applying: Promise<void> = Promise.resolve();
  #again = false;
  #cancelPoll: (() => void) | undefined;

  /** `files`: what to watch, asked anew before each reading. `apply` never rejects. */
  constructor(options: { files: () => readonly string[]; apply: () => Promise<void>; clock: Clock; log: Logger }) {
    this.#files = options.files;
    this.#apply = options.apply;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Before the configuration is first read. From here to `end` a SIGHUP does not end the process. */
  begin(): void {
    process.on('SIGHUP', this.#onSignal);
    this.#note();
  }

  /** Once what was read is at work: what has changed meanwhile is applied at once. */
  start(): void {
    this.#state = 'at work';
    if (this.#signalled) this.#changed('SIGHUP');
    this.#poll();
  }

  /** Applies nothing any more. */
  stop(): void {
    this.#state = 'stopped';
    this.#cancelPoll?.();
  }

  /** The process is about to end. */
  end(): void {
    this.stop();
    process.off('SIGHUP', this.#onSignal);
  }

  readonly #onSignal = () => {
    if (this.#state === 'at work') this.#changed('SIGHUP');
    else this.#signalled = true;
  };

  #poll(): void {
    if (signatureOf(this.#watched) !== this.#read) this.#changed('file changed');
    this.#cancelPoll = this.#clock.after(pollMs, () => this.#poll());
  }

  #changed(why: string): void {
    // What changes while one is applied is read after it; several changes are one.
    if (this.#again) return;
    this.#again = true;
    this.#applying = this.#applying.then(async () => {
      this.#again = false;
      if (this.#state !== 'at work') return;
      this.#note();
      this.#log.info({ why }, 'reading the configuration again');
      await this.#apply();
    });
  }

  /** Before they are read: a change under the reading is one that is applied after it. */
  #note(): void {
    this.#watched = this.#files();
    this.#read = signatureOf(this.#watched);
  }
}

function signatureOf(files: readonly string[]): string {
  return files.map((file) => `${file} ${stateOf(file)}`).join('\n');
}

function stateOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return 'gone';
  }
}
