import { z } from 'zod';
import { durationMs } from '../../lib/config.ts';

const bytes = (min: number, fallback: number, description: string) =>
  z.number().int().min(min).default(fallback).meta({ unit: 'bytes', description });
const countOf = (max: number, fallback: number, description: string) =>
  z.number().int().min(1).max(max).default(fallback).meta({ description });

/** Making batches, and the folder they leave by. */
export const transferSendConfig = z.strictObject({
  mode: z.literal('file-drop').default('file-drop').meta({ description: 'How batches cross.' }),
  keyFile: z.string().meta({ description: 'Private key of the gateway, PEM, Ed25519.' }),
  dropDir: z.string().default('var/gateway/drop').meta({ description: 'Folder the crossing takes files from.' }),
  maxFilesWaiting: countOf(1_000_000, 10_000, 'Files the drop folder may hold before the gateway waits.'),
  spoolDir: z.string().default('var/gateway/spool').meta({ description: 'Folder of batches kept for sending again.' }),
  spoolMaxBytes: bytes(1_048_576, 1_073_741_824, 'Size of the spool; the oldest sent batch goes first.'),
  batchMaxRecords: countOf(10_000, 500, 'Records in one batch, at most.'),
  batchMaxBytes: bytes(65_536, 8_388_608, 'Records and evidence in one batch, at most.'),
  egressPolicyFile: z.string().optional().meta({
    description: 'What may cross, by scene; default: edge-config/egress/default.yaml. Read again when it changes.',
  }),
  batchMaxAgeMs: durationMs({ min: 0, max: 3_600_000, default: 1_000, help: 'How long a record waits for company.' }),
});

/** The folder batches arrive in. */
export const transferReceiveConfig = z.strictObject({
  mode: z.literal('file-drop').default('file-drop').meta({ description: 'How batches cross.' }),
  senderKeyFiles: z
    .array(z.string())
    .min(1)
    .meta({ description: 'PEM files of the public keys of the collecting gateways.' }),
  inboxDir: z.string().default('var/deliver/inbox').meta({ description: 'Folder the crossing puts files into.' }),
  archiveDir: z.string().default('var/deliver/archive').meta({ description: 'Folder of files taken in.' }),
  quarantineDir: z.string().default('var/deliver/quarantine').meta({ description: 'Folder of refused files.' }),
  done: z.enum(['archive', 'delete']).default('archive').meta({ description: 'What becomes of a file taken in.' }),
  archiveMaxFiles: countOf(1_000_000, 10_000, 'Files in the archive; the oldest goes first.'),
  quarantineMaxFiles: countOf(1_000_000, 1_000, 'Files in quarantine; the oldest goes first.'),
  maxFileBytes: bytes(1_048_576, 67_108_864, 'Largest file that is read.'),
  pollMs: durationMs({ min: 10, max: 60_000, default: 500, help: 'How often the inbox is looked at.' }),
  settleMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 5_000,
    help: 'A file that does not verify is left alone while it was changed within this time: it may still be copied.',
  }),
  gapReportMs: durationMs({
    min: 0,
    max: 86_400_000,
    default: 60_000,
    help: 'How long a missing batch is waited for before it is reported.',
  }),
});

/** As read from a file. */
export type TransferSendConfig = z.output<typeof transferSendConfig>;

/** As read from a file. */
export type TransferReceiveConfig = z.output<typeof transferReceiveConfig>;
