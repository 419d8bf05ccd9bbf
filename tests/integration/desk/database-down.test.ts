import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditReport } from '../../../src/contracts/desk-api.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { deskStacks, type RunningStack } from '../../support/desk-stacks.ts';
import { until } from '../../support/until.ts';

const real = deskStacks.find((stack) => stack.name.startsWith('real'));

/** Job queue in Redis, and in the Postgres that goes down. */
const queues = [
  { queue: 'Redis', change: {} },
  {
    queue: 'the same Postgres',
    change: { queue: { kind: 'database' } },
  },
] as const;

describe.each(queues)('Postgres down, job queue in $queue', ({ change }) => {
  describe('with its servers', () => {
    let stack: RunningStack;
    let desk: DeskUnderTest;

    beforeAll(async () => {
      if (real === undefined) throw new Error('no such stack');
      stack = await real.start();
      desk = await DeskUnderTest.create({ ...stack.config, ...change });
    });
    afterAll(async () => {
      await desk?.remove();
      await stack?.remove();
    });

    const untilUp = () =>
      until(async () => (await desk.call('/healthz')).body.status === 'ok', {
        what: 'the desk to be well',
        timeoutMs: 30_000,
        everyMs: 100,
      });

    test('at its start the desk listens and says 503, and is ready once Postgres is', async () => {
      await stack.postgres?.stop();
      await desk.start();
      const answer = await desk.call('/api/tickets', { role: 'dispatcher' });
      expect(answer.status).toBe(503);
      expect(answer.body).toEqual({
        code: 'MB_DATABASE_UNREACHABLE',
        message: expect.any(String),
        help: expect.any(String),
      });
      expect(await desk.call('/healthz')).toMatchObject({ status: 503, body: { status: 'down', database: 'down' } });
      await expect(desk.desk.intake.position('gateway-1')).rejects.toMatchObject({
        code: 'MB_DATABASE_UNREACHABLE',
        retryable: true,
      });
      await stack.postgres?.start();
      await untilUp();
    });

    test('in between it refuses alerts and steps, keeps running, and goes on without loss', async () => {
      const [outcome] = await desk.accept(desk.chain.event({ observedAt: Date.now() }));
      const id = outcome?.ticketId ?? '';
      await desk.untilState(id, 'DISPATCHED');
      await stack.postgres?.stop();
      const event = desk.chain.event({ observedAt: Date.now() });
      await expect(desk.accept(event)).rejects.toMatchObject({ code: 'MB_DATABASE_UNREACHABLE' });
      for (const path of ['/api/tickets', `/api/tickets/${id}`, `/api/tickets/${id}/trace`, '/api/audit/verify']) {
        expect(await desk.call(path, { role: 'admin' })).toMatchObject({
          status: 503,
          body: { code: 'MB_DATABASE_UNREACHABLE' },
        });
      }
      const step = await desk.call(`/api/tickets/${id}/sign`, { role: 'responder', body: {} });
      expect(step).toMatchObject({ status: 503, body: { code: 'MB_DATABASE_UNREACHABLE' } });
      // Who one is does not depend on the database.
      expect((await desk.call('/api/me', { role: 'auditor' })).body).toEqual({ name: 'auditor', role: 'auditor' });
      await stack.postgres?.start();
      await untilUp();
      expect(await desk.accept(event)).toMatchObject([{ effect: 'ticket-created' }]);
      const [again] = await desk.accept(event);
      expect(again?.effect).toBe('duplicate');
      await desk.untilState(again?.ticketId ?? '', 'DISPATCHED');
      await desk.act(id, 'sign');
      const report: AuditReport = (await desk.call('/api/audit/verify', { role: 'auditor' })).body;
      expect(report.problems).toEqual([]);
    });

    // A stop that waits for Postgres would run into the test's own limit.
    test('it stops while Postgres is away', async () => {
      await stack.postgres?.stop();
      await expect(desk.stop()).resolves.toBeUndefined();
    });
  });
});
