/** The process's turn at WebGPU; its one word holds the id of the thread whose turn it is, 0 while it is nobody's. */
const webgpuTurn = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

/**
 * What threads of a provider take turns by; undefined where they need not. All WebGPU sessions of a process share one device
 * without a lock of its own: two threads that run at the same time end the process (SIGSEGV, ONNX Runtime 1.30).
 */
export function turnOf(provider: string): SharedArrayBuffer | undefined {
  return provider === 'webgpu' ? webgpuTurn : undefined;
}

/** Does something when nobody else is at it; without a turn at once. Blocks the thread meanwhile: for worker threads. */
export async function inTurn<T>(
  turn: SharedArrayBuffer | undefined,
  threadId: number,
  work: () => Promise<T>,
): Promise<T> {
  if (turn === undefined) return work();
  const word = new Int32Array(turn);
  for (;;) {
    const owner = Atomics.compareExchange(word, 0, 0, threadId);
    if (owner === 0) break;
    Atomics.wait(word, 0, owner);
  }
  try {
    return await work();
  } finally {
    giveUpTurn(turn, threadId);
  }
}

/** Takes the turn from a thread, where it has it: also from one that has ended and can do so no more itself. */
export function giveUpTurn(turn: SharedArrayBuffer | undefined, threadId: number): void {
  if (turn === undefined) return;
  const word = new Int32Array(turn);
  if (Atomics.compareExchange(word, 0, threadId, 0) === threadId) Atomics.notify(word, 0);
}
