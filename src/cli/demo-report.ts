import type { AuditReport, TicketDetail, TicketTrace } from '../contracts/desk-api.ts';
import type { Alert } from '../domain/alert.ts';
import type { SceneId } from '../domain/scene-id.ts';
import type { RaisedAlert } from './demo-raised.ts';
import type { DemoTake } from './demo-takes.ts';

/** What became of one scene: alerts raised at the edge, tickets opened, tickets closed, on the camera where it happens. */
export interface SceneTally {
  readonly fired: number;
  readonly ticketed: number;
  readonly closed: number;
}

/** An alert where nothing happens. */
export interface FalseAlarm {
  readonly camera: string;
  readonly scene: SceneId;
  /** Undefined where it never became one. */
  readonly ticket: number | undefined;
}

/** What `demo --json` writes (design: performance.md). */
export interface DemoReport {
  readonly alerts: number;
  readonly tickets: number;
  readonly closed: number;
  readonly auditVerified: boolean;
  /** Stage → ms since the frame of the raised alert arrived. */
  readonly hopsMs: Readonly<Record<string, number>>;
  /** Every scene that is played, also one that came to nothing. */
  readonly scenes: Readonly<Record<string, SceneTally>>;
  readonly scenesFired: number;
  readonly scenesTicketed: number;
  readonly scenesClosed: number;
  readonly nearMissesFired: number;
  /** Near misses that were not seen whole. */
  readonly nearMissesUnseen: number;
  readonly falseAlarms: readonly FalseAlarm[];
  readonly traceparent: string | undefined;
  readonly auditProblems: readonly string[];
}

/** One ticket with its chain. */
export interface DemoCase {
  readonly ticket: TicketDetail;
  readonly trace: TicketTrace;
}

/** What a report is made from. */
export interface DemoFindings {
  /** Every ticket of the desk. */
  readonly cases: readonly DemoCase[];
  /** What the edge node raised. */
  readonly raised: readonly RaisedAlert[];
  readonly audit: AuditReport;
  readonly takes: readonly DemoTake[];
  /** Near misses that were not seen whole. */
  readonly unseen: number;
}

/** Puts the report together. */
export function demoReport({ cases, raised: atEdge, audit, takes, unseen }: DemoFindings): DemoReport {
  const alerts = cases.flatMap(({ trace }) => trace.alerts);
  const raised = allRaised(atEdge, alerts);
  const [first] = cases.toSorted((a, b) => a.ticket.number - b.ticket.number);
  const near = new Set<string>(takes.filter((take) => take.near).map(({ camera }) => camera.id));
  const scenes = Object.fromEntries(
    takes.filter((take) => !take.near).map((take) => [take.scene, tally(raised, cases, take)]),
  );
  const count = (of: (tally: SceneTally) => number) => Object.values(scenes).filter((each) => of(each) > 0).length;
  const falseAlarms = raised
    .filter(({ camera }) => near.has(camera.id))
    .map(({ camera, scene, incident }) => ({
      camera: camera.name,
      scene,
      ticket: cases.find(({ trace }) => trace.alerts.some(({ incidentId }) => incidentId === incident))?.ticket.number,
    }));
  return {
    alerts: alerts.length,
    tickets: cases.length,
    closed: cases.filter(({ ticket }) => ticket.state === 'CLOSED').length,
    auditVerified: audit.verified,
    hopsMs: first === undefined ? {} : hops(first.trace),
    scenes,
    scenesFired: count(({ fired }) => fired),
    scenesTicketed: count(({ ticketed }) => ticketed),
    scenesClosed: count(({ closed }) => closed),
    nearMissesFired: falseAlarms.length,
    nearMissesUnseen: unseen,
    falseAlarms,
    traceparent: first?.trace.traceparent,
    auditProblems: audit.problems,
  };
}

/** Whether all that the demo promises came true. */
export function isWhole(report: DemoReport): boolean {
  return (
    Object.values(report.scenes).every(({ fired, ticketed, closed }) => fired > 0 && ticketed > 0 && closed > 0) &&
    report.scenesFired > 0 &&
    report.nearMissesFired === 0 &&
    report.nearMissesUnseen === 0 &&
    report.auditVerified
  );
}

/** What the edge has on record, and what reached a ticket within the second that the record takes; each once. */
function allRaised(atEdge: readonly RaisedAlert[], ticketed: readonly Alert[]): RaisedAlert[] {
  const arrived = ticketed
    .filter(({ phase }) => phase === 'raised')
    .map(({ camera, scene, incidentId: incident }) => ({ camera, scene, incident }));
  return [...new Map([...arrived, ...atEdge].map((each) => [each.incident, each])).values()];
}

function tally(raised: readonly RaisedAlert[], cases: readonly DemoCase[], { camera, scene }: DemoTake): SceneTally {
  const own = cases.filter(
    ({ ticket, trace }) => ticket.scene === scene && trace.alerts.some((alert) => alert.camera.id === camera.id),
  );
  return {
    fired: raised.filter((alert) => alert.camera.id === camera.id && alert.scene === scene).length,
    ticketed: own.length,
    closed: own.filter(({ ticket }) => ticket.state === 'CLOSED').length,
  };
}

/** The first time each stage was passed, counted from the reception of the frame that raised the alert. */
function hops(trace: TicketTrace): Record<string, number> {
  const born = trace.steps.find(({ stage }) => stage === 'edge.received')?.at ?? trace.steps[0]?.at ?? 0;
  const passed: Record<string, number> = {};
  for (const { stage, at } of trace.steps) passed[stage] ??= at - born;
  return passed;
}
