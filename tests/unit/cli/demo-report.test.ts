import { describe, expect, test } from 'vitest';
import type { RaisedAlert } from '../../../src/cli/demo-raised.ts';
import { type DemoCase, type DemoFindings, demoReport, isWhole } from '../../../src/cli/demo-report.ts';
import { summaryOf } from '../../../src/cli/demo-summary.ts';
import type { AuditReport, TicketDetail } from '../../../src/contracts/desk-api.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { IncidentId } from '../../../src/domain/ids.ts';
import { zeroHash } from '../../../src/lib/hash.ts';
import { demoTake, listedTicket } from '../../support/demo-takes.ts';

const scenes = ['fire_smoke', 'person_down'];
const takes = scenes.flatMap((scene) => [demoTake(scene), demoTake(scene, true)]);
const audit: AuditReport = {
  verified: true,
  records: 1,
  head: zeroHash,
  root: zeroHash,
  checkpoints: 0,
  integrityIncidents: 0,
  problems: [],
};

const incidentOf = (number: number) => `incident-${number}` as IncidentId;
/** What the edge node has on record of an alert. */
const raisedOn = (number: number, scene: string, near = false): RaisedAlert => {
  const { camera } = demoTake(scene, near);
  return { camera, scene, incident: incidentOf(number) };
};

/** A ticket with the phases its alerts had; of the report's needs alone. */
function caseOf(number: number, scene: string, options: { near?: boolean; state?: 'CLOSED'; phases?: string[] } = {}) {
  const { near = false, phases = ['raised', 'cleared'] } = options;
  const ticket = listedTicket(number, scene, { near, ...(options.state && { state: options.state }) });
  const { camera } = demoTake(scene, near);
  const incidentId = incidentOf(number);
  const alerts = phases.map((phase) => ({ phase, scene, camera, incidentId }) as unknown as Alert);
  const steps = [
    { stage: 'frame', at: 900, facts: {} },
    { stage: 'edge.received', at: 1_000, facts: {} },
    { stage: 'ticket.received', at: 1_400, facts: {} },
  ];
  return {
    ticket: ticket as TicketDetail,
    trace: { ticketId: ticket.id, number, traceparent: `trace-${number}`, steps, alerts, problems: [] },
  } satisfies DemoCase;
}
const closed = scenes.map((scene, index) => caseOf(index + 1, scene, { state: 'CLOSED' }));
const atEdge = scenes.map((scene, index) => raisedOn(index + 1, scene));
/** All well, but for what is said. */
const findings = (more: Partial<DemoFindings> = {}): DemoFindings => ({
  ...{ cases: closed, raised: atEdge, audit, takes, unseen: 0 },
  ...more,
});

describe('the report of a demo', () => {
  test('all of it came true', () => {
    const report = demoReport(findings());
    expect(report).toMatchObject({
      ...{ tickets: 2, closed: 2, alerts: 4, scenesFired: 2, scenesTicketed: 2, scenesClosed: 2 },
      ...{ nearMissesFired: 0, falseAlarms: [], traceparent: 'trace-1' },
      scenes: { fire_smoke: { fired: 1, ticketed: 1, closed: 1 } },
      hopsMs: { 'ticket.received': 400 },
    });
    expect(isWhole(report)).toBe(true);
  });

  test.each<[string, Partial<DemoFindings>]>([
    ['a scene that did not fire', { cases: closed.slice(0, 1), raised: atEdge.slice(0, 1) }],
    ['an alert that became no ticket', { cases: closed.slice(0, 1) }],
    ['a ticket that is not closed', { cases: [caseOf(1, 'fire_smoke'), ...closed.slice(1)] }],
    ['a near miss that fired', { cases: [...closed, caseOf(3, 'fire_smoke', { near: true })] }],
    ['a near miss that fired and became no ticket', { raised: [...atEdge, raisedOn(3, 'fire_smoke', true)] }],
    ['a near miss that was not seen whole', { unseen: 1 }],
    ['an audit log that does not verify', { audit: { ...audit, verified: false } }],
    ['nothing at all', { cases: [], raised: [] }],
  ])('%s: not whole', (_, more) => {
    expect(isWhole(demoReport(findings(more)))).toBe(false);
  });

  test('a false alarm names camera, scene and ticket, and does not count for the scene', () => {
    const report = demoReport(findings({ cases: [caseOf(7, 'person_down', { near: true })], raised: [] }));
    expect(report.falseAlarms).toEqual([{ camera: 'person_down.near', scene: 'person_down', ticket: 7 }]);
    expect(report.nearMissesFired).toBe(1);
    expect(report.scenes).toEqual({
      fire_smoke: { fired: 0, ticketed: 0, closed: 0 },
      person_down: { fired: 0, ticketed: 0, closed: 0 },
    });
  });

  test('a scene that fires in every round is still one scene', () => {
    const report = demoReport(findings({ cases: [...closed, caseOf(3, 'fire_smoke')] }));
    expect(report.scenes['fire_smoke']).toEqual({ fired: 2, ticketed: 2, closed: 1 });
    expect(report.scenesFired).toBe(2);
  });

  test('an alert that got lost on its way has fired, and is told as one without a ticket', () => {
    const near = raisedOn(3, 'person_down', true);
    const report = demoReport(findings({ cases: closed.slice(0, 1), raised: [...atEdge, near] }));
    expect(report).toMatchObject({ scenesFired: 2, scenesTicketed: 1, scenesClosed: 1, nearMissesFired: 1 });
    expect(report.scenes['person_down']).toEqual({ fired: 1, ticketed: 0, closed: 0 });
    expect(report.falseAlarms).toEqual([{ camera: near.camera.name, scene: 'person_down', ticket: undefined }]);
    expect(summaryOf(report)).toEqual([
      '',
      'scenes fired 2/2 · tickets 1/2 · closed 1/2 · near misses 1',
      'alerts 2 · tickets 1 · closed 1 · audit verified: true',
      '  not closed: person_down (fired, no ticket)',
      '  false alarm: person_down on person_down.near, no ticket',
    ]);
  });

  test('an alert that the edge has on record and the desk as a ticket counts once', () => {
    const cases = [caseOf(7, 'fire_smoke', { near: true })];
    const report = demoReport(findings({ cases, raised: [raisedOn(7, 'fire_smoke', true)] }));
    expect(report.falseAlarms).toEqual([{ camera: 'fire_smoke.near', scene: 'fire_smoke', ticket: 7 }]);
  });

  test.each<[string, Partial<DemoFindings>]>([
    ['did not fire', { cases: closed.slice(0, 1), raised: atEdge.slice(0, 1) }],
    ['fired, no ticket', { cases: closed.slice(0, 1) }],
    ['has a ticket', { cases: [...closed.slice(0, 1), caseOf(2, 'person_down')] }],
  ])('a scene that is not closed %s', (why, more) => {
    expect(summaryOf(demoReport(findings(more)))).toContain(`  not closed: person_down (${why})`);
  });
});
