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
