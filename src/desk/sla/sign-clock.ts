import type { Actor } from '../../contracts/audit-record.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { Database } from '../store/database.ts';
import { type DeskJob, settleJob } from '../store/jobs.ts';
import type { TicketBook } from '../store/ticket-book.ts';
import type { DueTimes } from './due-times.ts';

const system: Actor = { name: 'sla', role: 'system' };

/** What happens when a dispatch was not signed in time (design: desk.md, Clocks). */
export class SignClock {
  readonly #database: Database;
  readonly #book: TicketBook;
  readonly #clock: Clock;
  readonly #due: DueTimes;
  readonly #overdue: Counter;

  constructor(options: { database: Database; book: TicketBook; clock: Clock; due: DueTimes; metrics: Metrics }) {
    this.#database = options.database;
    this.#book = options.book;
    this.#clock = options.clock;
    this.#due = options.due;
    this.#overdue = options.metrics.counter('maplebridge_desk_sign_overdue_total', 'Dispatches not signed in time.');
  }

  /** Works a `sign-clock` job off. One that rings early stays owed and rings again; one already done has no effect. */
  async run(job: DeskJob): Promise<void> {
    if (this.#due.waitMs(job) > 0) return;
    await this.#database.transaction(async (tx) => {
      const ticket = await this.#book.take(tx, job.ticketId);
      const now = this.#clock.now();
      tx.afterCommit(() => this.#due.forget(job.id));
      if (!(await settleJob(tx, job.id))) return;
      if (ticket.row.state !== 'DISPATCHED') return;
      const [dispatch] = await tx.query<{ sign_due_at: number }>(
        `UPDATE desk.dispatches SET overdue_at = $2
         WHERE id = $1 AND signed_at IS NULL AND overdue_at IS NULL RETURNING sign_due_at`,
        [job.subjectId, now],
      );
      if (dispatch === undefined) return;
      ticket.change({ sign_overdue: true });
      ticket.remark('sign.overdue', system, now, {
        note: 'not signed in time',
        details: {
          dispatchId: job.subjectId,
          signDueAt: dispatch.sign_due_at,
          lateMs: Math.round(-this.#due.waitMs(job)),
        },
      });
      await this.#book.save(tx, [ticket]);
      tx.afterCommit(() => this.#overdue.inc());
    });
  }
}
