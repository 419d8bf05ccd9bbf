import { z } from 'zod';
import { isTopicLevel } from '../contracts/topics.ts';
import type { NodeId, SiteId } from '../domain/ids.ts';
import { telemetryConfig } from '../lib/telemetry-config.ts';
import { cameraSchema } from './camera-config.ts';
import { decodeSchema } from './decode/config.ts';
import { detectSchema } from './detect/config.ts';
import { evidenceSchema } from './evidence/config.ts';
import { gateSchema } from './gate/config.ts';
import { healthSchema } from './health/config.ts';
import { lifeSchema } from './ingest/life-config.ts';
import { ingestSchema } from './ingest/shard-config.ts';
import { looksSchema } from './look-config.ts';
import { memorySchema } from './memory/config.ts';
import { mergeSchema } from './merge-config.ts';
import { observationsSchema } from './observe/config.ts';
import { publishConfig } from './publish/config.ts';
import { redactSchema } from './redact/config.ts';
import { calendarSchema } from './scene/rule/site-calendar.ts';
import { scheduleSchema } from './schedule/config.ts';
import { trackSchema } from './track/config.ts';

const topicLevel = z.string().refine(isTopicLevel, 'letters, digits, "_", "." and "-" only, at most 64');

/** Configuration of one edge node. */
export const edgeSchema = z
  .strictObject({
    site: topicLevel.transform((value) => value as SiteId).meta({ description: 'The place, as in MQTT topics.' }),
    node: topicLevel.transform((value) => value as NodeId).meta({ description: 'This box, as in MQTT topics.' }),
    keyFile: z.string().meta({ description: 'Ed25519 private key (PEM, mode 0600): `maplebridge keys generate`.' }),
    http: z
      .strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65_535).default(9464) })
      .prefault({})
      .meta({ description: 'Where /healthz and /metrics answer.' }),
    decode: decodeSchema.prefault({}),
    gate: gateSchema.prefault({}),
    health: healthSchema.prefault({}).meta({ description: 'When the pictures of a camera are not to be trusted.' }),
    detect: detectSchema.prefault({}),
    looks: looksSchema.prefault({}).meta({ description: 'How often cameras are looked at as things go on.' }),
    schedule: scheduleSchema.prefault({}),
    track: trackSchema.prefault({}),
    calendar: calendarSchema.prefault({}).meta({ description: 'Time zone and days of the site, for hours in scenes.' }),
    memory: memorySchema.prefault({}).meta({ description: 'What cameras remember over a restart of the node.' }),
    observations: observationsSchema
      .prefault({})
      .meta({ description: 'What scenes saw, kept for `maplebridge what-if` and `explain`.' }),
    evidence: evidenceSchema.prefault({}).meta({ description: 'Pictures and clips that prove an incident.' }),
    redact: redactSchema.prefault({}).meta({
      description: 'What is made unrecognisable in pictures and clips before they are hashed, signed and sent.',
    }),
    merge: mergeSchema.prefault({}).meta({ description: 'When what two cameras see is one incident.' }),
    publish: publishConfig,
    ingest: z
      .strictObject({ ...lifeSchema.shape, ...ingestSchema.shape })
      .prefault({})
      .meta({ description: 'How cameras are connected to, spread over threads, and what is kept of them.' }),
    telemetry: telemetryConfig,
    cameras: z.array(cameraSchema).max(2_000).default([]),
    cameraFiles: z.array(z.string().min(1)).max(100).default([]).meta({
      description: 'Files with more cameras (`cameras: […]`), beside this file: see `maplebridge cameras import`.',
    }),
  })
  .superRefine((config, context) => {
    if (config.cameras.length + config.cameraFiles.length === 0)
      context.addIssue({ code: 'custom', path: ['cameras'], message: 'neither cameras nor cameraFiles' });
    const seen = new Set<string>();
    for (const [index, { id }] of config.cameras.entries()) {
      if (seen.has(id))
        context.addIssue({ code: 'custom', path: ['cameras', index, 'id'], message: `camera "${id}" is there twice` });
      seen.add(id);
    }
  });

/** A file with cameras, as `cameraFiles` names them. */
export const cameraFileSchema = z.strictObject({ cameras: z.array(cameraSchema).max(2_000) });

/** Checked configuration of one edge node. */
export type EdgeConfig = z.output<typeof edgeSchema>;
