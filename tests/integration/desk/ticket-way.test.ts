import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditReport, TicketSummary, TicketTrace } from '../../../src/contracts/desk-api.ts';
import type { IncidentId } from '../../../src/domain/ids.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { deskStacks, type RunningStack } from '../../support/desk-stacks.ts';
import { EventSourceReader } from '../../support/event-source.ts';
import { until } from '../../support/until.ts';

describe.each(deskStacks)('desk on $name', ({ start }) => {
  describe('with its servers', () => {
    let stack: RunningStack;
    let desk: DeskUnderTest;

    beforeAll(async () => {
      stack = await start();
      desk = await DeskUnderTest.create(stack.config);
      await desk.start();
    });
    afterAll(async () => {
      await desk?.remove();
      await stack?.remove();
    });

    const incident = () => crypto.randomUUID() as string as IncidentId;
    /** A new ticket, dispatched. */
    const dispatched = async (incidentId = incident()) => {
      const [outcome] = await desk.accept(desk.chain.event({ incidentId, observedAt: Date.now() }));
      const id = outcome?.ticketId ?? '';
      await desk.untilState(id, 'DISPATCHED');
      return { id, incidentId };
    };
    const clear = (incidentId: IncidentId) =>
      desk.accept(desk.chain.event({ incidentId, phase: 'cleared', observedAt: Date.now() }));

    test('an alert goes the whole way to a closed ticket, seen live', async () => {
      const seen = new EventSourceReader();
      await seen.open(`${desk.desk.address}/api/events`, { authorization: 'Bearer maplebridge-demo-dispatcher' });
      expect(seen.status).toBe(200);
      const picture = Buffer.from('a jpeg of a parked car');
      const file = { sha256: sha256(picture), bytes: picture.length, mediaType: 'image/jpeg' };
      const incidentId = incident();
      const raised = desk.chain.event({
        incidentId,
        observedAt: Date.now() - 500,
        evidence: [{ kind: 'trigger', ...file, originalSha256: sha256('original') }],
      });
      const [outcome] = await desk.accept(raised);
      expect(outcome).toMatchObject({ alertId: raised.id, effect: 'ticket-created' });
      const id = outcome?.ticketId ?? '';

      // Evidence arrives after its ticket.
      expect((await desk.detail(id)).evidence).toMatchObject([{ state: 'pending', sha256: file.sha256 }]);
      expect((await desk.call(`/api/evidence/${file.sha256}`, { role: 'responder' })).status).toBe(404);
      await desk.evidence.put(picture);
      await desk.desk.intake.evidenceArrived([file.sha256]);
      const served = await desk.call(`/api/evidence/${file.sha256}`, { role: 'responder' });
      expect(served).toMatchObject({ status: 200, body: picture.toString() });
      expect(served.headers.get('content-type')).toBe('image/jpeg');
      expect(served.headers.get('x-content-type-options')).toBe('nosniff');

      const ticket = await desk.untilState(id, 'DISPATCHED');
      expect(ticket).toMatchObject({
        station: '第一派出所综合室',
        department: '公安',
        routing: { rule: 'illegal_parking/roadway', version: '2026.2' },
        picture: file.sha256,
        actions: ['sign'],
        traceparent: raised.traceparent,
      });
      expect(ticket.signDueAt).toBe((ticket.dispatches[0]?.assignedAt ?? 0) + 60_000);

      await desk.act(id, 'sign', {}, 'responder');
      await desk.act(id, 'arrive', { note: '到达现场' }, 'responder');
      await clear(incidentId);
      await desk.act(id, 'feedback', { outcome: 'RESOLVED_ONSITE', note: '车主已驶离' }, 'responder');
      const closed = await desk.act(id, 'close', { note: '已核实' });
      expect(closed).toMatchObject({ state: 'CLOSED', cleared: true, actions: [], signOverdue: false });
      expect(closed.timeline.flatMap((entry) => entry.to ?? [])).toEqual([
        'RECEIVED',
        'TRIAGED',
        'DISPATCHED',
        'SIGNED',
        'DEPARTED',
        'ARRIVED',
        'HANDLING',
        'RESOLVED_ONSITE',
        'FEEDBACK',
        'VERIFYING',
        'CALLBACK',
        'CLOSED',
      ]);
      const departed = closed.timeline.find((entry) => entry.to === 'DEPARTED');
      expect(departed).toMatchObject({ actor: 'responder', role: 'responder', note: 'implied by arriving' });

      await until(() => seen.events.some(({ data }) => (JSON.parse(data) as TicketSummary).state === 'CLOSED'), {
        what: 'the closure on the event stream',
      });
      expect(seen.events.every((event) => event.event === 'ticket')).toBe(true);
      seen.close();
    });

    test('the trace tells the way from RTP timestamp to closure in order of time', async () => {
      const { id, incidentId } = await dispatched();
      await desk.act(id, 'sign');
      await desk.act(id, 'depart');
      await desk.act(id, 'arrive');
      await desk.act(id, 'feedback', { outcome: 'JOINT_CONSULT' });
      await clear(incidentId);
      await desk.act(id, 'close');
      const trace: TicketTrace = (await desk.call(`/api/tickets/${id}/trace`, { role: 'auditor' })).body;
      const stages = trace.steps.map((step) => step.stage);
      const way = [
        'frame',
        'edge.received',
        'edge.detected',
        'edge.alert',
        'edge.outbox',
        'gateway.collected',
        'gateway.batched',
        'gateway.delivered',
        'ticket.received',
        'alert.raised',
        'ticket.triaged',
        'ticket.routed',
        'dispatch.assigned',
        'ticket.dispatched',
        'ticket.signed',
        'ticket.arrived',
        'ticket.feedback',
        'alert.cleared',
        'ticket.verifying',
        'ticket.closed',
      ];
      expect(way.map((stage) => stages.indexOf(stage))).not.toContain(-1);
      expect(stages.filter((stage) => way.includes(stage)).filter((stage, i, all) => all.indexOf(stage) === i)).toEqual(
        way,
      );
      expect(trace.steps.map((step) => step.at)).toEqual(trace.steps.map((step) => step.at).sort((a, b) => a - b));
      const facts = (stage: string) => trace.steps.find((step) => step.stage === stage)?.facts;
      expect(facts('frame')).toMatchObject({ rtpTimestamp: 123_456_789 });
      expect(facts('edge.alert')).toMatchObject({ modelSha256: sha256('model'), rule: 'illegal_parking/1' });
      expect(facts('edge.outbox')).toMatchObject({ node: 'node-1', hash: trace.alerts[0]?.sequence.hash ?? '' });
      expect(facts('gateway.batched')).toMatchObject({ batchSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(facts('ticket.routed')).toMatchObject({ rule: 'illegal_parking/roadway', version: '2026.2' });
      expect(facts('ticket.closed')).toMatchObject({ auditHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(trace.traceparent).toBe(trace.alerts[0]?.trace.traceparent);
    });

    test('duplicates have no effect', async () => {
      const event = desk.chain.event({ incidentId: incident(), observedAt: Date.now() });
      const [first] = await desk.accept(event);
      const id = first?.ticketId ?? '';
      const before = await desk.untilState(id, 'DISPATCHED');
      expect(await desk.accept(event, event)).toEqual([
        { alertId: event.id, effect: 'duplicate', ticketId: id },
        { alertId: event.id, effect: 'duplicate', ticketId: id },
      ]);
      expect(await desk.detail(id)).toEqual(before);
    });

    test('one batch may bring an incident several times; one ticket comes of it', async () => {
      const incidentId = incident();
      const at = Date.now();
      const events = [
        desk.chain.event({ incidentId, observedAt: at }),
        desk.chain.event({ incidentId, phase: 'updated', observedAt: at + 1, severity: 2 }),
      ];
      const outcomes = await desk.accept(...events, ...events);
      expect(outcomes.map((outcome) => outcome.effect)).toEqual([
        'ticket-created',
        'ticket-updated',
        'duplicate',
        'duplicate',
      ]);
      expect(new Set(outcomes.map((outcome) => outcome.ticketId)).size).toBe(1);
      expect((await desk.detail(outcomes[0]?.ticketId ?? '')).severity).toBe(2);
    });

    test('concurrent deliveries of the same alerts make one ticket each', async () => {
      const events = Array.from({ length: 5 }, () => desk.chain.event({ incidentId: incident() }));
      const all = await Promise.all([desk.accept(...events), desk.accept(...events), desk.accept(...events)]);
      expect(all.flat().filter((outcome) => outcome.effect === 'ticket-created')).toHaveLength(5);
      expect(all.flat().filter((outcome) => outcome.effect === 'duplicate')).toHaveLength(10);
    });

    test('cleared may come before raised', async () => {
      const incidentId = incident();
      const at = Date.now();
      const raised = desk.chain.event({ incidentId, observedAt: at });
      const cleared = desk.chain.event({ incidentId, phase: 'cleared', observedAt: at + 1000 });
      const [first] = await desk.accept(cleared);
      const [second] = await desk.accept(raised);
      expect([first?.effect, second?.effect]).toEqual(['ticket-created', 'ticket-updated']);
      const ticket = await desk.untilState(first?.ticketId ?? '', 'DISPATCHED');
      expect(ticket.cleared).toBe(true);
      expect(ticket.timeline.map((entry) => entry.kind)).toContain('self-resolved');
    });

    test('cleared before it was signed is recorded as self-resolved; afterwards not', async () => {
      const early = await dispatched();
      await clear(early.incidentId);
      const late = await dispatched();
      await desk.act(late.id, 'sign');
      await clear(late.incidentId);
      const kinds = async (id: string) => (await desk.detail(id)).timeline.map((entry) => entry.kind);
      expect(await kinds(early.id)).toContain('self-resolved');
      expect(await kinds(late.id)).not.toContain('self-resolved');
    });

    test('verification waits for the camera, and goes on by itself', async () => {
      const { id, incidentId } = await dispatched();
      await desk.act(id, 'sign');
      await desk.act(id, 'arrive');
      await desk.act(id, 'feedback', { outcome: 'DIFFICULT' });
      const waiting = await desk.act(id, 'close');
      expect(waiting).toMatchObject({ state: 'VERIFYING', cleared: false, actions: [] });
      await clear(incidentId);
      const closed = await desk.detail(id);
      expect(closed).toMatchObject({ state: 'CLOSED', cleared: true });
      expect(closed.timeline.at(-1)).toMatchObject({ to: 'CLOSED', role: 'camera', actor: '人民路东口' });
    });

    describe('closing without the camera', () => {
      const reason = { override: true, note: '摄像机已拆除' };
      const fedBack = async () => {
        const { id, incidentId } = await dispatched();
        await desk.act(id, 'sign');
        await desk.act(id, 'arrive');
        return { id, incidentId, ticket: await desk.act(id, 'feedback', { outcome: 'DIFFICULT' }) };
      };
      const refused = async (id: string, role: 'responder' | 'auditor' | 'dispatcher', action: string, body: unknown) =>
        (await desk.call(`/api/tickets/${id}/${action}`, { role, body })).body.code;

      test.each([
        ['FEEDBACK', ['VERIFYING', 'CALLBACK', 'CLOSED']],
        ['VERIFYING', ['CALLBACK', 'CLOSED']],
      ] as const)('from %s goes to the end, every step with the reason and the name', async (from, steps) => {
        const { id, ticket } = await fedBack();
        expect(ticket).toMatchObject({ closedWithoutCamera: false, canCloseWithoutCamera: true });
        if (from === 'VERIFYING') await desk.act(id, 'close');
        expect(await desk.detail(id)).toMatchObject({ state: from, canCloseWithoutCamera: true });
        expect(await desk.detail(id, 'responder')).toMatchObject({ canCloseWithoutCamera: false });
        const closed = await desk.act(id, 'close', reason);
        expect(closed).toMatchObject({
          state: 'CLOSED',
          cleared: false,
          closedWithoutCamera: true,
          canCloseWithoutCamera: false,
        });
        expect(closed.timeline.slice(-steps.length)).toMatchObject(
          steps.map((to) => ({
            to,
            actor: 'dispatcher',
            role: 'dispatcher',
            note: reason.note,
            details: { action: 'close', closedWithoutCamera: true },
          })),
        );
        const report: AuditReport = (await desk.call('/api/audit/verify', { role: 'auditor' })).body;
        expect(report.problems).toEqual([]);
      });

      test('is for dispatchers and administrators, who say why', async () => {
        const { id } = await fedBack();
        expect(await refused(id, 'responder', 'close', reason)).toBe('MB_FORBIDDEN');
        expect(await refused(id, 'auditor', 'close', reason)).toBe('MB_FORBIDDEN');
        for (const note of [undefined, '', 'gone', '  gone  ']) {
          expect(await refused(id, 'dispatcher', 'close', { override: true, note })).toBe('MB_REQUEST_INVALID');
        }
        expect((await desk.detail(id)).state).toBe('FEEDBACK');
        expect(await desk.act(id, 'close', reason, 'admin')).toMatchObject({ state: 'CLOSED' });
      });

      test('is no way around feedback, and nothing other steps know', async () => {
        const { id } = await dispatched();
        expect(await refused(id, 'dispatcher', 'sign', reason)).toBe('MB_REQUEST_INVALID');
        expect(await refused(id, 'dispatcher', 'feedback', { ...reason, outcome: 'DIFFICULT' })).toBe(
          'MB_REQUEST_INVALID',
        );
        expect(await refused(id, 'dispatcher', 'close', reason)).toBe('MB_TICKET_TRANSITION');
        expect(await desk.detail(id)).toMatchObject({ state: 'DISPATCHED', canCloseWithoutCamera: false });
      });

      test('where the camera had spoken, the closure is an ordinary one', async () => {
        const { id, incidentId } = await fedBack();
        await clear(incidentId);
        expect(await desk.detail(id)).toMatchObject({ canCloseWithoutCamera: false });
        const closed = await desk.act(id, 'close', reason);
        expect(closed).toMatchObject({ state: 'CLOSED', cleared: true, closedWithoutCamera: false });
      });
    });

    test('steps out of turn are refused, and of two at once one wins', async () => {
      const { id } = await dispatched();
      const early = await desk.call(`/api/tickets/${id}/close`, { role: 'dispatcher', body: {} });
      expect(early).toMatchObject({ status: 409, body: { code: 'MB_TICKET_TRANSITION' } });
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => desk.call(`/api/tickets/${id}/sign`, { role: 'responder', body: {} })),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409, 409]);
      expect((await desk.detail(id)).timeline.filter((entry) => entry.to === 'SIGNED')).toHaveLength(1);
    });

    test('numbers follow each other without gaps, also after a transaction that failed and a restart', async () => {
      const numberOf = async (id: string | undefined) => (await desk.detail(id ?? '')).number;
      const incident = (name: string) => desk.chain.event({ incidentId: `numbered ${name}` as IncidentId });
      const [first] = await desk.accept(incident('a'));
      const broken = { ...desk.record(incident('b')), batchedAt: Number.NaN };
      await expect(desk.desk.intake.accept([broken], [], desk.position())).rejects.toThrow();
      await desk.stop();
      await desk.start();
      const [second, third] = await desk.accept(incident('c'), incident('d'));
      const number = await numberOf(first?.ticketId);
      expect(await numberOf(second?.ticketId)).toBe(number + 1);
      expect(await numberOf(third?.ticketId)).toBe(number + 2);
    });

    test('positions are kept and never go back', async () => {
      await desk.accept(desk.chain.event({ incidentId: incident() }));
      const position = await desk.desk.intake.position('gateway-1');
      expect(position).toEqual(desk.position());
      await desk.desk.intake.accept([], [], { sender: 'gateway-1', batch: 1, nodes: {} });
      expect(await desk.desk.intake.position('gateway-1')).toEqual(position);
      expect(await desk.desk.intake.position('nobody')).toBeUndefined();
    });

    test('what breaks the proof is on record, once', async () => {
      const gap = { kind: 'gap', node: desk.chain.node, detail: '3 missing before 7', at: Date.now() } as const;
      const position = { sender: 'gateway-2', batch: 4, nodes: {} };
      await desk.desk.intake.accept([], [gap], position);
      const before: AuditReport = (await desk.call('/api/audit/verify', { role: 'auditor' })).body;
      expect(before.integrityIncidents).toBe(1);
      await desk.desk.intake.accept([], [{ ...gap, at: Date.now() }], position);
      const after: AuditReport = (await desk.call('/api/audit/verify', { role: 'auditor' })).body;
      // Clocks of other tickets go on writing: only the incidents are counted.
      expect(after.integrityIncidents).toBe(1);
    });

    test('text no Postgres column can hold does not stop the intake', async () => {
      const camera = { ...desk.chain.event().data.camera, name: 'east\u0000gate' };
      const event = desk.chain.event({ incidentId: `i\u0000${incident()}` as IncidentId, camera });
      const [outcome] = await desk.accept(event);
      expect((await desk.detail(outcome?.ticketId ?? '')).camera.name).toBe('east\ufffdgate');
      expect(await desk.accept(event)).toMatchObject([{ effect: 'duplicate' }]);
      const { id } = await dispatched();
      const signed = await desk.act(id, 'sign', { note: 'half a pair \ud800, nothing \u0000' });
      expect(signed.timeline.at(-1)?.note).toBe('half a pair \ufffd, nothing \ufffd');
    });

    test('a listener that was away is told what it missed', async () => {
      const { id } = await dispatched();
      const { updatedAt } = await desk.detail(id);
      expect(updatedAt).toBeGreaterThan(0);
      const authorization = 'Bearer maplebridge-demo-dispatcher';
      const live = new EventSourceReader();
      await live.open(`${desk.desk.address}/api/events`, { authorization });
      await desk.act(id, 'sign');
      await until(() => live.events.length > 0, { what: 'the signing on the stream' });
      const last = live.events.at(-1)?.id ?? '';
      live.close();
      await desk.act(id, 'depart');
      const again = new EventSourceReader();
      await again.open(`${desk.desk.address}/api/events`, { authorization, 'last-event-id': last });
      await until(() => again.events.some(({ data }) => (JSON.parse(data) as TicketSummary).state === 'DEPARTED'), {
        what: 'the missed departure',
      });
      again.close();
    });

    test('the audit log verifies from its first record', async () => {
      const report: AuditReport = (await desk.call('/api/audit/verify', { role: 'auditor' })).body;
      expect(report.problems).toEqual([]);
      expect(report).toMatchObject({ verified: true });
      expect(report.records).toBeGreaterThan(50);
      const health = await desk.call('/healthz');
      expect(health).toMatchObject({ status: 200, body: { status: 'ok', database: 'up', queue: 'up' } });
      expect((await desk.call('/metrics')).body).toContain('maplebridge_desk_alerts_total{effect="ticket-created"}');
    });
  });
});
