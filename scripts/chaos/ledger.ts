import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { AlertDraft } from '../../src/domain/alert.ts';
import type { AlertId, IncidentId, NodeId, Sha256 } from '../../src/domain/ids.ts';
import type { IncidentPhase } from '../../src/domain/scene-event.ts';
import type { Promised } from './node-protocol.ts';

/** An alert that was offered to a node; `promise` once the node had it on disk. */
export interface LedgerEntry {
  readonly alertId: AlertId;
  readonly incidentId: IncidentId;
  readonly node: NodeId;
  readonly phase: IncidentPhase;
  readonly observedAt: number;
  /** Campaign time, ms. */
  readonly offeredAt: number;
  promise?: { readonly n: number; readonly hash: Sha256; readonly evidence: readonly Sha256[]; readonly at: number };
}

/**
 * The campaign's own books: every alert offered, and every one promised, synced when the node says so. An offer that
 * was never answered, because its node was killed, is in doubt: it may arrive once or not at all.
 */
export class Ledger {
  readonly #file: number;
  readonly entries = new Map<AlertId, LedgerEntry>();
  readonly heads = new Map<NodeId, number>();
  #promised = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  get promised(): number {
    return this.#promised;
  }

  offer(node: NodeId, draft: AlertDraft, at: number): void {
    const { alertId, incidentId, phase, observedAt } = draft;
    this.entries.set(alertId, { alertId, incidentId, node, phase, observedAt, offeredAt: at });
  }

  promise(alerts: readonly Promised[], at: number): void {
    for (const { alertId, n, hash, evidence } of alerts) {
      const entry = this.entries.get(alertId);
      if (entry === undefined || entry.promise !== undefined) throw new Error(`${alertId}: promised without an offer`);
      entry.promise = { n, hash, evidence, at };
      this.heads.set(entry.node, n);
      this.#promised += 1;
    }
    writeSync(this.#file, `${JSON.stringify({ at, alerts })}\n`);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
