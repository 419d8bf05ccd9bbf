import { z } from 'zod';
import type { Alert } from '../domain/alert.ts';
import type { AlertId, CameraId, IncidentId, NodeId, Sha256, TrackId, ZoneId } from '../domain/ids.ts';
import { objectClasses } from '../domain/object-class.ts';
import { alertDetailsSchema } from './alert-details.ts';

const id = <T extends string>() =>
  z
    .string()
    .min(1)
    .max(128)
    .transform((value) => value as T);
const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((value) => value as Sha256);
/** Up to the last millisecond a date can have (ECMA-262 §21.4.1.1). */
const utcMs = z.number().int().nonnegative().max(8.64e15);
const traceparent = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);
const unit = z.number().min(-0.5).max(1.5);

/** What the node signs of what it blurred; a node of an earlier version says nothing. */
const redactionSchema = z.strictObject({
  faces: z.enum(['blurred', 'none-found']),
  plates: z.enum(['blurred', 'kept', 'none-found']),
  regions: z.number().int().nonnegative().max(100_000),
  method: z.string().regex(/^[a-z0-9-]{1,32}$/),
  model: z.strictObject({ id: z.string().max(128), sha256: sha256Hex }),
});

/** `data` of an alert. Strict throughout: a field not listed here does not cross. */
export const alertSchema = z.strictObject({
  alertId: id<AlertId>(),
  incidentId: id<IncidentId>(),
  phase: z.enum(['raised', 'updated', 'cleared']),
  scene: z.string().regex(/^[a-z][a-z0-9_]{1,63}$/),
  severity: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  camera: z.strictObject({
    id: id<CameraId>(),
    name: z.string().max(200),
    division: z.string().max(32),
    lat: latitude,
    lon: longitude,
  }),
  zone: z.strictObject({ id: id<ZoneId>(), kind: z.string().max(32), tags: z.array(z.string().max(64)).max(16) }),
  startedAt: utcMs,
  observedAt: utcMs,
  clock: z.strictObject({ state: z.enum(['synchronised', 'unsynchronised', 'unknown']) }),
  subjects: z
    .array(
      z.strictObject({
        class: z.enum(objectClasses),
        score: z.number().min(0).max(1),
        box: z.tuple([unit, unit, unit, unit]),
        trackId: id<TrackId>(),
        dwellMs: z.number().nonnegative(),
        position: z.strictObject({ lat: latitude, lon: longitude, errorM: z.number().nonnegative() }).optional(),
        speed: z.strictObject({ mps: z.number().nonnegative(), errorMps: z.number().nonnegative() }).optional(),
      }),
    )
    .max(64),
  details: alertDetailsSchema.optional(),
  evidence: z
    .array(
      z.strictObject({
        kind: z.enum(['start', 'trigger', 'clear', 'clip']),
        sha256: sha256Hex,
        bytes: z.number().int().nonnegative(),
        mediaType: z.string().max(64),
        originalSha256: sha256Hex,
        redaction: redactionSchema.optional(),
      }),
    )
    .max(16),
  provenance: z.strictObject({
    model: z.strictObject({ id: z.string().max(128), sha256: sha256Hex }),
    ruleVersion: z.string().max(64),
    configVersion: z.string().max(64),
    softwareVersion: z.string().max(64),
  }),
  trace: z.strictObject({
    traceparent,
    rtpTimestamp: z.number().int().nonnegative().max(0xffff_ffff),
    ptsMs: z.number(),
    ntpMs: utcMs.optional(),
    hops: z.array(z.strictObject({ stage: z.string().max(64), at: utcMs })).max(32),
  }),
  sequence: z.strictObject({
    node: id<NodeId>(),
    n: z.number().int().positive(),
    prevHash: sha256Hex,
    hash: sha256Hex,
  }),
  signature: z.strictObject({ keyId: z.string().regex(/^[0-9a-f]{16}$/), value: z.string().max(128) }),
}) satisfies z.ZodType<Alert>;

/** An alert as it travels: CloudEvents 1.0, structured JSON mode, with the distributed-tracing extension. */
export const alertEventSchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: id<AlertId>(),
  source: z.string().regex(/^\/maplebridge\/[^/]+\/[^/]+$/),
  type: z.enum(['maplebridge.alert.raised.v1', 'maplebridge.alert.updated.v1', 'maplebridge.alert.cleared.v1']),
  subject: z.string().max(200),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  traceparent,
  data: alertSchema,
});

/** An alert as it travels. */
export type AlertEvent = z.infer<typeof alertEventSchema>;

/** Media type of an alert message. */
export const alertEventMediaType = 'application/cloudevents+json';

/** Puts a sealed alert into its envelope. */
export function toAlertEvent(site: string, alert: Alert): AlertEvent {
  return {
    specversion: '1.0',
    id: alert.alertId,
    source: `/maplebridge/${site}/${alert.sequence.node}`,
    type: `maplebridge.alert.${alert.phase}.v1`,
    subject: `camera/${alert.camera.id}`,
    time: new Date(alert.observedAt).toISOString(),
    datacontenttype: 'application/json',
    traceparent: alert.trace.traceparent,
    data: alert as AlertEvent['data'],
  };
}
