import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TicketDetail } from '../../src/contracts/desk-api.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { type GstRtspServer, startGstRtspServer } from '../support/gst-rtsp-server.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';
import { until } from '../support/until.ts';
import { type StackKind, WholeStack } from '../support/whole-stack.ts';

const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
const footage = (name: string) => join(sharedDir ?? '', 'footage', `${name}.mp4`);

const nearLane = {
  id: 'near-lane',
  tags: ['roadway'],
  points: [
    [0.36, 0.5],
    [0.52, 0.5],
    [1, 0.86],
    [1, 1],
    [0.48, 1],
  ],
};
const parking = { zones: ['near-lane'], dwellMs: 10_000, clearAfterMs: 4_000, updateEveryMs: 20_000 };

const camera = (id: string, url: string, more: Record<string, unknown>) => ({
  id,
  name: `Camera ${id}`,
  division: '330503001',
  lat: 30.87,
  lon: 120.43,
  stream: { url, retryMinMs: 200, retryMaxMs: 1_000 },
  zones: [nearLane],
  scenes: { illegal_parking: parking },
  ...more,
});

describe.skipIf(sharedDir === undefined).each<StackKind>(['embedded', 'real'])(
  `main job on shared footage over GStreamer's RTSP server, %s stack${reason}`,
  (kind) => {
    let server: GstRtspServer;
    let stack: WholeStack;

    beforeAll(async () => {
      server = await startGstRtspServer({
        mounts: [
          { path: '/parked', file: footage('street-parked') },
          { path: '/passing', file: footage('street-passing'), plays: 7 },
          { path: '/room', file: footage('people-passing') },
        ],
      });
      stack = await WholeStack.start(kind, [
        camera('parked', server.url('/parked'), {}),
        camera('passing', server.url('/passing'), {}),
        camera('room', server.url('/room'), {
          zones: [
            {
              id: 'floor',
              tags: ['site'],
              points: [
                [0, 0.3],
                [1, 0.3],
                [1, 1],
                [0, 1],
              ],
            },
          ],
          scenes: { zone_intrusion: { zones: ['floor'], dwellMs: 2_000, clearAfterMs: 4_000 } },
        }),
      ]);
    });
    afterAll(async () => {
      await stack?.stop();
      await server?.stop();
    });

    test('negotiates the MQTT version the broker speaks', async () => {
      const version = await until(() => stack.edge.mqttVersion, { what: 'the node to be connected' });
      expect(version).toBe(kind === 'embedded' ? '3.1.1' : '5');
    });

    test('the parked car is one ticket: raised, updated, worked, cleared, closed, audited', async () => {
      const responder = stack.client('responder');
      const ticketOf = async (scene: string) => (await responder.tickets()).find((each) => each.scene === scene);
      const { id } = await until(() => ticketOf('illegal_parking'), { what: 'the parking ticket', timeoutMs: 60_000 });
      const reached = (what: string, ready: (ticket: TicketDetail) => boolean, timeoutMs = 20_000) =>
        until(async () => await responder.ticket(id).then((ticket) => (ready(ticket) ? ticket : undefined)), {
          what,
          timeoutMs,
        });

      await reached('DISPATCHED', ({ state }) => state === 'DISPATCHED');
      await responder.act(id, 'sign');
      await responder.act(id, 'arrive');
      await responder.act(id, 'feedback', { outcome: 'RESOLVED_ONSITE', note: 'driver asked to leave' });
      // The car still stands there: the ticket is not closed on somebody's word.
      expect((await responder.act(id, 'close')).state).toBe('VERIFYING');
      const closed = await reached('CLOSED by the camera', ({ state }) => state === 'CLOSED', 120_000);

      expect(closed.cleared).toBe(true);
      expect(closed.evidence.map(({ kind: of, state }) => `${of} ${state}`)).toContain('trigger present');
      expect(closed.evidence.at(-1)).toMatchObject({ kind: 'clear' });
      expect(closed.department).toBe('公安');

      // The clip is coded anew, away from the alerts: it may come after the ticket is closed.
      const isClip = ({ evidence }: { evidence: readonly { kind: string }[] }) =>
        evidence.some(({ kind: of }) => of === 'clip');
      const withClip = () => responder.trace(id).then((found) => (found.alerts.some(isClip) ? found : undefined));
      const trace = await until(withClip, { what: 'the clip', timeoutMs: 60_000 });
      const [clips, alerts] = [true, false].map((asked) =>
        trace.alerts.filter(({ evidence }) => evidence.some(({ kind: of }) => of === 'clip') === asked),
      );
      expect(alerts?.map(({ phase }) => phase)).toEqual(['raised', 'updated', 'updated', 'cleared']);
      expect(alerts?.[0]?.evidence.map(({ kind: of }) => of)).toEqual(['start', 'trigger']);
      expect(clips?.map(({ phase, evidence }) => `${phase} ${evidence[0]?.mediaType}`)).toEqual([
        expect.stringMatching(/^(updated|cleared) video\/mp4$/),
      ]);
      expect(trace.alerts.every((alert) => alert.trace.traceparent === trace.traceparent)).toBe(true);
      const stages = new Set(trace.steps.map(({ stage }) => stage));
      for (const stage of [
        'frame',
        'edge.decoded',
        'edge.detected',
        'edge.outbox',
        'gateway.collected',
        'gateway.batched',
        'gateway.delivered',
        'ticket.received',
        'ticket.closed',
      ]) {
        expect(stages).toContain(stage);
      }
    });

    test('a person in the yard raises an intrusion; what only passes raised nothing', async () => {
      const auditor = stack.client('auditor');
      await until(async () => (await auditor.tickets()).some(({ scene }) => scene === 'zone_intrusion'), {
        what: 'the intrusion ticket',
        timeoutMs: 60_000,
      });
      const tickets = await auditor.tickets();
      const cameras = await Promise.all(tickets.map(async ({ id }) => (await auditor.ticket(id)).camera.name));
      expect(cameras.filter((name) => name === 'Camera parked')).toHaveLength(1);
      expect(cameras).not.toContain('Camera passing');
      expect(stack.edge.cameras.has('passing' as CameraId)).toBe(true);
    });

    test('the audit log verifies from its first record', async () => {
      const report = await stack.client('auditor').verifyAudit();
      expect(report.problems).toEqual([]);
      expect(report.verified).toBe(true);
      expect(report.records).toBeGreaterThan(10);
    });
  },
);

