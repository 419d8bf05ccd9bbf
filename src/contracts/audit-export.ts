import { z } from 'zod';
import type { Sha256 } from '../domain/ids.ts';
import { checkpointSchema } from './audit-checkpoint.ts';

const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((value) => value as Sha256);
const count = z.number().int().nonnegative();
const row = z.record(z.string(), z.unknown());

/**
 * One line of an audit export: NDJSON in one zstd stream (RFC 8878). In this order: header, checkpoint…, record…,
 * ticket…, dispatch…, alert…, file…, signed, end.
 */
export const exportLineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('header'),
    format: z.literal('maplebridge-audit-export/1'),
    deskId: z.string().max(128),
    exportedAt: count,
    softwareVersion: z.string().max(64),
    /** Whether evidence files are in it. */
    withEvidence: z.boolean(),
    /** Ids of the keys needed to check it; the keys themselves come from somebody who is trusted. */
    keys: z.strictObject({ desk: z.array(z.string()) }),
  }),
  z.strictObject({ type: z.literal('checkpoint'), checkpoint: checkpointSchema }),
  z.strictObject({ type: z.literal('record'), row }),
  z.strictObject({ type: z.literal('ticket'), row }),
  z.strictObject({ type: z.literal('dispatch'), row }),
  z.strictObject({ type: z.literal('alert'), row, evidence: z.array(row) }),
  /** A part of an evidence file as base64; the last one says so. `missing`: listed as here, and not to be had. */
  z.strictObject({
    type: z.literal('file'),
    sha256: sha256Hex,
    data: z.string(),
    last: z.boolean(),
    missing: z.boolean().optional(),
  }),
  /** Signed for this export, over exactly its records. */
  z.strictObject({ type: z.literal('signed'), checkpoint: checkpointSchema }),
  /** Lines before this one, and the SHA-256 of all of them with their line ends: an export cut short is told as such. */
  z.strictObject({ type: z.literal('end'), lines: count, sha256: sha256Hex }),
]);

/** One line of an audit export. */
export type ExportLine = z.output<typeof exportLineSchema>;

/** The longest line: an alert with all it may hold, or a part of a file. */
export const maxExportLineBytes = 4 * 1024 * 1024;
