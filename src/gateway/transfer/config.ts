import { z } from 'zod';
import { senderKeyConfig } from '../../contracts/trust-config.ts';
import { brokerConfig } from '../../lib/broker-config.ts';
import { durationMs } from '../../lib/config.ts';
import { tlsConfig } from './tls-identity.ts';

const bytes = (min: number, fallback: number, description: string) =>
  z.number().int().min(min).default(fallback).meta({ unit: 'bytes', description });
const countOf = (max: number, fallback: number, description: string) =>
  z.number().int().min(1).max(max).default(fallback).meta({ description });
const host = z.string().min(1).max(255);
const tls = tlsConfig
  .optional()
  .meta({ description: 'Certificates of this side and its trusted authority; left out only on loopback.' });
const fileDrop = z.literal('file-drop').optional().meta({ description: 'Files in a folder; the default.' });

/** Making batches, whatever way they go. */
const sendBase = {
  keyFile: z.string().meta({ description: 'Private key of the gateway, PEM, Ed25519.' }),
  spoolDir: z.string().default('var/gateway/spool').meta({ description: 'Folder of batches kept for sending again.' }),
  spoolMaxBytes: bytes(1_048_576, 1_073_741_824, 'Size of the spool; the oldest sent batch goes first.'),
  batchMaxRecords: countOf(10_000, 500, 'Records in one batch, at most.'),
  batchMaxBytes: bytes(65_536, 8_388_608, 'Records and evidence in one batch, at most.'),
  egressPolicyFile: z.string().optional().meta({
    description: 'What may cross, by scene; default: edge-config/egress/default.yaml. Read again when it changes.',
  }),
  batchMaxAgeMs: durationMs({ min: 0, max: 3_600_000, default: 100, help: 'How long a record waits for company.' }),
  statementEveryMs: durationMs({
    min: 1_000,
    max: 86_400_000,
    default: 600_000,
    help: 'How often a batch carries a signed statement of all that was sent; an empty one goes when there is nothing else.',
  }),
  deliverKeyFiles: z.array(z.string()).max(100).default([]).meta({
    description: 'PEM files of public keys of the far side; what comes back is believed when one of them signed it.',
  }),
  returnDir: z
    .string()
    .default('var/gateway/return')
    .meta({ description: 'Folder of signed files that came back: resend requests and reconciliation reports.' }),
  resendMaxAgeMs: durationMs({
    min: 60_000,
    max: 31_536_000_000,
    default: 604_800_000,
    help: 'A resend request older than this is refused.',
  }),
};

/** Making batches, and how they leave. */
export const transferSendConfig = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: fileDrop,
    ...sendBase,
    dropDir: z.string().default('var/gateway/drop').meta({ description: 'Folder the crossing takes files from.' }),
    maxFilesWaiting: countOf(1_000_000, 10_000, 'Files the drop folder may hold before the gateway waits.'),
  }),
  z.strictObject({
    mode: z.literal('grpc').meta({ description: 'Two-way border: a call to the far side for each batch.' }),
    ...sendBase,
    connect: z
      .strictObject({ host, port: z.number().int().min(1).max(65_535) })
      .meta({ description: 'Address of the far side.' }),
    tls,
    serverName: z
      .string()
      .optional()
      .meta({ description: 'Name in the far side’s certificate, where it is not the host.' }),
    callTimeoutMs: durationMs({ min: 1_000, max: 600_000, default: 60_000, help: 'How long one call may take.' }),
    retryMinMs: durationMs({ min: 10, max: 60_000, default: 500, help: 'First pause between tries to connect.' }),
    retryMaxMs: durationMs({ min: 10, max: 600_000, default: 30_000, help: 'Longest pause between tries to connect.' }),
  }),
  z.strictObject({
    mode: z.literal('mqtt-bridge').meta({ description: 'From broker to broker.' }),
    ...sendBase,
    broker: brokerConfig,
    acknowledged: z
      .boolean()
      .default(true)
      .meta({ description: 'A signed word comes back for each batch; false where nothing comes back.' }),
    pieceBytes: bytes(1_024, 262_144, 'Bytes in one message; less where the broker says that it takes less.'),
    wordTimeoutMs: durationMs({ min: 1_000, max: 600_000, default: 30_000, help: 'How long a word is waited for.' }),
  }),
]);

