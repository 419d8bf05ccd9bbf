import type { Sha256, UtcMs } from '../domain/ids.ts';
import type { NumberRange, SignedStatement } from './transfer-documents.ts';

/** A batch as it was taken in; stored with the position in one transaction. */
export interface TakenBatch {
  readonly sha256: Sha256;
  /** Alerts of the batch that were believed. */
  readonly alerts: number;
  /** Records that were not; each is an integrity incident. */
  readonly refused: number;
  /** Integrity incidents the sender reported in it. */
  readonly integrity: number;
  readonly evidence: readonly { readonly sha256: Sha256; readonly bytes: number }[];
  readonly statement: SignedStatement | undefined;
}

/** A decision to go on without batches. */
export interface PassedOver {
  readonly sender: string;
  readonly from: number;
  readonly to: number;
  /** The signed document, as text. */
  readonly decision: string;
  readonly detail: string;
  readonly at: UtcMs;
}

/** What the desk's rows say of one sender, over the batches `from` to `through`. */
export interface LedgerAccount {
  readonly batches: number;
  readonly alerts: number;
  readonly refused: number;
  readonly integrity: number;
  readonly evidenceFiles: number;
  readonly evidenceBytes: number;
  readonly missingBatches: readonly NumberRange[];
  readonly missingBatchCount: number;
  readonly passedOver: readonly NumberRange[];
  /** Batches of which fewer alerts are here than were taken in. */
  readonly thinned: readonly { readonly number: number; readonly taken: number; readonly held: number }[];
}

/** The desk's memory of what crossed, for reconciliation and for decisions about what never will. */
export interface TransferLedger {
  /** Every sender of whom something is here. */
  senders(): Promise<readonly string[]>;
  /** Newest statement of a sender; `whole`: that tells node by node. */
  statement(sender: string, whole: boolean): Promise<SignedStatement | undefined>;
  account(sender: string, from: number, through: number): Promise<LedgerAccount>;
  /** Alerts that are here, by node, of the batches up to `through`. */
  nodes(sender: string, through: number): Promise<ReadonlyMap<string, number>>;
  /** Sequence numbers of a node that are not here, between two that are named. */
  missingNumbers(node: string, lowest: number, highest: number): Promise<readonly NumberRange[]>;
  /** Hashes of evidence files that came, after one of them, in order. */
  evidence(sender: string, after: string, limit: number): Promise<readonly Sha256[]>;
  /** Whether a batch was passed over and has not come since. */
  isPassedOver(sender: string, number: number): Promise<boolean>;
  /** Moves the position beyond batches that will not come, with an integrity incident, in one transaction. */
  passOver(passed: PassedOver): Promise<void>;
}
