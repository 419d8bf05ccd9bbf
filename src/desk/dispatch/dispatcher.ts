import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../../contracts/audit-record.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { Database } from '../store/database.ts';
import { type DeskJob, oweJobs, settleJobs, signClockJob } from '../store/jobs.ts';
import type { TicketBook } from '../store/ticket-book.ts';
import type { TicketEditor } from '../store/ticket-editor.ts';

const system: Actor = { name: 'dispatch', role: 'system' };

/** Gives triaged tickets to the station and department that routing chose, and starts their sign clocks. */
export class Dispatcher {
  readonly #database: Database;
  readonly #book: TicketBook;
  readonly #clock: Clock;
  readonly #signLimitMs: number;
  readonly #onJobs: (jobs: readonly DeskJob[]) => void;
  readonly #dispatched: Counter;

  constructor(options: {
    database: Database;
    book: TicketBook;
    clock: Clock;
    signLimitMs: number;
    onJobs: (jobs: readonly DeskJob[]) => void;
    metrics: Metrics;
  }) {
    this.#database = options.database;
    this.#book = options.book;
    this.#clock = options.clock;
    this.#signLimitMs = options.signLimitMs;
    this.#onJobs = options.onJobs;
    this.#dispatched = options.metrics.counter('maplebridge_desk_dispatched_total', 'Tickets dispatched.');
  }

  /**
   * Works `dispatch` jobs off in one transaction: alone, a job costs its share of a commit and of the chain's lock twice
   * over. Doing one again has no effect.
   */
  async run(jobs: readonly DeskJob[]): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const tickets = await this.#book.takeAll(
        tx,
        jobs.map((job) => job.ticketId),
      );
      const owed = await settleJobs(tx, jobs);
      const now = this.#clock.now();
      const dispatches = owed.flatMap(({ ticketId }) => {
        const ticket = tickets.get(ticketId);
        return ticket === undefined ? [] : (this.#assign(ticket, now) ?? []);
      });
      if (dispatches.length === 0) return;
      await tx.query(
        `INSERT INTO desk.dispatches (id, ticket_id, station, department, assigned_at, sign_due_at)
         SELECT * FROM json_to_recordset($1::json) AS t(id uuid, ticket_id uuid, station text, department text,
           assigned_at bigint, sign_due_at bigint)`,
        [JSON.stringify(dispatches)],
      );
      const clocks = dispatches.map((each) => signClockJob(each.ticket_id, each.id, each.sign_due_at));
      await oweJobs(tx, clocks);
      await this.#book.save(tx, tickets.values());
      tx.afterCommit(() => {
        this.#dispatched.inc(clocks.length);
        this.#onJobs(clocks);
      });
    });
  }

  /** Undefined where there is nothing to assign. */
  #assign(ticket: TicketEditor, now: UtcMs) {
    const { routing, state } = ticket.row;
    if (state !== 'TRIAGED' || routing === null) return undefined;
    const id = uuidv7();
    const dueAt = now + this.#signLimitMs;
    const { station, department, coDepartments } = routing;
    ticket.change({ station, department, co_departments: coDepartments, sign_due_at: dueAt });
    ticket.remark('dispatch.assigned', system, now, {
      note: `${station} · ${department}`,
      details: { dispatchId: id, station, department, coDepartments, signDueAt: dueAt },
    });
    ticket.move('DISPATCHED', system, now, { details: { dispatchId: id } });
    return { id, ticket_id: ticket.row.id, station, department, assigned_at: now, sign_due_at: dueAt };
  }
}
