import type { AuditReport, TicketDetail, TicketTrace } from '../contracts/desk-api.ts';
import type { SceneId } from '../domain/scene-id.ts';
import type { DemoTake } from './demo-takes.ts';

/** What became of one scene: alerts raised, tickets opened, tickets closed, on the camera where it happens. */
export interface SceneTally {
  readonly fired: number;
  readonly ticketed: number;
  readonly closed: number;
}

/** An alert where nothing happens. */
export interface FalseAlarm {
  readonly camera: string;
  readonly scene: SceneId;
  readonly ticket: number;
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

/** Puts the report together. `unseen`: near misses that were not seen whole. */
export function demoReport(
  cases: readonly DemoCase[],
  audit: AuditReport,
  takes: readonly DemoTake[],
  unseen: number,
): DemoReport {
  const alerts = cases.flatMap(({ trace }) => trace.alerts);
  const [first] = cases.toSorted((a, b) => a.ticket.number - b.ticket.number);
  const near = new Set<string>(takes.filter((take) => take.near).map(({ camera }) => camera.id));
  const scenes = Object.fromEntries(takes.filter((take) => !take.near).map((take) => [take.scene, tally(cases, take)]));
  const count = (of: (tally: SceneTally) => number) => Object.values(scenes).filter((each) => of(each) > 0).length;
  const falseAlarms = cases.flatMap(({ ticket, trace }) =>
    trace.alerts
      .filter(({ phase, camera }) => phase === 'raised' && near.has(camera.id))
      .map(({ camera, scene }) => ({ camera: camera.name, scene, ticket: ticket.number })),
  );
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

function tally(cases: readonly DemoCase[], { camera, scene }: DemoTake): SceneTally {
  const own = cases.filter(
    ({ ticket, trace }) => ticket.scene === scene && trace.alerts.some((alert) => alert.camera.id === camera.id),
  );
  const raised = own.flatMap(({ trace }) =>
    trace.alerts.filter((alert) => alert.phase === 'raised' && alert.camera.id === camera.id),
  );
  return {
    fired: raised.length,
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
