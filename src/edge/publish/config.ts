import { z } from 'zod';
import { brokerConfig } from '../../lib/broker-config.ts';
import { durationMs } from '../../lib/config.ts';

/** The outbox on the node's disk. */
const outboxConfig = z.strictObject({
  path: z.string().default('var/edge/outbox.db').meta({ description: 'SQLite file of the outbox.' }),
  evidenceDir: z.string().default('var/edge/evidence').meta({ description: 'Folder of evidence files to be sent.' }),
  maxBytes: z
    .number()
    .int()
    .min(1_048_576)
    .default(2_147_483_648)
    .meta({ unit: 'bytes', description: 'Disk space for waiting alerts and evidence together.' }),
  maxWaiting: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .meta({ description: 'Alerts held in memory while the disk cannot take them.' }),
  coveragePath: z
    .string()
    .optional()
    .meta({ description: 'SQLite file of the blindness account; default: coverage.db beside the outbox.' }),
  maxCoverageRecords: z.number().int().min(1_000).max(10_000_000).default(200_000).meta({
    description: 'Blind intervals that wait; beyond it, those of one camera are joined (about 100 bytes each).',
  }),
});

/** Publishing: outbox, broker and how much is under way at once. */
export const publishConfig = z.strictObject({
  broker: brokerConfig,
  outbox: outboxConfig.prefault({}),
  window: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(64)
    .meta({ description: 'Alerts sent and not yet acknowledged by the gateway, at most.' }),
  evidenceWindow: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(16)
    .meta({ description: 'Evidence files sent and not yet acknowledged by the gateway, at most.' }),
  maxEvidenceBytes: z
    .number()
    .int()
    .min(1_048_576)
    .max(50_331_648)
    .default(16_777_216)
    .meta({ unit: 'bytes', description: 'Largest evidence file that is sent; a larger one is given up and counted.' }),
  offlineAfterMs: durationMs({
    min: 0,
    max: 600_000,
    default: 15_000,
    help: 'How long the node may be away before an MQTT 5 broker says that it is offline; at most broker.sessionExpiryMs. A broker of 3.1.1 says so at once.',
  }),
  ackTimeoutMs: durationMs({
    min: 100,
    max: 600_000,
    default: 15_000,
    help: 'How long the gateway may take to acknowledge before everything under way is sent again.',
  }),
});
