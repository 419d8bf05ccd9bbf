import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Prefix of files that are being written: the other side leaves them alone. */
export const temporaryPrefix = '.tmp-';

/**
 * Puts bytes under a name so that after a crash there is the whole file or none of it:
 * temporary name, fsync, rename, fsync of the folder (without the last, the rename itself may be lost).
 */
export async function writeDurable(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true, mode: 0o750 });
  const temporary = join(folder, `${temporaryPrefix}${basename(path)}`);
  try {
    const file = await open(temporary, 'w', 0o640);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
  // A folder made just now is an entry in the one above it, and so on up to what was there before.
  for (let each = folder; made !== undefined && each.length >= made.length; each = dirname(each)) {
    await syncFolder(dirname(each));
  }
}

/** Moves a file, durably; the folders may lie on two file systems, as a mounted inbox and an archive do. */
export async function moveDurable(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o750 });
  try {
    await rename(from, to);
    await syncFolder(dirname(to));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EXDEV') throw error;
    await writeDurable(to, await readFile(from));
    await rm(from);
  }
  await syncFolder(dirname(from));
}

/** Removes files from a folder, in order of their names, until at most `count` of those that `counts` picks are left. */
export async function keepNewest(
  folder: string,
  count: number,
  counts: (name: string) => boolean = () => true,
): Promise<void> {
  const names = (await readdir(folder)).filter(counts).sort();
  for (const name of names.slice(0, Math.max(0, names.length - count))) await rm(join(folder, name), { force: true });
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
