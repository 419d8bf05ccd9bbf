import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for a test; `remove` takes it away again. */
export async function tempDir(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `maplebridge-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
