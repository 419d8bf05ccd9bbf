import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Role } from '../../../src/contracts/desk-api.ts';
import type { IntegrityCase, IntegrityDetail, IntegrityOverview } from '../../../src/contracts/integrity-case.ts';
import type { IntegrityIncident, IntegrityKind } from '../../../src/contracts/ticket-intake.ts';
import { demoUsers } from '../../../src/desk/demo-users.ts';
import type { NodeId } from '../../../src/domain/ids.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { EventSourceReader } from '../../support/event-source.ts';
import { until } from '../../support/until.ts';

let desk: DeskUnderTest;
let batch = 0;
/** A node of its own for each test. */
let node: NodeId;

beforeAll(async () => {
  desk = await DeskUnderTest.create({ database: { kind: 'memory' } });
  await desk.start();
});
afterAll(() => desk?.remove());
beforeEach(() => {
  batch += 1;
  node = `edge-${batch}` as NodeId;
});

function incident(kind: IntegrityKind, alerts?: [number, number], detail = `${kind} ${alerts}`): IntegrityIncident {
  return { kind, node, alerts: alerts && { from: alerts[0], to: alerts[1] }, detail, at: Date.now() };
}

const report = (...incidents: IntegrityIncident[]) =>
  desk.desk.intake.accept([], incidents, { sender: 'gateway-1', batch, nodes: {} });

async function overview(role: Role = 'dispatcher'): Promise<IntegrityOverview> {
  return (await desk.call('/api/integrity', { role })).body as IntegrityOverview;
}

/** Cases of this test's node. */
const cases = async () => (await overview()).cases.filter((each) => each.node === node);
async function onlyCase(): Promise<IntegrityCase> {
  const [first, ...more] = await cases();
  if (first === undefined || more.length > 0) throw new Error(`${more.length + 1} cases`);
  return first;
}
const step = (id: string, action: string, role: Role, body: unknown = {}) =>
  desk.call(`/api/integrity/${id}/${action}`, { role, body });

test('a burst is one case that counts its reports', async () => {
  await report(...Array.from({ length: 12 }, (_, index) => incident('bad-schema', undefined, `message ${index}`)));
  await report(incident('bad-schema', undefined, 'message 0'));
  expect(await onlyCase()).toMatchObject({ kind: 'bad-schema', state: 'open', severity: 3, count: 12 });
});

test('what collect and deliver find of one place in a chain is one case, named for its gravest kind', async () => {
  await report(incident('revoked-key', [5, 5]), incident('revoked-key', [6, 6]), incident('gap', [5, 9]));
  await report(incident('fork', [12, 12], 'seen at collect'), incident('fork', [12, 14], 'seen at deliver'));
  const found = (await cases()).map(({ kind, severity, alerts, count }) => ({ kind, severity, alerts, count }));
  expect(found).toHaveLength(2);
  expect(found).toContainEqual({ kind: 'revoked-key', severity: 1, alerts: { from: 5, to: 9 }, count: 3 });
  expect(found).toContainEqual({ kind: 'fork', severity: 1, alerts: { from: 12, to: 14 }, count: 2 });
});

test('kinds of another nature and other nodes are cases of their own', async () => {
  await report(incident('gap', [1, 3]), incident('bad-hash'), { ...incident('gap', [1, 3]), node: 'other' as NodeId });
  expect((await cases()).map(({ kind }) => kind).sort()).toEqual(['bad-hash', 'gap']);
});

test('is acknowledged and resolved in order, by those who may, and each step is in the audit log', async () => {
  await report(incident('gap', [2, 4]));
  const { id, number } = await onlyCase();
  for (const role of ['dispatcher', 'responder'] as const) {
    expect((await step(id, 'acknowledge', role)).status).toBe(403);
  }
  expect((await desk.call('/api/integrity', { role: 'responder' })).status).toBe(403);
  expect((await desk.call('/api/integrity')).status).toBe(401);
  expect(await step(id, 'resolve', 'auditor', { note: 'too early' })).toMatchObject({
    status: 409,
    body: { code: 'MB_INTEGRITY_TRANSITION' },
  });
  expect((await step(id, 'acknowledge', 'auditor', { note: 'looking into it' })).body).toMatchObject({
    state: 'acknowledged',
    actions: ['resolve'],
  });
  expect((await step(id, 'resolve', 'admin')).status).toBe(400);
  const done = (await step(id, 'resolve', 'admin', { note: 'box had lost its disk' })).body as IntegrityDetail;
  expect(done.steps.map(({ step: name, role, note }) => [name, role, note])).toEqual([
    ['acknowledged', 'auditor', 'looking into it'],
    ['resolved', 'admin', 'box had lost its disk'],
  ]);
  expect(done.reports).toHaveLength(1);
  expect((await desk.call('/api/audit/verify', { role: 'auditor' })).body).toMatchObject({ verified: true });
  await report(incident('gap', [20, 21]));
  expect((await cases()).map((each) => [each.number > number, each.state])).toEqual([
    [true, 'open'],
    [false, 'resolved'],
  ]);
});

test('is counted, and pushed to those whom it concerns', async () => {
  const listen = async (role: Role) => {
    const token = demoUsers.find((user) => user.role === role)?.token;
    const reader = new EventSourceReader();
    await reader.open(`${desk.desk.address}/api/events`, { authorization: `Bearer ${token}` });
    return reader;
  };
  const readers = { auditor: await listen('auditor'), responder: await listen('responder') };
  await report(incident('revoked-key', [1, 1]));
  const { id } = await onlyCase();
  await step(id, 'acknowledge', 'auditor');
  await until(() => readers.auditor.events.length === 2, { what: 'both events' });
  expect(readers.auditor.events.map(({ event, data }) => [event, JSON.parse(data).state])).toEqual([
    ['integrity', 'open'],
    ['integrity', 'acknowledged'],
  ]);
  const ticket = desk.chain.event({ observedAt: Date.now() });
  await desk.accept(ticket);
  await until(() => readers.responder.events.length > 0, { what: 'a ticket for the responder' });
  expect(readers.responder.events.map(({ event }) => event)).not.toContain('integrity');
  for (const reader of Object.values(readers)) reader.close();
  const { acknowledged } = await overview();
  const metrics = (await desk.call('/metrics')).body as string;
  expect(metrics).toContain(`maplebridge_desk_integrity_cases{state="acknowledged",severity="1"} ${acknowledged}`);
  expect(metrics).toMatch(/maplebridge_desk_integrity_reports_total\{kind="revoked-key"\} \d/);
});
