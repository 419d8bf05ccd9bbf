import { describe, expect, it } from 'vitest';
import { refusal, toDeskError } from '../../../src/console/api/desk-error.ts';
import { measureText, placeText, speedText } from '../../../src/console/pages/dispatch/detail/measure-text.ts';
import { milestones } from '../../../src/console/pages/dispatch/detail/milestones.ts';
import { traceLinks, traceTotalMs } from '../../../src/console/pages/dispatch/trace/trace-chain.ts';
import { hrefOf, parseRoute } from '../../../src/console/route.ts';
import { errorText } from '../../../src/console/ui/error-text.ts';
import type { TimelineEntry } from '../../../src/contracts/desk-api.ts';
import type { Sha256, TicketId } from '../../../src/domain/ids.ts';
import type { TicketState } from '../../../src/domain/ticket.ts';

describe('addresses', () => {
  const id = '0199a1b2-7c3a-7e1f-9a2b-0123456789ab' as TicketId;

  it('lead back to where they came from', () => {
    expect(parseRoute(hrefOf(id))).toEqual({ page: 'dispatch', ticketId: id, trace: false });
    expect(parseRoute(hrefOf(id, true))).toEqual({ page: 'dispatch', ticketId: id, trace: true });
    expect(parseRoute(hrefOf(undefined)).ticketId).toBeUndefined();
  });

  it.each(['', '#', '#/nowhere', '#/tickets/', '#/tickets/../me', `#/tickets/${'x'.repeat(65)}`])(
    '%s is the desk without a ticket',
    (hash) => {
      expect(parseRoute(hash).ticketId).toBeUndefined();
    },
  );
});

describe('errors', () => {
  it("carry the desk's own words", () => {
    const error = refusal(409, { code: 'MB_TICKET_TRANSITION', message: 'ticket is CLOSED', help: 'moved on' });
    expect(error).toMatchObject({ code: 'MB_TICKET_TRANSITION', message: 'ticket is CLOSED', status: 409 });
    expect(errorText('zh-CN', error).title).toBe('工单状态已变化，不能再执行此步骤。');
  });

  it.each([undefined, null, 'Bad Gateway', 7, { code: 4 }])('bear any other body: %j', (body) => {
    expect(refusal(502, body)).toMatchObject({ code: 'HTTP_502', status: 502 });
    expect(errorText('en', refusal(502, body)).title).toContain('does not understand');
  });

  it('keep the help of a code without a translation', () => {
    expect(errorText('en', refusal(500, { code: 'MB_NEW', message: 'm', help: 'do this' })).help).toBe('do this');
  });

  it('are network errors when no answer came', () => {
    expect(toDeskError(new TypeError('fetch failed'))).toMatchObject({ code: 'NETWORK', status: 0 });
  });
});

describe('a ticket’s way', () => {
  const entry = (at: number, to: TicketState): TimelineEntry => ({
    at,
    actor: 'desk',
    role: 'system',
    kind: 'transition',
    to,
    details: {},
    hash: 'ab'.repeat(32) as Sha256,
  });

  const reached = (...timeline: TimelineEntry[]) => milestones({ createdAt: 1, timeline }).map((step) => step.at);

  it('has the time of each milestone, and no other state', () => {
    const timeline = [entry(2, 'TRIAGED'), entry(3, 'DISPATCHED'), entry(4, 'SIGNED'), entry(5, 'HANDLING')];
    expect(reached(...timeline)).toEqual([1, 3, 4, undefined, undefined, undefined, undefined]);
  });

  it('begins anew when the ticket is returned', () => {
    const timeline = [entry(2, 'DISPATCHED'), entry(3, 'SIGNED'), entry(4, 'RETURNED'), entry(5, 'TRIAGED')];
    const none = undefined;
    expect(reached(...timeline)).toEqual([1, none, none, none, none, none, none]);
    expect(reached(...timeline, entry(6, 'DISPATCHED'))).toEqual([1, 6, none, none, none, none, none]);
  });
});

describe('measurements', () => {
  it.each([
    ['fellMs', 1_400, '1.40 s'],
    ['areaShare', 0.1234, '12.3 %'],
    ['occupancy', 0.5, '50 %'],
    ['freeWidthM', 2.449, '2.4 m'],
    ['count', 17, '17'],
    ['widthByHeight', 1.256, '1.26'],
    ['kind', 'loitering', undefined],
  ])('%s of %s is shown as %s', (name, value, expected) => {
    expect(measureText(name, value)).toBe(expected);
  });

  it('say their error', () => {
    expect(placeText({ lat: 30.8702345, lon: 120.43, errorM: 1.25 })).toBe('30.87023, 120.43000 ± 1.3 m');
    expect(speedText({ mps: 1.42, errorMps: 0.31 })).toBe('1.4 ± 0.3 m/s');
  });
});

describe('the trace', () => {
  const step = (stage: string, at: number) => ({ stage, at, facts: {} });

  it('says how long each step took and keeps the order of the desk', () => {
    const steps = [step('received', 100), step('decoded', 130), step('collected', 120)];
    expect(traceLinks(steps).map((link) => link.deltaMs)).toEqual([undefined, 30, -10]);
    expect(traceTotalMs(steps)).toBe(20);
  });

  it('of nothing is empty', () => {
    expect(traceLinks([])).toEqual([]);
    expect(traceTotalMs([])).toBe(0);
  });
});
