/** Anything that runs: inert when constructed, started once, stopped any number of times. */
export interface Service {
  /** Resolves when the service is ready; rejects when it cannot start. Aborting the signal stops it. */
  start(signal: AbortSignal): Promise<void>;
  /** Drains and releases everything; idempotent. */
  stop(): Promise<void>;
}
