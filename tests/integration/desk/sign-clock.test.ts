import { afterEach, describe, expect, test } from 'vitest';
import type { AuditReport } from '../../../src/contracts/desk-api.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { deskStacks, type RunningStack } from '../../support/desk-stacks.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { until } from '../../support/until.ts';

describe.each(deskStacks)('sign clock on $name', ({ start, separateQueue }) => {
  describe('with its servers', () => {
    let stack: RunningStack | undefined;
    let desk: DeskUnderTest | undefined;

    afterEach(async () => {
      await desk?.remove();
      await stack?.remove();
      desk = undefined;
      stack = undefined;
    });

    const fresh = async (signLimitMs: number) => {
      stack = await start();
      desk = await DeskUnderTest.create(stack.config, { signLimitMs });
      await desk.start();
      return { desk, stack };
    };
    const dispatched = async (from: DeskUnderTest) => {
      const [outcome] = await from.accept(from.chain.event({ observedAt: Date.now() }));
      const id = outcome?.ticketId ?? '';
      await from.untilState(id, 'DISPATCHED');
      return id;
    };
    const untilOverdue = (from: DeskUnderTest, id: string) =>
      until(
        async () => {
          const ticket = await from.detail(id);
          return ticket.signOverdue ? ticket : undefined;
        },
        { what: 'the sign clock to ring', timeoutMs: 20_000, everyMs: 50 },
      );

    test('rings for what is not signed, once, and stays silent for what is', async () => {
      const { desk } = await fresh(1_000);
      const slow = await dispatched(desk);
      const quick = await dispatched(desk);
      await desk.act(quick, 'sign', {}, 'responder');
      const overdue = await untilOverdue(desk, slow);
      expect(overdue.state).toBe('DISPATCHED');
      expect(overdue.dispatches[0]?.overdueAt).toBeGreaterThanOrEqual(overdue.dispatches[0]?.signDueAt ?? 0);
      const rung = overdue.timeline.filter((entry) => entry.kind === 'sign.overdue');
      expect(rung).toMatchObject([{ actor: 'sla', role: 'system', details: { signDueAt: overdue.signDueAt } }]);
      const signed = await desk.act(slow, 'sign', {}, 'responder');
      expect(signed).toMatchObject({ state: 'SIGNED', signOverdue: true });
      expect(signed).not.toHaveProperty('signDueAt');
      expect((await desk.detail(quick)).timeline.map((entry) => entry.kind)).not.toContain('sign.overdue');
      const report: AuditReport = (await desk.call('/api/audit/verify', { role: 'admin' })).body;
      expect(report.problems).toEqual([]);
    });

    test.each([
      ['a day forward', 86_400_000],
      ['a day back', -86_400_000],
    ])('a wall clock that is set %s rings neither early nor never', async (_name, byMs) => {
      stack = await start();
      desk = await DeskUnderTest.create(stack.config, { signLimitMs: 1_500 });
      const clock = new JumpingClock();
      desk.clock = clock;
      await desk.start();
      const id = await dispatched(desk);
      clock.jump(byMs);
      const overdue = await untilOverdue(desk, id);
      const rung = overdue.timeline.filter((entry) => entry.kind === 'sign.overdue');
      expect(rung).toHaveLength(1);
      expect(Number(rung[0]?.details['lateMs'])).toBeGreaterThanOrEqual(0);
      expect(Number(rung[0]?.details['lateMs'])).toBeLessThan(20_000);
    });

    test('is rebuilt from the database when the desk starts again, also when the queue lost everything', async () => {
      const { desk, stack } = await fresh(60_000);
      const id = await dispatched(desk);
      await desk.stop();
      await stack.redis?.stop();
      await stack.redis?.start();
      // What was owed while nobody worked: a ticket that is not dispatched yet.
      await desk.start({ signLimitMs: 60_000 });
      const before = await desk.detail(id);
      expect(before).toMatchObject({ state: 'DISPATCHED', signOverdue: false });
      await desk.act(id, 'sign');
      const next = await dispatched(desk);
      expect((await desk.detail(next)).signDueAt).toBeGreaterThan(Date.now());
    });

    test('what came due while the desk was down rings at its start', async () => {
      const { desk, stack } = await fresh(1_500);
      const id = await dispatched(desk);
      const due = (await desk.detail(id)).signDueAt ?? 0;
      await desk.stop();
      await stack.redis?.stop();
      await stack.redis?.start();
      await until(() => Date.now() > due, { what: 'the clock to run out' });
      await desk.start();
      await untilOverdue(desk, id);
    });

    if (separateQueue)
      test('a queue that is away at the start is waited for; tickets come in meanwhile', async () => {
        stack = await start();
        await stack.redis?.stop();
        desk = await DeskUnderTest.create(stack.config);
        await desk.start();
        const [outcome] = await desk.accept(desk.chain.event({ observedAt: Date.now() }));
        expect(await desk.detail(outcome?.ticketId ?? '')).toMatchObject({ state: 'TRIAGED' });
        expect((await desk.call('/healthz')).body).toMatchObject({ status: 'degraded', database: 'up', queue: 'down' });
        await stack.redis?.start();
        await desk.untilState(outcome?.ticketId ?? '', 'DISPATCHED');
      });

    if (separateQueue)
      test('a queue that loses its memory or goes away loses no job', async () => {
        const { desk, stack } = await fresh(1_500);
        const first = await dispatched(desk);
        await stack.redis?.command('FLUSHALL');
        await untilOverdue(desk, first);
        await stack.redis?.stop();
        const [outcome] = await desk.accept(desk.chain.event({ observedAt: Date.now() }));
        expect(await desk.detail(outcome?.ticketId ?? '')).toMatchObject({ state: 'TRIAGED' });
        await stack.redis?.start();
        await desk.untilState(outcome?.ticketId ?? '', 'DISPATCHED');
        await untilOverdue(desk, outcome?.ticketId ?? '');
      });
  });
});
