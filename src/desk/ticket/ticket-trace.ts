import type { TicketTrace, TimelineEntry, TraceStep } from '../../contracts/desk-api.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Sha256, TicketId } from '../../domain/ids.ts';
import { AppError } from '../../lib/errors.ts';
import type { Database } from '../store/database.ts';
import type { TicketRow } from '../store/ticket-row.ts';
import { storedAlert } from './stored-alert.ts';
import type { TicketViews } from './ticket-views.ts';

interface AlertRow {
  readonly alert_id: string;
  readonly phase: string;
  readonly event: string;
  readonly collected_at: number;
  readonly batched_at: number;
  readonly delivered_at: number;
  readonly batch_number: number;
  readonly batch_sha256: Sha256;
}

type Facts = Record<string, string | number>;

/** The whole chain of one ticket: from the RTP timestamp of the frame to the audit record of its closure. */
export async function traceTicket(database: Database, views: TicketViews, id: TicketId): Promise<TicketTrace> {
  const [ticket] = await database.query<TicketRow>('SELECT * FROM desk.tickets WHERE id = $1', [id]);
  if (ticket === undefined) throw new AppError('MB_TICKET_UNKNOWN', `there is no ticket ${id}`);
  const rows = await database.query<AlertRow>(
    `SELECT alert_id, phase, event, collected_at, batched_at, delivered_at, batch_number, batch_sha256
     FROM desk.alerts WHERE ticket_id = $1 ORDER BY n, observed_at, alert_id`,
    [id],
  );
  const crossings = rows.map((row) => ({ row, alert: storedAlert(row.event)?.data as Alert | undefined }));
  const alerts = crossings.flatMap(({ alert }) => alert ?? []);
  const steps = [
    ...crossings.flatMap(({ row, alert }) => [...(alert ? edgeSteps(alert) : []), ...crossingSteps(alert, row)]),
    ...(await views.timeline(id)).map(deskStep),
  ];
  return {
    ticketId: id,
    number: ticket.number,
    traceparent: ticket.traceparent,
    // Stable: what carries the same time stays in the order of the way.
    steps: steps.sort((a, b) => a.at - b.at),
    alerts,
    problems: crossings
      .filter(({ alert }) => alert === undefined)
      .map(({ row }) => `alert ${row.alert_id}: what is stored is not an alert`),
  };
}

function edgeSteps(alert: Alert): TraceStep[] {
  const { trace, provenance, sequence } = alert;
  const first = trace.hops[0]?.at ?? alert.observedAt;
  const last = trace.hops.at(-1)?.at ?? alert.observedAt;
  const about = { alertId: alert.alertId, phase: alert.phase };
  return [
    {
      stage: 'frame',
      at: Math.min(trace.ntpMs ?? first, first),
      facts: {
        ...about,
        camera: alert.camera.id,
        rtpTimestamp: trace.rtpTimestamp,
        ptsMs: trace.ptsMs,
        ...(trace.ntpMs === undefined ? {} : { ntpMs: trace.ntpMs }),
        traceparent: trace.traceparent,
        ...Object.fromEntries(alert.evidence.map((file) => [`${file.kind}OriginalSha256`, file.originalSha256])),
      },
    },
    // The outbox's own step below says more than its hop.
    ...trace.hops
      .filter(({ stage }) => stage !== 'outbox')
      .map((hop) => ({ stage: `edge.${hop.stage}`, at: hop.at, facts: { ...about } })),
    {
      stage: 'edge.alert',
      at: last,
      facts: {
        ...about,
        model: provenance.model.id,
        modelSha256: provenance.model.sha256,
        rule: provenance.ruleVersion,
        config: provenance.configVersion,
        software: provenance.softwareVersion,
        ...Object.fromEntries(alert.evidence.map((file) => [`${file.kind}Sha256`, file.sha256])),
      },
    },
    {
      stage: 'edge.outbox',
      at: last,
      facts: {
        ...about,
        node: sequence.node,
        n: sequence.n,
        prevHash: sequence.prevHash,
        hash: sequence.hash,
        keyId: alert.signature.keyId,
        signature: alert.signature.value,
      },
    },
  ];
}

/** Without the alert, what the row itself says of it. */
function crossingSteps(alert: Alert | undefined, row: AlertRow): TraceStep[] {
  const about =
    alert === undefined
      ? { alertId: row.alert_id, phase: row.phase }
      : { alertId: alert.alertId, phase: alert.phase, hash: alert.sequence.hash };
  return [
    { stage: 'gateway.collected', at: row.collected_at, facts: about },
    {
      stage: 'gateway.batched',
      at: row.batched_at,
      facts: { ...about, batch: row.batch_number, batchSha256: row.batch_sha256 },
    },
    { stage: 'gateway.delivered', at: row.delivered_at, facts: { ...about, batch: row.batch_number } },
  ];
}

/** `transition` to SIGNED is the step `ticket.signed`; other records keep their kind. */
function deskStep(entry: TimelineEntry): TraceStep {
  const facts: Facts = { actor: entry.actor, role: entry.role, auditHash: entry.hash };
  if (entry.from !== undefined) facts['from'] = entry.from;
  if (entry.to !== undefined) facts['to'] = entry.to;
  if (entry.note !== undefined) facts['note'] = entry.note;
  for (const [name, value] of Object.entries(entry.details)) {
    if (typeof value === 'string' || typeof value === 'number') facts[name] = value;
    else facts[name] = JSON.stringify(value);
  }
  const stage = entry.kind === 'transition' ? `ticket.${(entry.to ?? '').toLowerCase()}` : entry.kind;
  return { stage: stage.includes('.') ? stage : `ticket.${stage}`, at: entry.at, facts };
}
