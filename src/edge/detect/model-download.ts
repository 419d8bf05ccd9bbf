import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import { redactUrl } from '../../lib/log.ts';

/** Weights are a few megabytes; a mirror that takes longer than this is as good as absent. */
const downloadTimeoutMs = 120_000;

/** Reads at most one byte more than expected, so that a wrong file shows by its hash and cannot fill memory. */
export async function download(
  url: string,
  expectedBytes: number,
): Promise<{ ok: true; bytes: Buffer } | { ok: false; detail: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!response.ok || response.body === null) return { ok: false, detail: `HTTP ${response.status}` };
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > expectedBytes) break;
    }
    return { ok: true, bytes: Buffer.concat(chunks) };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
    return { ok: false, detail: redactUrl(`${messageOf(error)}${cause}`) };
  }
}

/** Writes a file so that it is there whole or not at all: temporary name, fsync, rename. */
export async function storeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
