import { describe, expect, test } from 'vitest';
import { type DemoCase, demoReport, isWhole } from '../../../src/cli/demo-report.ts';
import type { AuditReport, TicketDetail } from '../../../src/contracts/desk-api.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { zeroHash } from '../../../src/lib/hash.ts';
import { demoTake, listedTicket } from '../../support/demo-takes.ts';

const scenes = ['fire_smoke', 'person_down'];
const takes = scenes.flatMap((scene) => [demoTake(scene), demoTake(scene, true)]);
const audit: AuditReport = { verified: true, records: 1, head: zeroHash, integrityIncidents: 0, problems: [] };

/** A ticket with the phases its alerts had; of the report's needs alone. */
function caseOf(number: number, scene: string, options: { near?: boolean; state?: 'CLOSED'; phases?: string[] } = {}) {
  const { near = false, phases = ['raised', 'cleared'] } = options;
  const ticket = listedTicket(number, scene, { near, ...(options.state && { state: options.state }) });
  const { camera } = demoTake(scene, near);
  const alerts = phases.map((phase) => ({ phase, scene, camera }) as unknown as Alert);
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

describe('the report of a demo', () => {
  test('all of it came true', () => {
    const report = demoReport(closed, audit, takes, 0);
    expect(report).toMatchObject({
      ...{ tickets: 2, closed: 2, alerts: 4, scenesFired: 2, scenesTicketed: 2, scenesClosed: 2 },
      ...{ nearMissesFired: 0, falseAlarms: [], traceparent: 'trace-1' },
      scenes: { fire_smoke: { fired: 1, ticketed: 1, closed: 1 } },
      hopsMs: { 'ticket.received': 400 },
    });
    expect(isWhole(report)).toBe(true);
  });

  test.each<[string, DemoCase[], number, AuditReport]>([
    ['a scene that did not fire', closed.slice(0, 1), 0, audit],
    ['a ticket that is not closed', [caseOf(1, 'fire_smoke'), ...closed.slice(1)], 0, audit],
    ['a near miss that fired', [...closed, caseOf(3, 'fire_smoke', { near: true })], 0, audit],
    ['a near miss that was not seen whole', closed, 1, audit],
    ['an audit log that does not verify', closed, 0, { ...audit, verified: false }],
    ['nothing at all', [], 0, audit],
  ])('%s: not whole', (_, cases, unseen, log) => {
    expect(isWhole(demoReport(cases, log, takes, unseen))).toBe(false);
  });

  test('a false alarm names camera, scene and ticket, and does not count for the scene', () => {
    const report = demoReport([caseOf(7, 'person_down', { near: true })], audit, takes, 0);
    expect(report.falseAlarms).toEqual([{ camera: 'person_down.near', scene: 'person_down', ticket: 7 }]);
    expect(report.nearMissesFired).toBe(1);
    expect(report.scenes).toEqual({
      fire_smoke: { fired: 0, ticketed: 0, closed: 0 },
      person_down: { fired: 0, ticketed: 0, closed: 0 },
    });
  });

  test('a scene that fires in every round is still one scene', () => {
    const report = demoReport([...closed, caseOf(3, 'fire_smoke')], audit, takes, 0);
    expect(report.scenes['fire_smoke']).toEqual({ fired: 2, ticketed: 2, closed: 1 });
    expect(report.scenesFired).toBe(2);
  });
});
