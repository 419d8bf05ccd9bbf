import { z } from 'zod';
import type { NodeId, Sha256 } from '../domain/ids.ts';
import { clockMarkSchema } from '../lib/clock-state.ts';
import type { Service } from '../lib/lifecycle.ts';
import { alertEventSchema } from './alert-event.ts';
import { type IntegrityIncident, integrityKinds } from './ticket-intake.ts';
import { type NumberRange, type SignedStatement, senderId, signedStatementSchema } from './transfer-documents.ts';
import { type WithheldEvidence, withheldEvidenceSchema } from './withheld-evidence.ts';

const utcMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();
const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((value) => value as Sha256);

/** An integrity incident as it travels. */
const integrityIncidentSchema = z.strictObject({
  kind: z.enum(integrityKinds),
  node: z
    .string()
    .max(128)
    .transform((value) => value as NodeId)
    .optional(),
  alerts: z.strictObject({ from: count, to: count }).optional(),
  detail: z.string().max(500),
  at: utcMs,
  /** Clock that `at` comes from; absent in records of earlier versions. */
  clock: clockMarkSchema.optional(),
});

/** One line of a batch. Strict: with the alert's schema this is the list of fields that may cross. */
export const transferRecordSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('alert'),
    collectedAt: utcMs,
    event: alertEventSchema,
    /** Of the files it names, those that stay on the video network. */
    withheld: z.array(withheldEvidenceSchema).max(16).optional(),
  }),
  z.strictObject({ type: z.literal('integrity'), incident: integrityIncidentSchema }),
]);

/** One line of a batch. */
export type TransferRecord = z.output<typeof transferRecordSchema>;

/** What the collecting gateway signs: everything in the batch by hash. */
export const batchManifestSchema = z.strictObject({
  format: z.literal(1),
  sender: senderId,
  /** 1, 2, 3, … without holes for one sender. */
  number: z.number().int().positive(),
  createdAt: utcMs,
  /** Clock of the collecting gateway when it made the batch; absent in batches of earlier versions. */
  clock: clockMarkSchema.optional(),
  records: z.strictObject({ count, bytes: count, sha256: sha256Hex }),
  evidence: z.array(z.strictObject({ sha256: sha256Hex, bytes: count })).max(10_000),
  /** The compressed body as it lies in the file: checked before anything is unpacked. */
  body: z.strictObject({ bytes: count, sha256: sha256Hex }),
  /** What the sender has sent in all, signed by itself so that it can be kept and shown without the batch. */
  statement: signedStatementSchema.optional(),
});

/** What the collecting gateway signs. */
export type BatchManifest = z.output<typeof batchManifestSchema>;

/** A batch ready to travel; its bytes never change again. */
export interface SealedBatch {
  readonly sender: string;
  readonly number: number;
  /** Of `bytes`. */
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
}

/** A batch whose signature and hashes were verified. Its lines are not: the consumer checks each record. */
export interface TransferBatch {
  readonly manifest: BatchManifest;
  /** Of the file. */
  readonly sha256: Sha256;
  readonly lines: readonly string[];
  readonly evidence: readonly { readonly sha256: Sha256; readonly bytes: Buffer }[];
}

/** The sending half of a transfer mode. */
export interface TransferSender extends Service {
  /**
   * Hands a batch to the border durably; sending the same batch again is harmless.
   * Two-way modes resolve only when the far side has taken the batch in. Several may be under way.
   * Rejects when it could not, and when the sender is stopped meanwhile; the caller tries again.
   */
  send(batch: SealedBatch): Promise<void>;
}

/** What became of a batch on the far side. */
export type BatchOutcome =
  | { readonly outcome: 'taken' | 'replayed' }
  | { readonly outcome: 'refused'; readonly fault: string; readonly detail: string };

/** The receiving half of a transfer mode: gives batches to its consumer in number order for as long as it runs. */
export interface TransferReceiver extends Service {
  status(): TransferReceiverStatus;
  /** What is here and was not taken in, by sender. */
  waiting(): Promise<readonly WaitingBatches[]>;
  /** Has what is here looked at now instead of at the next poll. */
  look(): void;
  /**
   * Hands a signed document to the way back to a sender. False where the mode has none, or nobody is there.
   * Rejects when it could not be handed over.
   */
  sendBack(sender: string, text: string): Promise<boolean>;
}

/** Batches of a sender that are here and not with the desk. */
export interface WaitingBatches {
  readonly sender: string;
  readonly batches: readonly NumberRange[];
  /** In the newest of them, whose signature was checked. */
  readonly statement: SignedStatement | undefined;
}

