import { z } from 'zod';
import type { Sha256 } from '../domain/ids.ts';

/** Why a file that an alert names stays on the video network. */
export const withheldReasons = ['kind-not-listed', 'not-redacted', 'plates-readable'] as const;

/** A file that an alert names and that does not cross. */
export const withheldEvidenceSchema = z.strictObject({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((value) => value as Sha256),
  reason: z.enum(withheldReasons),
});

/** A file that an alert names and that does not cross. */
export type WithheldEvidence = z.output<typeof withheldEvidenceSchema>;
