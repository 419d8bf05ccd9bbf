import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own in memory, small enough to be filled. Only root may mount one. */
export class SmallDisk {
  readonly dir: string;
  /** False where it could not be mounted: the folder is an ordinary one then and is never filled. */
  readonly mounted: boolean;

  constructor(dir: string, megabytes: number) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true });
    this.mounted = mount(dir, megabytes);
  }

  /** Takes all the room there is. */
  fill(): void {
    if (!this.mounted) return;
    const file = openSync(this.#filler, 'a');
    try {
      for (let size = 1_048_576; size >= 1; size = Math.floor(size / 2)) writeWhile(file, Buffer.alloc(size, 0x5a));
    } finally {
      closeSync(file);
    }
  }

  /** Gives it back. */
  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    this.empty();
    if (this.mounted) execFileSync('umount', ['-l', this.dir], { stdio: 'ignore' });
  }

  get #filler(): string {
    return join(this.dir, '.filler');
  }
}

function writeWhile(file: number, bytes: Buffer): void {
  try {
    while (writeSync(file, bytes) > 0);
  } catch {
    // Full for this size.
  }
}

function mount(dir: string, megabytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
