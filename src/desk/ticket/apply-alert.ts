import type { Actor } from '../../contracts/audit-record.ts';
import type { IntakeRecord } from '../../contracts/ticket-intake.ts';
import type { Alert } from '../../domain/alert.ts';
import type { IncidentId, Sha256, TicketId, UtcMs } from '../../domain/ids.ts';
import type { RoutingDecision, RoutingFacts } from '../../domain/routing.ts';
import { isUnsigned, verifiedPath } from '../../domain/ticket-lifecycle.ts';
import { sha256 } from '../../lib/hash.ts';
import { TicketEditor } from '../store/ticket-editor.ts';
import { columnText } from '../store/ticket-row.ts';

const system: Actor = { name: 'desk', role: 'system' };

/** Opens the ticket of an incident on the first alert heard of it, whichever phase that is: received, triaged, routed. */
export function openTicket(options: {
  record: IntakeRecord;
  id: TicketId;
  here: ReadonlySet<Sha256>;
  now: UtcMs;
  route: (facts: RoutingFacts) => RoutingDecision;
}): TicketEditor {
  const { record, here, id, now } = options;
  const alert: Alert = record.event.data;
  const ticket = new TicketEditor(
    {
      id,
      number: 0,
      incident_id: columnText(alert.incidentId) as IncidentId,
      state: 'RECEIVED',
      scene: alert.scene,
      severity: alert.severity,
      camera_id: columnText(alert.camera.id),
      camera_name: columnText(alert.camera.name),
      lat: alert.camera.lat,
      lon: alert.camera.lon,
      division: columnText(alert.camera.division),
      zone_tags: alert.zone.tags.map(columnText),
      traceparent: alert.trace.traceparent,
      routing: null,
      station: null,
      department: null,
      co_departments: [],
      sign_due_at: null,
      sign_overdue: false,
      signed_at: null,
      outcome: null,
      cleared_at: null,
      self_resolved: false,
      created_at: now,
      updated_at: now,
      audit_n: 0,
      audit_hash: '' as Sha256,
    },
    true,
  );
  ticket.begin(system, now, { details: { source: 'algorithm', incidentId: alert.incidentId, scene: alert.scene } });
  applyAlert(ticket, record, here, now);
  const decision = options.route({
    scene: alert.scene,
    severity: alert.severity,
    zoneTags: alert.zone.tags,
    division: alert.camera.division,
  });
  ticket.change({ routing: decision });
  ticket.move('TRIAGED', system, now, { details: { triage: triageOf(decision) } });
  ticket.remark('routed', system, now, { note: decision.reason, details: { ...decision } });
  return ticket;
}

/** Attaches an alert to its incident's ticket; tolerant of order, because hops may reorder. */
export function applyAlert(ticket: TicketEditor, record: IntakeRecord, here: ReadonlySet<Sha256>, now: UtcMs): void {
  const alert = record.event.data;
  const camera: Actor = { name: columnText(alert.camera.name), role: 'camera' };
  ticket.remark(`alert.${alert.phase}`, camera, now, { details: factsOf(record, here) });
  if (alert.severity < ticket.row.severity) ticket.change({ severity: alert.severity });
  if (alert.phase !== 'cleared' || ticket.row.cleared_at !== null) return;
  ticket.change({ cleared_at: alert.observedAt });
  if (isUnsigned(ticket.row.state)) {
    ticket.change({ self_resolved: true });
    ticket.remark('self-resolved', camera, now, { note: 'cleared before anybody signed' });
  }
  if (ticket.row.state === 'VERIFYING') {
    for (const step of verifiedPath) ticket.move(step, camera, now, { note: 'the camera reports the scene cleared' });
  }
}

/** What the log keeps of an alert: enough to hold each column of its rows against. `here`: files that have arrived. */
function factsOf(record: IntakeRecord, here: ReadonlySet<Sha256>): Readonly<Record<string, unknown>> {
  const alert = record.event.data;
  return {
    alertId: columnText(alert.alertId),
    hash: alert.sequence.hash,
    node: alert.sequence.node,
    n: alert.sequence.n,
    keyId: alert.signature.keyId,
    observedAt: alert.observedAt,
    collectedAt: record.collectedAt,
    deliveredAt: record.deliveredAt,
    batch: record.batch.number,
    batchedAt: record.batchedAt,
    batchSha256: record.batch.sha256,
    eventSha256: sha256(JSON.stringify(record.event)),
    evidenceHere: alert.evidence.flatMap((file, position) => (here.has(file.sha256) ? [position] : [])),
    ...(record.withheld !== undefined && { withheld: record.withheld }),
  };
}

/** Police, non-police, or both at once (design: desk.md, Intake). */
function triageOf(decision: RoutingDecision): 'police' | 'non-police' | 'dual' {
  if (decision.department === '公安') return decision.coDepartments.length > 0 ? 'dual' : 'police';
  return decision.coDepartments.includes('公安') ? 'dual' : 'non-police';
}
