import type { TicketId, UtcMs } from '../../domain/ids.ts';
import type { Queryable, Transaction } from './database.ts';

/** Work that is owed: a row in Postgres first, a queue job second. */
export interface DeskJob {
  /** Also the queue's job id: handing the same job over twice is one job. */
  readonly id: string;
  readonly kind: 'dispatch' | 'sign-clock';
  readonly ticketId: TicketId;
  /** What the job is about: the ticket, or one of its dispatches. */
  readonly subjectId: string;
  readonly dueAt: UtcMs;
}

/** The job that assigns a triaged ticket. */
export function dispatchJob(ticketId: TicketId, now: UtcMs): DeskJob {
  return { id: `dispatch-${ticketId}`, kind: 'dispatch', ticketId, subjectId: ticketId, dueAt: now };
}

/** The clock that runs until a dispatch is signed. */
export function signClockJob(ticketId: TicketId, dispatchId: string, dueAt: UtcMs): DeskJob {
  return { id: `sign-${dispatchId}`, kind: 'sign-clock', ticketId, subjectId: dispatchId, dueAt };
}

const columns = 'id, kind, ticket_id AS "ticketId", subject_id AS "subjectId", due_at AS "dueAt"';

/** Writes jobs with what causes them. */
export async function oweJobs(tx: Transaction, jobs: readonly DeskJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await tx.query(
    `INSERT INTO desk.jobs (id, kind, ticket_id, subject_id, due_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[]) ON CONFLICT (id) DO NOTHING`,
    [
      jobs.map((job) => job.id),
      jobs.map((job) => job.kind),
      jobs.map((job) => job.ticketId),
      jobs.map((job) => job.subjectId),
      jobs.map((job) => job.dueAt),
    ],
  );
}

/** Takes jobs off the books with what they do; returns those that were still owed. Lock their tickets first. */
export async function settleJobs<J extends DeskJob>(tx: Transaction, jobs: readonly J[]): Promise<J[]> {
  const ids = jobs.map((job) => job.id);
  const rows = await tx.query<{ id: string }>('DELETE FROM desk.jobs WHERE id = ANY($1::text[]) RETURNING id', [ids]);
  const owed = new Set(rows.map((row) => row.id));
  return jobs.filter((job) => owed.delete(job.id));
}

/** Jobs owed and due before a time, the longest waiting first. */
export function jobsDueBefore(database: Queryable, time: UtcMs, limit: number): Promise<DeskJob[]> {
  return database.query<DeskJob>(`SELECT ${columns} FROM desk.jobs WHERE due_at < $1 ORDER BY due_at LIMIT $2`, [
    time,
    limit,
  ]);
}

/** A page of everything owed, by id: for handing all of it over again. */
export function jobsAfter(database: Queryable, id: string, limit: number): Promise<DeskJob[]> {
  return database.query<DeskJob>(`SELECT ${columns} FROM desk.jobs WHERE id > $1 ORDER BY id LIMIT $2`, [id, limit]);
}
