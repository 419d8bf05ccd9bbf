import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Where V8 puts machine code, bytecode and what belongs to them: it grows while code becomes hot, and is thrown away again. */
const compiled = /^(?:shared_)?(?:code|trusted|read_only)_/;

/**
 * Bytes of JavaScript objects and buffers that are still in use: after a full collection, not what happens to lie there,
 * and without compiled code.
 */
export function liveBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // Buffers are freed beside the collector: what one collection finds dead is gone by the next.
  for (let turn = 0; turn < 2; turn += 1) collect();
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !compiled.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, process.memoryUsage().arrayBuffers);
}

/** MiB with one decimal. */
export function toMb(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}

/** Live memory in the course of a run. */
export class LiveMemory {
  readonly #samples: { readonly inputs: number; readonly bytes: number }[] = [];

  sample(inputs: number): void {
    this.#samples.push({ inputs, bytes: liveBytes() });
  }

  /** MiB of every sample, in order. */
  get samplesMb(): readonly number[] {
    return this.#samples.map(({ bytes }) => toMb(bytes));
  }

  /**
   * Bytes that stay behind for each input: the median of the slopes between all samples (Theil 1950, Sen 1968), so that
   * a map that doubles between two of them does not decide.
   */
  get bytesPerInput(): number {
    const slopes = this.#samples.flatMap((from, index) =>
      this.#samples.slice(index + 1).map((to) => (to.bytes - from.bytes) / (to.inputs - from.inputs)),
    );
    return Math.round(slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0);
  }
}
