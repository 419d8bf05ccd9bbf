import { z } from 'zod';
import { durationMs, secretRef } from '../lib/config.ts';

const database = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('embedded'),
      dir: z.string().min(1).default('var/desk/database').meta({ description: 'Folder of the database.' }),
    }),
    z.strictObject({
      kind: z.literal('memory').meta({ description: 'For tests: nothing is kept.' }),
    }),
    z.strictObject({
      kind: z.literal('postgres'),
      url: secretRef.meta({ description: 'Where `postgres://user:password@host:port/database` is.' }),
      migrateUrl: secretRef.optional().meta({
        description:
          'Where the same with the role that owns the schema is: only `maplebridge desk migrate` reads it. Where it is set, the service leaves the schema alone.',
      }),
      allowOwner: z.boolean().default(false).meta({
        description: 'Run although the role of `url` could change the audit log; the log says so at each start.',
      }),
      maxConnections: z.number().int().min(2).max(200).default(10).meta({ description: 'Connections of the desk.' }),
    }),
  ])
  .default({ kind: 'embedded', dir: 'var/desk/database' })
  .meta({ description: 'Embedded Postgres (PGlite) in this process, or a Postgres server (14 or newer).' });

const queue = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('database').meta({ description: 'In the database above.' }) }),
    z.strictObject({
      kind: z.literal('redis'),
      url: secretRef.meta({ description: 'Where `redis://:password@host:port/0` is.' }),
    }),
  ])
  .default({ kind: 'database' })
  .meta({ description: 'Where BullMQ keeps scheduled jobs; what is owed is in the database in any case.' });

const user = z.strictObject({
  name: z.string().min(1).max(64).meta({ description: 'Shown in timelines and the audit log.' }),
  role: z.enum(['dispatcher', 'responder', 'auditor', 'admin']).meta({ description: 'What the user may do.' }),
  tokenSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: 'SHA-256 of the token (`printf %s TOKEN | sha256sum`), at least 20 random characters.' }),
});

const http = z.strictObject({
  host: z.string().default('127.0.0.1').meta({ description: 'Address to listen on.' }),
  port: z.number().int().min(0).max(65535).default(8080).meta({ description: 'Port; 0 lets the system choose.' }),
  secureCookie: z
    .boolean()
    .default(false)
    .meta({ description: 'Send the session cookie over HTTPS only: set it behind a TLS proxy.' }),
  trustedProxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .default(['127.0.0.0/8', '::1'])
    .meta({ description: 'Proxies whose X-Forwarded-For names the client; wrong tokens are counted by client.' }),
});

const audit = z.strictObject({
  deskId: z.string().min(1).max(128).default('desk').meta({ description: 'Which desk signs, as checkpoints name it.' }),
  keyFile: z.string().optional().meta({
    description: 'Own Ed25519 key that signs checkpoints: `maplebridge keys generate`. Needed but in the demo.',
  }),
  formerKeyFiles: z
    .array(z.string())
    .default([])
    .meta({ description: 'Public keys (.pub) that checkpoints were signed with before.' }),
  stateDir: z
    .string()
    .default('var/desk/audit')
    .meta({ description: 'Folder of the newest checkpoint, outside of the database: what the desk goes on from.' }),
  checkpointDir: z
    .string()
    .optional()
    .meta({ description: 'Folder that each checkpoint is also put into, such as a write-once share.' }),
  everyRecords: z
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(10_000)
    .meta({ description: 'Records after which a checkpoint is signed.' }),
  afterMs: durationMs({
    min: 100,
    max: 86_400_000,
    default: 60_000,
    help: 'Time after which records are under a checkpoint, however few.',
  }),
});

/** Configuration of the desk. */
export const deskSchema = z.strictObject({
  database,
  queue,
  http: http.prefault({}).meta({ description: 'API and console.' }),
  users: z
    .array(user)
    .default([])
    .refine((users) => new Set(users.map((each) => each.tokenSha256)).size === users.length, 'two users share a token')
    .meta({ description: 'Who may sign in.' }),
  audit: audit.prefault({}).meta({ description: 'Signed checkpoints of the audit log.' }),
  signLimitMs: durationMs({
    min: 100,
    max: 3_600_000,
    default: 60_000,
    help: 'Time a station has to sign a dispatch.',
  }),
  sweepMs: durationMs({
    min: 100,
    max: 60_000,
    default: 5_000,
    help: 'How often owed jobs that the queue forgot are looked for.',
  }),
  routing: z
    .string()
    .default('edge-config/desk/routing.yaml')
    .meta({ description: 'Routing table: scene and zone tag to department, division to station.' }),
  evidenceDir: z.string().default('var/desk/evidence').meta({ description: 'Evidence files, by their SHA-256.' }),
  consoleDir: z.string().default('dist/console').meta({ description: 'The built console.' }),
});

/** Checked configuration of the desk. */
export type DeskConfig = z.output<typeof deskSchema>;
