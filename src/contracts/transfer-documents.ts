import { z } from 'zod';
import { signatureSchema } from './signed-document.ts';

const utcMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();
const batchNumber = z.number().int().positive();

/** `<first key id of the gateway>.<id of its journal>`: a new journal is a new sender, a new key that took over is not. */
export const senderId = z.string().regex(/^[0-9a-f]{16}\.[0-9a-f]{8}$/);

/** First and last number of a run. */
const range = z.tuple([batchNumber, batchNumber]).refine(([from, to]) => from <= to, 'ends before it begins');

/** Runs of numbers, ascending. */
export type NumberRange = readonly [from: number, to: number];

const ranges = z.array(range).max(1_000);

/** What crossed, counted; each end counts for itself. */
const crossedCounts = {
  batches: count,
  alerts: count,
  integrity: count,
  evidenceFiles: count,
  evidenceBytes: count,
};

const nodeCount = z.strictObject({ node: z.string().max(128), alerts: count, lowest: count, highest: count });

/** What a sender says it sent, up to and with the batch it stands in. */
export const statementSchema = z.strictObject({
  kind: z.literal('statement'),
  format: z.literal(1),
  sender: senderId,
  /** First batch that is counted: 1, unless the journal began before statements did. */
  from: batchNumber,
  /** The batch it stands in. */
  through: batchNumber,
  at: utcMs,
  ...crossedCounts,
  /** Batches that were asked for again and are not there any more. */
  lost: ranges,
  /** By node, in a statement of the whole; left out between these. */
  nodes: z.array(nodeCount).max(10_000).optional(),
});

/** What a sender says it sent. */
export type TransferStatement = z.output<typeof statementSchema>;

/** A statement with its sender's signature. */
export const signedStatementSchema = z.strictObject({ statement: statementSchema, signature: signatureSchema });

/** A statement with its sender's signature. */
export type SignedStatement = z.output<typeof signedStatementSchema>;

/** Asks a sender to send batches again. */
export const resendRequestSchema = z.strictObject({
  kind: z.literal('resend-request'),
  format: z.literal(1),
  /** Random; a request that comes twice is answered once. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  sender: senderId,
  batches: ranges.min(1),
  at: utcMs,
});

/** Asks a sender to send batches again. */
export type ResendRequest = z.output<typeof resendRequestSchema>;

/** An operator's decision to go on without batches that will never come. */
export const passOverSchema = z.strictObject({
  kind: z.literal('pass-over'),
  format: z.literal(1),
  sender: senderId,
  batches: ranges.min(1),
  operator: z.string().min(1).max(64),
  reason: z.string().min(1).max(300),
  at: utcMs,
});

/** An operator's decision to go on without batches that will never come. */
export type PassOver = z.output<typeof passOverSchema>;

/** What one sender says it sent, held against what the desk has. */
export const reconciliationSchema = z.strictObject({
  kind: z.literal('reconciliation'),
  format: z.literal(1),
  sender: senderId,
  at: utcMs,
  /** The sender's own word, signed by it; null while none has come. */
  statement: signedStatementSchema.nullable(),
  /** Highest batch taken in; those after the statement's are not judged yet. */
  position: count,
  received: z.strictObject({
    ...crossedCounts,
    /** Records that came and were refused; each is an integrity incident of its own. */
    refused: count,
    /** Evidence files whose bytes are in the store. */
    evidencePresent: count,
  }),
  missing: z.strictObject({
    batches: ranges,
    /** More than are named. */
    batchCount: count,
    alerts: count,
    evidenceFiles: count,
    /** Sequence numbers by node, where alerts are missing. */
    nodes: z
      .array(z.strictObject({ node: z.string().max(128), sent: count, received: count, numbers: ranges }))
      .max(10_000),
    /** Batches of which alerts are gone that the desk once had. */
    thinned: z.array(z.strictObject({ number: batchNumber, taken: count, held: count })).max(1_000),
  }),
  /** Here, and waiting for a missing one or for the desk. */
  waiting: ranges,
  /** Batches that an operator decided to go on without. */
  passedOver: ranges,
  complete: z.boolean(),
});

/** What one sender says it sent, held against what the desk has. */
export type Reconciliation = z.output<typeof reconciliationSchema>;

/** Runs of ascending numbers, at most `most` of them. */
export function toRanges(numbers: Iterable<number>, most = 1_000): NumberRange[] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else if (found.length === most) break;
    else found.push([number, number]);
  }
  return found;
}

/** `3, 7 to 9`. */
export function rangesText(runs: readonly NumberRange[]): string {
  return runs.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`)).join(', ');
}

/** Whether a number lies in one of the runs. */
export function within(runs: readonly NumberRange[], number: number): boolean {
  return runs.some(([from, to]) => from <= number && number <= to);
}

/** `1,204 sent, 1,204 received, 0 missing`, and what is missing by name. */
export function reconciliationLine({ statement, received, missing, waiting, passedOver }: Reconciliation): string {
  const number = (value: number) => value.toLocaleString('en-US');
  if (statement === null) return `${number(received.alerts)} received; its sender has not said yet what it sent`;
  const refused = received.refused > 0 ? `, ${number(received.refused)} refused` : '';
  const sent = `${number(statement.statement.alerts)} sent, ${number(received.alerts)} received${refused}`;
  const named = [
    missing.batchCount > 0 ? `missing batches: ${rangesText(missing.batches)}` : '',
    waiting.length > 0 ? `waiting: ${rangesText(waiting)}` : '',
    passedOver.length > 0 ? `passed over: ${rangesText(passedOver)}` : '',
    missing.evidenceFiles > 0 ? `${number(missing.evidenceFiles)} evidence files missing` : '',
    ...missing.thinned.map(({ number: batch, taken, held }) => `batch ${batch}: ${held} of ${taken} alerts are left`),
    ...missing.nodes.map(({ node, numbers }) => `${node}: ${rangesText(numbers)}`),
  ].filter((each) => each !== '');
  return [`${sent}, ${number(missing.alerts)} missing`, ...named].join('; ');
}
