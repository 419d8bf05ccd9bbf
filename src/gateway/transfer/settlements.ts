import type { BatchOutcome } from '../../contracts/transfer.ts';
import type { SettledBatch } from './batch-inbox.ts';
import { batchName } from './batch-name.ts';

/** Lets the side that received a batch by wire wait for what becomes of it in the inbox. */
export class Settlements {
  readonly #waiting = new Map<string, Set<(settled: SettledBatch) => void>>();

  /** To be told of each settled batch. */
  note(settled: SettledBatch): void {
    for (const tell of [...(this.#waiting.get(batchName(settled.sender, settled.number)) ?? [])]) tell(settled);
  }

  /** What becomes of the batch with these bytes, or undefined when the signal comes first. */
  async of(
    batch: { readonly sender: string; readonly number: number; readonly sha256: string },
    signal: AbortSignal,
  ): Promise<BatchOutcome | undefined> {
    if (signal.aborted) return undefined;
    const name = batchName(batch.sender, batch.number);
    const tellers = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, tellers);
    let tell: (settled: SettledBatch) => void = () => {};
    let end: () => void = () => {};
    try {
      return await new Promise<BatchOutcome | undefined>((resolve) => {
        end = () => resolve(undefined);
        // Other bytes under the same name are another's; a file that was not read is judged by its name.
        tell = ({ sha256, result }) => {
          if (sha256 === undefined || sha256 === batch.sha256) resolve(result);
        };
        tellers.add(tell);
        signal.addEventListener('abort', end, { once: true });
      });
    } finally {
      signal.removeEventListener('abort', end);
      tellers.delete(tell);
      if (tellers.size === 0) this.#waiting.delete(name);
    }
  }
}