describe.skipIf(sharedDir === undefined)(`restart of the node on shared footage${reason}`, () => {
  let server: GstRtspServer;
  let stack: WholeStack;

  beforeAll(async () => {
    server = await startGstRtspServer({ mounts: [{ path: '/parked', file: footage('street-parked') }] });
    const patient = { ...parking, clearAfterMs: 15_000, updateEveryMs: 1_000 };
    stack = await WholeStack.start('embedded', [
      camera('parked', server.url('/parked'), { scenes: { illegal_parking: patient } }),
    ]);
  });
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  });

  test('an incident goes on over a restart of the node: one ticket, the same trace', async () => {
    const auditor = stack.client('auditor');
    const first = await until(async () => (await auditor.tickets())[0], { what: 'the ticket', timeoutMs: 60_000 });
    await stack.restartEdge();
    const before = (await auditor.trace(first.id)).alerts.length;
    const trace = await until(
      async () => {
        const now = await auditor.trace(first.id);
        return now.alerts.length > before ? now : undefined;
      },
      { what: 'an update after the restart', timeoutMs: 60_000, everyMs: 200 },
    );
    expect(trace.alerts.map(({ phase }) => phase).slice(0, 2)).toEqual(['raised', 'updated']);
    expect(trace.alerts.at(-1)).toMatchObject({ phase: 'updated', startedAt: trace.alerts[0]?.startedAt });
    expect(new Set(trace.alerts.map((alert) => alert.trace.traceparent)).size).toBe(1);
    expect(await auditor.tickets()).toHaveLength(1);
    expect((await auditor.verifyAudit()).problems).toEqual([]);
  });
});
