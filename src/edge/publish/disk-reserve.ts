import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

/**
 * Disk space put by for the worst hour: SQLite needs room for its log even to delete, so on a full disk nothing could
 * be freed without it. Random bytes, since some file systems store zeros as nothing.
 */
export class DiskReserve {
  readonly #path: string;
  readonly #bytes: number;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  get held(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes;
  }

  /** Gives the space up; false when it was given up already. */
  release(): boolean {
    const held = this.held;
    rmSync(this.#path, { force: true });
    return held;
  }

  /** Puts the space by again; false when the disk does not have it. */
  restore(): boolean {
    if (this.held) return true;
    try {
      const file = openSync(this.#path, 'w', 0o640);
      try {
        writeSync(file, randomBytes(this.#bytes));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      if (this.held) return true;
    } catch {
      // No room: said by the answer.
    }
    rmSync(this.#path, { force: true });
    return false;
  }
}
