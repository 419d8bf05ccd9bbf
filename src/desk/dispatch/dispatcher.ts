import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../../contracts/audit-record.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { Database } from '../store/database.ts';
import { type DeskJob, oweJobs, settleJob, signClockJob } from '../store/jobs.ts';
import type { TicketBook } from '../store/ticket-book.ts';

const system: Actor = { name: 'dispatch', role: 'system' };

/** Gives a triaged ticket to the station and department that routing chose, and starts the sign clock. */
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

  /** Works a `dispatch` job off; doing it again has no effect. */
  async run(job: DeskJob): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const ticket = await this.#book.take(tx, job.ticketId);
      if (!(await settleJob(tx, job.id))) return;
      const { routing, state } = ticket.row;
      if (state !== 'TRIAGED' || routing === null) return;
      const now = this.#clock.now();
      const id = uuidv7();
      const dueAt = now + this.#signLimitMs;
      const { station, department, coDepartments } = routing;
      ticket.change({ station, department, co_departments: coDepartments, sign_due_at: dueAt });
      ticket.remark('dispatch.assigned', system, now, {
        note: `${station} · ${department}`,
        details: { dispatchId: id, station, department, coDepartments, signDueAt: dueAt },
      });
      ticket.move('DISPATCHED', system, now, { details: { dispatchId: id } });
      await tx.query(
        `INSERT INTO desk.dispatches (id, ticket_id, station, department, assigned_at, sign_due_at)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [id, job.ticketId, station, department, now, dueAt],
      );
      const clock = signClockJob(job.ticketId, id, dueAt);
      await oweJobs(tx, [clock]);
      await this.#book.save(tx, [ticket]);
      tx.afterCommit(() => {
        this.#dispatched.inc();
        this.#onJobs([clock]);
      });
    });
  }
}
