import type { ShardSettings } from './shard-messages.ts';

/** While cameras are being connected to or files are played, each step would otherwise take a whole rest. */
const restlessMs = 5;

/**
 * Has the thread sleep between two readings of its sockets. A camera sends a picture every 40–70 ms; read one by one,
 * most of the cost is the reading itself (system call, event, callback): 1,200 cameras took 0.51 core so, 0.36 read every
 * 150 ms, and 0.24 every 250 ms. What comes meanwhile waits in the kernel, which has room for megabytes a
 * connection. For worker threads only: it blocks the event loop on purpose.
 */
export function restBetweenReadings(settings: ShardSettings, isRestless: () => boolean): void {
  const { bell, readEveryMs } = settings;
  let wokeAt = performance.now();
  const rest = () => {
    const ms = (isRestless() ? Math.min(restlessMs, readEveryMs) : readEveryMs) - (performance.now() - wokeAt);
    if (ms > 0) Atomics.wait(bell, 0, 0, ms);
    Atomics.store(bell, 0, 0);
    wokeAt = performance.now();
    // The phase after polling: by the time it comes round again, every socket that had something was read.
    setImmediate(rest);
  };
  setImmediate(rest);
}