/** A sender of whom something is here that cannot be taken in. */
export interface TransferStall {
  readonly sender: string;
  /** The batch that holds the others up. */
  readonly number: number;
  /** It is missing; the desk does not take it; or it may still be being copied. */
  readonly reason: 'gap' | 'consumer' | 'settling';
  readonly forMs: number;
}

/** What a receiver waits for and what it refused. */
export interface TransferReceiverStatus {
  readonly taken: number;
  readonly quarantined: number;
  /** Batches missing before one that is here, by sender. */
  readonly gaps: Readonly<Record<string, number>>;
  readonly stalls: readonly TransferStall[];
}

/** Who takes batches in on the far side. */
export interface BatchConsumer {
  /** Highest number taken in from a sender; 0 when nothing came yet. */
  position(sender: string): Promise<number>;
  /** Takes a batch in, or recognises it as taken. Rejects when it could not: the receiver keeps it and tries again. */
  take(batch: TransferBatch): Promise<'taken' | 'replayed'>;
  /** Records an integrity incident of the transfer itself. Rejects when it could not be recorded. */
  report(sender: string, incident: IntegrityIncident): Promise<void>;
}

/** What is next to cross, oldest first. */
export interface BatchContent {
  /** Number to be given to, or already given to, this content. */
  readonly number: number;
  readonly records: readonly { readonly seq: number; readonly line: string }[];
  readonly evidence: readonly { readonly sha256: Sha256; readonly bytes: number }[];
  /** When its oldest part was collected. */
  readonly oldestAt: number;
}

/** What the border does not let through as it is. */
export type HeldBack =
  /** The record waits in quarantine with the evidence it names. */
  | { readonly what: 'record'; readonly seq: number; readonly refusal: RecordRefusal }
  /** The record crosses as `line`, the files do not. */
  | {
      readonly what: 'evidence';
      readonly seq: number;
      readonly line: string;
      readonly files: readonly WithheldEvidence[];
    };

/** Why a record was refused at the border, for whoever looks into the quarantine. */
export interface RecordRefusal {
  readonly node: NodeId | undefined;
  readonly n: number | undefined;
  readonly alertId: string | undefined;
  readonly scene: string;
  /** E.g. `fields not on the list: details.kind`. */
  readonly reason: string;
  readonly evidence: readonly Sha256[];
}

/** What one batch holds, counted. */
export interface BatchTally {
  readonly alerts: number;
  readonly integrity: number;
  readonly evidenceFiles: number;
  readonly evidenceBytes: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly alerts: number;
    readonly lowest: number;
    readonly highest: number;
  }[];
}

/** What was put into batches since `from`. */
export interface SentTotals extends BatchTally {
  readonly from: number;
  readonly batches: number;
  /** Batches that were asked for again and are not there any more. */
  readonly lost: readonly NumberRange[];
}

/** Where batches are made from: the journal of the collecting gateway. */
export interface TransferSource {
  /** Eight hex digits, made with the journal. */
  readonly journalId: string;
  /** Id of the key the first batch was signed with, `keyId` where there is none: keys change, the sender's name does not. */
  firstKey(keyId: string): string;
  /** What is not in a batch yet, up to the limits; undefined when nothing is. */
  peek(limits: { records: number; bytes: number }): BatchContent | undefined;
  /** Number of the next batch. */
  nextNumber(): number;
  /** Fixes number, content, file hash and the new totals in one transaction. */
  commitBatch(
    content: BatchContent,
    sealed: { sha256: Sha256; bytes: number; createdAt: number },
    stated: { tally: BatchTally; statement: SignedStatement },
  ): void;
  totals(): SentTotals;
  /** The statement in a batch not marked sent. */
  statementOf(number: number): SignedStatement | undefined;
  /** Hash of a batch's bytes as they were fixed; undefined for one that was never made. */
  sealedHash(number: number): Sha256 | undefined;
  /** Batches that were asked for and are not there any more: every statement says so from now on. */
  declareLost(numbers: readonly number[]): void;
  /** Batches committed and not marked sent, in order. */
  unsent(): readonly { number: number; sha256: Sha256; createdAt: number }[];
  /** The content of a batch not marked sent. */
  contentOf(number: number): BatchContent;
  markSent(number: number): void;
  /** Takes what may not cross out of what is next to cross, all of it in one transaction. */
  holdBack(held: readonly HeldBack[], incidents: readonly IntegrityIncident[]): void;
  /** An evidence file that cannot be read any more is taken out, and an incident takes its place. */
  evidenceDamaged(hash: Sha256): void;
  /** Called after something new was written; the returned function ends it. */
  onWritten(listener: () => void): () => void;
}
