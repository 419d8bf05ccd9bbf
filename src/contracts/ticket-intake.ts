import type { AlertId, NodeId, Sha256, TicketId, UtcMs } from '../domain/ids.ts';
import type { ClockMark } from '../lib/clock-state.ts';
import type { AlertEvent } from './alert-event.ts';
import type { TakenBatch } from './transfer-ledger.ts';
import type { WithheldEvidence } from './withheld-evidence.ts';

/** A verified alert on the government side, with the times of its crossing. */
export interface IntakeRecord {
  readonly event: AlertEvent;
  readonly collectedAt: UtcMs;
  readonly batchedAt: UtcMs;
  readonly deliveredAt: UtcMs;
  readonly batch: { readonly number: number; readonly sha256: Sha256 };
  /** Of the files it names, those that stay on the video network. */
  readonly withheld?: readonly WithheldEvidence[] | undefined;
}

/** How far a sender's transfer files were taken in; stored with the tickets in one transaction. */
export interface TransferPosition {
  /** Key id of the collecting gateway. */
  readonly sender: string;
  readonly batch: number;
  /** Highest sequence number and its hash, by node. */
  readonly nodes: Readonly<Record<NodeId, { readonly n: number; readonly hash: Sha256 }>>;
  /** The batch that moves it here; undefined where none does. */
  readonly taken?: TakenBatch | undefined;
}

/**
 * What can break the proof. `gap`, `fork`: a node's chain, or the batches of a sender · `bad-…`, `unknown-key`: a message,
 * file or record that was refused · `revoked-key`, `expired-key`: its signature is good, its key no longer is ·
 * `bad-trust`: a rotation statement or the revocation list cannot be believed · `egress-refused`: alerts that may not cross ·
 * `quarantine-decision`: no break by itself: a person released or discarded something that was refused.
 */
export const integrityKinds = [
  'gap',
  'fork',
  'bad-hash',
  'bad-signature',
  'unknown-key',
  'revoked-key',
  'expired-key',
  'bad-schema',
  'bad-batch',
  'bad-trust',
  'egress-refused',
  'quarantine-decision',
] as const;

/** One of them. */
export type IntegrityKind = (typeof integrityKinds)[number];

/** Something that breaks the proof: an incident of its own, never dropped silently. */
export interface IntegrityIncident {
  readonly kind: IntegrityKind;
  readonly node: NodeId | undefined;
  /** Numbers of the node's alerts it is about, where they are known: what two places find of one matter meets by them. */
  readonly alerts?: { readonly from: number; readonly to: number } | undefined;
  readonly detail: string;
  readonly at: UtcMs;
  /** State of the clock that `at` comes from, where it is known. */
  readonly clock?: ClockMark | undefined;
}

/** A record of a batch that was refused, with its bytes: kept at the desk with the incident that tells of it. */
export interface RefusedRecord {
  readonly line: string;
  readonly kind: IntegrityKind;
  readonly detail: string;
  readonly node?: NodeId | undefined;
  readonly batchedAt: UtcMs;
  readonly batch: { readonly number: number; readonly sha256: Sha256 };
}

/** What an alert did at the desk. */
export interface IntakeOutcome {
  readonly alertId: AlertId;
  readonly effect: 'ticket-created' | 'ticket-updated' | 'duplicate';
  readonly ticketId: TicketId;
}

/** The desk's door: what deliver hands alerts to. Implemented by the desk, wired together by the CLI. */
export interface TicketIntake {
  /** Position of a sender, or undefined when nothing came from it yet. */
  position(sender: string): Promise<TransferPosition | undefined>;
  /**
   * Takes records in, in order, with their audit records, what was refused beside them and the new position, in one
   * database transaction.
   * Idempotent by `alertId`.
   * @throws AppError MB_DATABASE_UNREACHABLE: nothing was stored, call again.
   */
  accept(
    records: readonly IntakeRecord[],
    integrity: readonly IntegrityIncident[],
    position: TransferPosition,
    refused?: readonly RefusedRecord[],
  ): Promise<readonly IntakeOutcome[]>;
  /** Evidence files that are now in the content store (they may arrive after their ticket). */
  evidenceArrived(hashes: readonly Sha256[]): Promise<void>;
}
