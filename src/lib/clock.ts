/** Time, injected everywhere so that tests can own it. */
export interface Clock {
  /** UTC milliseconds; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds that only ever grow; for intervals. */
  monotonic(): number;
  /** Calls back once after `ms`; the returned function cancels. Does not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => {
      // Node keeps the list of an unreferenced timer until its time has come, one for each length (`unenroll` in
      // lib/internal/timers.js): a wait of an hour, made anew for every group of messages, would leave an hour of them.
      timer.ref();
      clearTimeout(timer);
    };
  },
};

/** Resolves after `ms`, or at once when the signal aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
