import type { AuditReport, TicketDetail, TicketTrace } from '../contracts/desk-api.ts';

/** What `demo --json` writes (design: performance.md). */
export interface DemoReport {
  readonly alerts: number;
  readonly tickets: number;
  readonly closed: number;
  readonly auditVerified: boolean;
  /** Stage → ms since the frame of the raised alert arrived. */
  readonly hopsMs: Readonly<Record<string, number>>;
  readonly scenes: Readonly<Record<string, { fired: number; ticketed: number }>>;
  readonly nearMissesFired: number;
  readonly traceparent: string | undefined;
  readonly auditProblems: readonly string[];
}

/** Puts the report together; `nearMissCameras` are the cameras on which nothing may fire. */
export function demoReport(
  cases: readonly { readonly ticket: TicketDetail; readonly trace: TicketTrace }[],
  audit: AuditReport,
  nearMissCameras: ReadonlySet<string>,
): DemoReport {
  const alerts = cases.flatMap(({ trace }) => trace.alerts);
  const scenes: Record<string, { fired: number; ticketed: number }> = {};
  for (const { ticket, trace } of cases) {
    const { fired, ticketed } = scenes[ticket.scene] ?? { fired: 0, ticketed: 0 };
    const raised = trace.alerts.filter(({ phase }) => phase === 'raised').length;
    scenes[ticket.scene] = { fired: fired + raised, ticketed: ticketed + 1 };
  }
  const first = cases[0]?.trace;
  return {
    alerts: alerts.length,
    tickets: cases.length,
    closed: cases.filter(({ ticket }) => ticket.state === 'CLOSED').length,
    auditVerified: audit.verified,
    hopsMs: first === undefined ? {} : hops(first),
    scenes,
    nearMissesFired: alerts.filter(({ phase, camera }) => phase === 'raised' && nearMissCameras.has(camera.id)).length,
    traceparent: first?.traceparent,
    auditProblems: audit.problems,
  };
}

/** The first time each stage was passed, counted from the reception of the frame that raised the alert. */
function hops(trace: TicketTrace): Record<string, number> {
  const born = trace.steps.find(({ stage }) => stage === 'edge.received')?.at ?? trace.steps[0]?.at ?? 0;
  const passed: Record<string, number> = {};
  for (const { stage, at } of trace.steps) passed[stage] ??= at - born;
  return passed;
}
