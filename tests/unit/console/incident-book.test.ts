import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countOpen,
  emptyIncidentBook,
  gravestOpen,
  type IncidentEvent,
  incidentBookLimit,
  updateIncidents,
} from '../../../src/console/live/incident-book.ts';
import type { IntegrityCase } from '../../../src/contracts/integrity-case.ts';

const play = (...events: IncidentEvent[]) => events.reduce(updateIncidents, emptyIncidentBook);
const heard = (incident: IntegrityCase): IncidentEvent => ({ kind: 'case', incident });

function incident(number: number, fields: Partial<IntegrityCase> = {}): IntegrityCase {
  return {
    id: `case-${number}`,
    number,
    kind: 'gap',
    node: 'edge-1',
    sender: undefined,
    severity: 2,
    state: 'open',
    firstAt: number,
    lastAt: number,
    count: 1,
    alerts: undefined,
    detail: '',
    ...fields,
  };
}

/** A list as the desk answers it; `beyond` open cases did not fit. */
function list(cases: IntegrityCase[], beyond = 0): IncidentEvent {
  const of = (state: string) => cases.filter((each) => each.state === state).length;
  return { kind: 'list', overview: { open: of('open') + beyond, acknowledged: of('acknowledged'), cases } };
}

describe('the book of integrity incidents', () => {
  it('is loaded only once a list has come', () => {
    expect(play(heard(incident(1))).loaded).toBe(false);
    expect(play(list([])).loaded).toBe(true);
  });

  it('has open cases first, then the gravest, then the latest', () => {
    const book = play(
      list([
        incident(1, { state: 'resolved', severity: 1 }),
        incident(2, { state: 'acknowledged', severity: 1 }),
        incident(3, { severity: 3 }),
        incident(4, { severity: 2 }),
        incident(5, { severity: 2 }),
      ]),
    );
    expect(book.cases.map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
    expect([countOpen(book), gravestOpen(book)]).toEqual([3, 2]);
  });

  it('has no gravest case when none is open', () => {
    const book = play(list([incident(1, { state: 'acknowledged', severity: 1 })]));
    expect([countOpen(book), gravestOpen(book)]).toEqual([0, undefined]);
  });

  it('counts the open cases that the list had no place for', () => {
    const book = play(list([incident(1), incident(2, { state: 'resolved' })], 7), heard(incident(3)));
    expect(countOpen(book)).toBe(9);
    expect(countOpen(updateIncidents(book, list([incident(1)])))).toBe(2);
  });

  it('does not let a list that was fetched earlier undo an event', () => {
    const acknowledged = incident(1, { state: 'acknowledged' });
    expect(play(heard(acknowledged), list([incident(1)])).cases).toEqual([acknowledged]);
  });

  it('opens a case again that was seen anew', () => {
    const book = play(heard(incident(1, { state: 'acknowledged', count: 4 })), heard(incident(1, { count: 5 })));
    expect(countOpen(book)).toBe(1);
  });

  it('ends in the same state in whatever order versions arrive', () => {
    const versions = [
      incident(1),
      incident(1, { count: 2, kind: 'fork', severity: 1 }),
      incident(1, { count: 2, state: 'acknowledged' }),
      incident(1, { count: 3 }),
      incident(1, { count: 3, state: 'acknowledged' }),
      incident(1, { count: 3, state: 'resolved' }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(versions, { minLength: versions.length }), (order) => {
        expect(play(...order.map(heard)).cases).toEqual([versions.at(-1)]);
      }),
    );
  });

  it('is bounded: what was resolved goes first', () => {
    const done = Array.from({ length: incidentBookLimit }, (_, index) => incident(index, { state: 'resolved' }));
    const book = play(list(done), heard(incident(5_000)));
    expect(book.cases).toHaveLength(incidentBookLimit);
    expect(book.cases[0]?.number).toBe(5_000);
  });
});
