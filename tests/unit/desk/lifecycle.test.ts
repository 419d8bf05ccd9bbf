import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HandlingOutcome, type TicketState, ticketActions, ticketStates } from '../../../src/domain/ticket.ts';
import { isAllowed, isOpen, isUnsigned, mustSayWhy, pathFor } from '../../../src/domain/ticket-lifecycle.ts';

/** design/desk.md, Lifecycle, written out again: the test's own copy of the table. */
const drawn: Record<TicketState, readonly TicketState[]> = {
  RECEIVED: ['TRIAGED'],
  TRIAGED: ['DISPATCHED'],
  DISPATCHED: ['SIGNED', 'RETURNED'],
  SIGNED: ['DEPARTED', 'RETURNED'],
  DEPARTED: ['ARRIVED'],
  ARRIVED: ['HANDLING'],
  HANDLING: ['RESOLVED_ONSITE', 'JOINT_CONSULT', 'DIFFICULT', 'RETURNED'],
  RESOLVED_ONSITE: ['FEEDBACK'],
  JOINT_CONSULT: ['FEEDBACK'],
  DIFFICULT: ['FEEDBACK'],
  FEEDBACK: ['VERIFYING'],
  VERIFYING: ['CALLBACK'],
  CALLBACK: ['CLOSED'],
  RETURNED: ['TRIAGED', 'TO_POLICE'],
  CLOSED: ['REOPENED'],
  REOPENED: ['TRIAGED'],
  TO_POLICE: [],
  SUSPENDED: [],
  MERGED: [],
  CANCELLED: [],
};
const over: readonly TicketState[] = ['CLOSED', 'CANCELLED', 'MERGED', 'TO_POLICE'];

const pairs = ticketStates.flatMap((from) => ticketStates.map((to) => [from, to] as const));

describe('lifecycle', () => {
  test.each(pairs)('%s → %s is allowed exactly where the design draws it', (from, to) => {
    const aside = !over.includes(from) && from !== to && ['SUSPENDED', 'MERGED', 'CANCELLED'].includes(to);
    expect(isAllowed(from, to)).toBe(drawn[from].includes(to) || aside);
  });

  test('a suspended ticket resumes only where it stopped', () => {
    expect(isAllowed('SUSPENDED', 'SIGNED', 'SIGNED')).toBe(true);
    expect(isAllowed('SUSPENDED', 'ARRIVED', 'SIGNED')).toBe(false);
    expect(isAllowed('SUSPENDED', 'SIGNED')).toBe(false);
  });

  test('steps that undo or stop work must say why', () => {
    expect(ticketStates.filter(mustSayWhy)).toEqual(['RETURNED', 'SUSPENDED', 'CANCELLED', 'REOPENED']);
  });

  test.each([
    ['DISPATCHED', 'sign', ['SIGNED']],
    ['SIGNED', 'depart', ['DEPARTED']],
    ['SIGNED', 'arrive', ['DEPARTED', 'ARRIVED']],
    ['DEPARTED', 'arrive', ['ARRIVED']],
    ['ARRIVED', 'feedback', ['HANDLING', 'JOINT_CONSULT', 'FEEDBACK']],
    ['FEEDBACK', 'close', ['VERIFYING']],
  ] as const)('%s: %s walks %j', (state, action, path) => {
    expect(pathFor(state, action, { outcome: 'JOINT_CONSULT', cleared: false })).toEqual(path);
  });

  test('closing goes to the end when the camera saw the scene cleared', () => {
    expect(pathFor('FEEDBACK', 'close', { cleared: true })).toEqual(['VERIFYING', 'CALLBACK', 'CLOSED']);
  });

  test.each([
    ['FEEDBACK', ['VERIFYING', 'CALLBACK', 'CLOSED']],
    ['VERIFYING', ['CALLBACK', 'CLOSED']],
  ] as const)('closing %s without the camera walks %j', (state, path) => {
    expect(pathFor(state, 'close', { cleared: false, override: true })).toEqual(path);
  });

  test.each(ticketStates.filter((state) => state !== 'FEEDBACK' && state !== 'VERIFYING'))(
    'not even without the camera does %s close: feedback comes first',
    (state) => {
      expect(pathFor(state, 'close', { cleared: false, override: true })).toBeUndefined();
    },
  );

  test.each(ticketStates.filter((state) => state !== 'FEEDBACK'))('no close from %s: feedback comes first', (state) => {
    expect(pathFor(state, 'close', { cleared: true })).toBeUndefined();
  });

  test('every action walks only allowed steps, from every state', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ticketStates),
        fc.constantFrom(...ticketActions),
        fc.option(fc.constantFrom<HandlingOutcome>('RESOLVED_ONSITE', 'JOINT_CONSULT', 'DIFFICULT'), {
          nil: undefined,
        }),
        fc.boolean(),
        fc.boolean(),
        (state, action, outcome, cleared, override) => {
          let at = state;
          for (const step of pathFor(state, action, { outcome, cleared, override }) ?? []) {
            expect(isAllowed(at, step)).toBe(true);
            at = step;
          }
        },
      ),
    );
  });

  test('whatever is done in whatever order, nothing closes that had no feedback', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...ticketActions), fc.boolean(), fc.boolean()), { maxLength: 30 }),
        (actions) => {
          let state: TicketState = 'DISPATCHED';
          const passed: TicketState[] = [];
          for (const [action, cleared, override] of actions) {
            for (const step of pathFor(state, action, { cleared, override }) ?? []) {
              state = step;
              passed.push(step);
            }
          }
          if (passed.includes('CLOSED')) {
            expect(passed).toEqual(expect.arrayContaining(['SIGNED', 'DEPARTED', 'ARRIVED', 'FEEDBACK', 'VERIFYING']));
          }
          expect(isOpen(state)).toBe(state !== 'CLOSED');
          expect(isUnsigned(state)).toBe(!passed.includes('SIGNED'));
        },
      ),
    );
  });
});