/** Taking batches in, whatever way they came. */
const receiveBase = {
  senderKeyFiles: z.array(senderKeyConfig).min(1).meta({
    description: 'PEM files of the public keys of the collecting gateways; with its term where one is to end.',
  }),
  inboxDir: z.string().default('var/deliver/inbox').meta({ description: 'Folder batches arrive in.' }),
  archiveDir: z.string().default('var/deliver/archive').meta({ description: 'Folder of files taken in.' }),
  quarantineDir: z.string().default('var/deliver/quarantine').meta({ description: 'Folder of refused files.' }),
  done: z.enum(['archive', 'delete']).default('archive').meta({ description: 'What becomes of a file taken in.' }),
  archiveMaxFiles: countOf(1_000_000, 10_000, 'Files in the archive; the oldest goes first.'),
  quarantineMaxFiles: countOf(1_000_000, 1_000, 'Files in quarantine; the oldest goes first.'),
  maxFileBytes: bytes(1_048_576, 67_108_864, 'Largest file that is read.'),
  pollMs: durationMs({
    min: 10,
    max: 60_000,
    default: 500,
    help: 'How often the inbox is looked at, where the file system does not tell of new files.',
  }),
  gapReportMs: durationMs({
    min: 0,
    max: 86_400_000,
    default: 60_000,
    help: 'How long a missing batch is waited for before it is reported and asked for.',
  }),
  gapRepeatMs: durationMs({
    min: 1_000,
    max: 86_400_000,
    default: 600_000,
    help: 'How often a batch that stays away is asked for again.',
  }),
  keyFile: z
    .string()
    .optional()
    .meta({ description: 'Private key of this side, PEM, Ed25519: signs resend requests, reports and words.' }),
  reportDir: z
    .string()
    .default('var/deliver/reports')
    .meta({ description: 'Folder of reconciliation reports and resend requests, and of the operator’s orders.' }),
  reportsKept: countOf(100_000, 1_000, 'Files in the folder of reports; the oldest goes first.'),
  reconcileEveryMs: durationMs({
    min: 1_000,
    max: 604_800_000,
    default: 3_600_000,
    help: 'How often what was sent is held against what the desk has.',
  }),
  operatorKeyFiles: z
    .array(z.string())
    .max(100)
    .default([])
    .meta({ description: 'PEM files of public keys of those who may decide to go on without a batch.' }),
};

const sha256Fingerprint = z
  .string()
  .regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/, 'expected SHA-256 as AA:BB:…, upper case');

/** How batches arrive. */
export const transferReceiveConfig = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: fileDrop,
    ...receiveBase,
    settleMs: durationMs({
      min: 0,
      max: 3_600_000,
      default: 5_000,
      help: 'A file that does not verify is left alone while it was changed within this time: it may still be copied.',
    }),
    returnDir: z
      .string()
      .optional()
      .meta({ description: 'Folder that is carried back to the collecting gateways, where there is one.' }),
  }),
  z.strictObject({
    mode: z.literal('grpc').meta({ description: 'Two-way border: the collecting gateways call.' }),
    ...receiveBase,
    listen: z
      .strictObject({ host, port: z.number().int().min(0).max(65_535) })
      .meta({ description: 'Address to listen on.' }),
    tls,
    clients: z
      .array(
        z.strictObject({
          fingerprint: sha256Fingerprint.meta({ description: 'SHA-256 fingerprint of a gateway’s certificate.' }),
          senderKeyId: z
            .string()
            .regex(/^[0-9a-f]{16}$/)
            .meta({ description: 'Id of the (first) key of the gateway that may use it.' }),
        }),
      )
      .max(1_000)
      .optional()
      .meta({ description: 'Which certificate may send for which gateway; left out, every one of the authority may.' }),
  }),
  z.strictObject({
    mode: z.literal('mqtt-bridge').meta({ description: 'From broker to broker.' }),
    ...receiveBase,
    broker: brokerConfig,
    clientId: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/)
      .default('maplebridge-deliver')
      .meta({ description: 'Name at the broker; the same after a restart.' }),
    acknowledged: z
      .boolean()
      .default(true)
      .meta({ description: 'Say a signed word for each batch (needs keyFile); false where nothing may go back.' }),
    keepMs: durationMs({
      min: 0,
      max: 2_592_000_000,
      default: 604_800_000,
      help: 'How long the broker keeps batches while this side is away (MQTT 5).',
    }),
  }),
]);

/** As read from a file. */
export type TransferSendConfig = z.output<typeof transferSendConfig>;

/** As read from a file. */
export type TransferReceiveConfig = z.output<typeof transferReceiveConfig>;
