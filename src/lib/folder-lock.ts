import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ErrorCode } from './error-codes.ts';
import { AppError } from './errors.ts';

/** A folder held for this process. */
export interface FolderLock {
  /** Lets others have it; idempotent. */
  release(): void;
}

/** Locks this process holds: its own number in a file does not say whether that is a lock or a leftover. */
const held = new Set<string>();

/**
 * Takes a folder for this process by the file `lock` in it, which holds the process's number. A lock whose process has
 * ended is a leftover and is taken over, so that a kill locks nobody out. Makes the folder where there is none.
 * @throws AppError with `code` when a living process (this one too) holds it.
 */
export function lockFolder(dir: string, code: ErrorCode): FolderLock {
  const path = resolve(dir, lockName);
  const inUse = (holder: number) => new AppError(code, `${dir} is in use by process ${holder}`);
  if (held.has(path)) throw inUse(process.pid);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (let attempt = 1; !create(path); attempt += 1) {
    const holder = holderOf(path);
    if (attempt > maxAttempts || (holder > 0 && holder !== process.pid && isAlive(holder))) throw inUse(holder);
    rmSync(path, { force: true });
  }
  held.add(path);
  return {
    release: () => {
      if (held.delete(path)) rmSync(path, { force: true });
    },
  };
}

/** Name of the file in a locked folder. */
export const lockName = 'lock';

/** Somebody else who takes a leftover over at the same time wins at most this often. */
const maxAttempts = 3;

/** A link appears whole or not at all, and only one of several who make it succeeds. */
function create(path: string): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid), { mode: 0o600 });
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function holderOf(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
