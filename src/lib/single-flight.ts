/**
 * Runs work once at a time: whoever asks while it runs gets the result of that run, also its failure. For work that is
 * costly and whose answer is the same for all who wait.
 */
export function singleFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
