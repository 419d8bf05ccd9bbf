import type { Actor } from '../../contracts/audit-record.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { Database, Transaction } from '../store/database.ts';
import { type DeskJob, settleJobs } from '../store/jobs.ts';
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

  /** Works `sign-clock` jobs off. One that rings early stays owed and rings again; one already done has no effect. */
  async run(jobs: readonly DeskJob[]): Promise<void> {
    const ripe = jobs.filter((job) => this.#due.waitMs(job) <= 0);
    if (ripe.length === 0) return;
    await this.#database.transaction(async (tx) => {
      const tickets = await this.#book.takeAll(
        tx,
        ripe.map((job) => job.ticketId),
      );
      const now = this.#clock.now();
      tx.afterCommit(() => {
        for (const job of ripe) this.#due.forget(job.id);
      });
      const owed = await settleJobs(tx, ripe);
      const unsigned = owed.filter((job) => tickets.get(job.ticketId)?.row.state === 'DISPATCHED');
      if (unsigned.length === 0) return;
      const overdue = await this.#markOverdue(tx, unsigned, now);
      for (const [job, dueAt] of overdue) {
        const ticket = tickets.get(job.ticketId);
        ticket?.change({ sign_overdue: true });
        ticket?.remark('sign.overdue', system, now, {
          note: 'not signed in time',
          details: { dispatchId: job.subjectId, signDueAt: dueAt, lateMs: Math.round(-this.#due.waitMs(job)) },
        });
      }
      await this.#book.save(tx, tickets.values());
      tx.afterCommit(() => this.#overdue.inc(overdue.length));
    });
  }

  /** The jobs whose dispatch nobody signed, with the time it was to be signed by. */
  async #markOverdue(tx: Transaction, jobs: readonly DeskJob[], now: UtcMs): Promise<[DeskJob, UtcMs][]> {
    const rows = await tx.query<{ id: string; sign_due_at: UtcMs }>(
      `UPDATE desk.dispatches SET overdue_at = $2 WHERE id = ANY($1::uuid[])
       AND signed_at IS NULL AND overdue_at IS NULL RETURNING id, sign_due_at`,
      [jobs.map((job) => job.subjectId), now],
    );
    const dueAt = new Map(rows.map((row) => [row.id, row.sign_due_at]));
    return jobs.flatMap((job) => {
      const at = dueAt.get(job.subjectId);
      return at === undefined ? [] : [[job, at] as [DeskJob, UtcMs]];
    });
  }
}
