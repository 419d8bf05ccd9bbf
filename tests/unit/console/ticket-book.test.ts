import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BookEvent, bookLimit, emptyBook, updateBook } from '../../../src/console/live/ticket-book.ts';
import { countByFilter, countOverdue, passes, phaseOf } from '../../../src/console/live/ticket-phase.ts';
import type { Sha256 } from '../../../src/domain/ids.ts';
import { ticketStates } from '../../../src/domain/ticket.ts';
import { summary } from './summary.ts';

const play = (...events: BookEvent[]) => events.reduce(updateBook, emptyBook);

describe('the ticket book', () => {
  it('keeps the newest ticket first, whatever order they come in', () => {
    const book = play({ kind: 'list', tickets: [summary(1), summary(3)] }, { kind: 'ticket', ticket: summary(2) });
    expect(book.order.map((ticket) => ticket.number)).toEqual([3, 2, 1]);
  });

  it('is loaded only once a list has come', () => {
    expect(play({ kind: 'ticket', ticket: summary(1) }).loaded).toBe(false);
    expect(play({ kind: 'list', tickets: [] }).loaded).toBe(true);
  });

  it('does not let a list that was fetched earlier undo an event', () => {
    const signed = summary(1, { state: 'SIGNED', updatedAt: 5_000 });
    const book = play({ kind: 'ticket', ticket: signed }, { kind: 'list', tickets: [summary(1)] });
    expect(book.order[0]).toBe(signed);
  });

  it('keeps a ticket that a list does not contain', () => {
    const book = play({ kind: 'ticket', ticket: summary(2) }, { kind: 'list', tickets: [summary(1)] });
    expect(book.order.map((ticket) => ticket.number)).toEqual([2, 1]);
  });

  it('never loses a picture to an answer of the same version without one', () => {
    const picture = 'ab'.repeat(32) as Sha256;
    const book = play({ kind: 'ticket', ticket: summary(1, { picture }) }, { kind: 'list', tickets: [summary(1)] });
    expect(book.order[0]?.picture).toBe(picture);
  });

  it('announces new tickets from the stream, not those of the list or changes', () => {
    const book = play(
      { kind: 'list', tickets: [summary(1)] },
      { kind: 'ticket', ticket: summary(1, { updatedAt: 9e6 }) },
    );
    expect(book.newest).toBeUndefined();
    expect(updateBook(book, { kind: 'ticket', ticket: summary(2) }).newest?.number).toBe(2);
    expect(updateBook(book, { kind: 'ticket', ticket: summary(0) }).newest).toBeUndefined();
  });

  it('is bounded: the oldest go', () => {
    const tickets = Array.from({ length: bookLimit + 5 }, (_, index) => summary(index + 1));
    const book = play({ kind: 'list', tickets });
    expect(book.order).toHaveLength(bookLimit);
    expect(book.byId.size).toBe(bookLimit);
    expect(book.order.at(-1)?.number).toBe(6);
  });

  it('ends in the same state in whatever order versions arrive', () => {
    const versions = [1, 2, 3].flatMap((number) =>
      [0, 1, 2].map((version) => summary(number, { updatedAt: number * 1_000 + version, cleared: version === 2 })),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(versions, { minLength: versions.length }), (order) => {
        const book = play(...order.map((ticket) => ({ kind: 'ticket', ticket }) as const));
        expect(book.order.map((ticket) => [ticket.number, ticket.updatedAt])).toEqual([
          [3, 3_002],
          [2, 2_002],
          [1, 1_002],
        ]);
      }),
    );
  });
});

describe('the groups of the list', () => {
  it('know every state', () => {
    for (const state of ticketStates) expect(['waiting', 'working', 'done']).toContain(phaseOf(state));
  });

  it('count and filter alike', () => {
    const tickets = [summary(1), summary(2, { state: 'ARRIVED' }), summary(3, { state: 'CLOSED' }), summary(4)];
    expect(countByFilter(tickets)).toEqual({ all: 4, waiting: 2, working: 1, done: 1 });
    expect(tickets.filter((ticket) => passes('waiting', ticket)).map((ticket) => ticket.number)).toEqual([1, 4]);
  });

  it('count as overdue what is unsigned past its time', () => {
    const tickets = [
      summary(1, { signDueAt: 999 }),
      summary(2, { signDueAt: 1_001 }),
      summary(3, { signOverdue: true }),
    ];
    expect(countOverdue(tickets, 1_000)).toBe(1);
  });
});
