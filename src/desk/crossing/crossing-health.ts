import type { TransferReceiverStatus, TransferStall } from '../../contracts/transfer.ts';

/** How the crossing does, for `/healthz`. */
export interface CrossingHealth {
  /** `stalled`: a sender waits for longer than a copy or a reconnect takes. */
  readonly state: 'up' | 'stalled';
  /** Files refused since the start. */
  readonly quarantined: number;
  readonly stalls: readonly TransferStall[];
}

const patienceMs = 60_000;

/** Judges a receiver's status. */
export function crossingHealth({ quarantined, stalls }: TransferReceiverStatus): CrossingHealth {
  const stalled = stalls.some(({ forMs }) => forMs >= patienceMs);
  return { state: stalled ? 'stalled' : 'up', quarantined, stalls };
}
