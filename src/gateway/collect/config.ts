import { z } from 'zod';
import { nodeKeyConfig, trustConfig } from '../../contracts/trust-config.ts';
import { brokerConfig } from '../../lib/broker-config.ts';
import { durationMs, secretRef } from '../../lib/config.ts';

const name = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected letters, digits, `_`, `.`, `-`, at most 64');

/** Collecting alerts from the broker of the video network. */
export const collectConfig = z.strictObject({
  site: name.meta({ description: 'Site whose nodes are collected.' }),
  broker: brokerConfig,
  nodes: z.array(nodeKeyConfig).min(1).max(10_000).meta({ description: 'Nodes whose alerts are accepted.' }),
  trust: trustConfig.meta({ description: 'Key rotations and revocations.' }),
  journalPath: z.string().default('var/gateway/journal.db').meta({ description: 'SQLite file of the journal.' }),
  coveragePath: z
    .string()
    .optional()
    .meta({ description: 'SQLite file of the blindness accounts; default: coverage.db beside the journal.' }),
  coverageKeepDays: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(400)
    .meta({ unit: 'days', description: 'How long blind intervals are kept.' }),
  evidenceDir: z
    .string()
    .default('var/gateway/evidence')
    .meta({ description: 'Folder of evidence files on their way to a batch.' }),
  maxEvidenceBytes: z
    .number()
    .int()
    .min(1_048_576)
    .max(50_331_648)
    .default(16_777_216)
    .meta({ unit: 'bytes', description: 'Largest evidence file that is taken. Not smaller than that of the nodes.' }),
  gapGraceMs: durationMs({
    min: 100,
    max: 86_400_000,
    default: 60_000,
    help: 'How long a missing or refused alert is waited for before later ones are taken and a gap is reported. Longer than ackTimeoutMs of the nodes.',
  }),
  quarantineRows: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .meta({ description: 'Refused messages kept for inspection; the oldest goes first.' }),
});

/** The embedded broker, for the demo and for small sites. */
export const embeddedBrokerConfig = z.strictObject({
  host: z.string().default('127.0.0.1').meta({ description: 'Address to listen on; loopback unless told otherwise.' }),
  port: z.number().int().min(0).max(65_535).default(1883).meta({ description: 'Port; 0 lets the system choose.' }),
  gateway: z.strictObject({
    username: z.string().min(1).max(64).default('gateway').meta({ description: 'User name of the gateway.' }),
    password: secretRef,
  }),
  nodes: z
    .array(z.strictObject({ site: name, node: name, username: z.string().min(1).max(64), password: secretRef }))
    .max(1_000)
    .default([])
    .meta({ description: 'Nodes that may connect.' }),
});

/** As read from a file. */
export type CollectConfig = z.output<typeof collectConfig>;
