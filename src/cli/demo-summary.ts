import type { DemoReport, SceneTally } from './demo-report.ts';

/** A report in a few lines: how far each scene came, and what was raised where nothing happens. */
export function summaryOf(report: DemoReport): string[] {
  const { scenes, scenesFired, scenesTicketed, scenesClosed, falseAlarms } = report;
  const all = Object.keys(scenes).length;
  const lacking = Object.entries(scenes).filter(([, { closed }]) => closed === 0);
  return [
    '',
    `scenes fired ${scenesFired}/${all} · tickets ${scenesTicketed}/${all} · closed ${scenesClosed}/${all} · ` +
      `near misses ${report.nearMissesFired}`,
    `alerts ${report.alerts} · tickets ${report.tickets} · closed ${report.closed} · audit verified: ${report.auditVerified}`,
    ...lacking.map(([scene, tally]) => `  not closed: ${scene} (${whyOpen(tally)})`),
    ...falseAlarms.map(({ camera, scene, ticket }) => `  false alarm: ${scene} on ${camera}, ${named(ticket)}`),
    ...(report.nearMissesUnseen > 0 ? [`  near misses not seen whole: ${report.nearMissesUnseen}`] : []),
  ];
}

function whyOpen({ fired, ticketed }: SceneTally): string {
  if (ticketed > 0) return 'has a ticket';
  return fired > 0 ? 'fired, no ticket' : 'did not fire';
}

function named(ticket: number | undefined): string {
  return ticket === undefined ? 'no ticket' : `ticket ${ticket}`;
}
