import { z } from 'zod';
import { senderId } from './transfer-documents.ts';

/** Where a piece of a batch belongs. */
export interface BatchPiece {
  readonly sender: string;
  readonly number: number;
  readonly sha256: string;
  readonly offset: number;
  /** Bytes of the whole batch. */
  readonly total: number;
}

/** The topics of one sender on the bridge, `mb/v1/bridge/{sender}/…`. */
export class BridgeTopics {
  readonly prefix: string;

  constructor(sender: string) {
    this.prefix = `mb/v1/bridge/${sender}`;
  }

  /** Binary payload: bytes of the batch from `offset` on. */
  piece({ number, sha256, offset, total }: Omit<BatchPiece, 'sender'>): string {
    return `${this.prefix}/batch/${number}/${sha256}/${offset}.${total}`;
  }

  /** Far side → sender: what became of a batch. */
  get word(): string {
    return `${this.prefix}/word`;
  }

  /** Far side → sender: resend requests and reconciliation reports. */
  get document(): string {
    return `${this.prefix}/document`;
  }
}

/** Pieces of every sender. */
export const everyPiece = 'mb/v1/bridge/+/batch/#';

const piece =
  /^mb\/v1\/bridge\/([0-9a-f]{16}\.[0-9a-f]{8})\/batch\/([1-9]\d{0,11})\/([0-9a-f]{64})\/(0|[1-9]\d{0,11})\.([1-9]\d{0,11})$/;

/** A piece's topic taken apart, or undefined when it is none. */
export function parsePiece(topic: string): BatchPiece | undefined {
  const [, sender, number, sha256, offset, total] = piece.exec(topic) ?? [];
  if (sender === undefined || sha256 === undefined) return undefined;
  return { sender, number: Number(number), sha256, offset: Number(offset), total: Number(total) };
}

/** What became of a batch, signed by the far side. */
export const bridgeWordSchema = z.strictObject({
  kind: z.literal('transfer-word'),
  format: z.literal(1),
  sender: senderId,
  number: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** `landed`: on the far side's disk, not with its desk yet. `damaged`: send it again. */
  outcome: z.enum(['landed', 'taken', 'replayed', 'refused', 'damaged']),
  fault: z.string().max(64),
  detail: z.string().max(500),
});

/** What became of a batch. */
export type BridgeWord = z.output<typeof bridgeWordSchema>;
