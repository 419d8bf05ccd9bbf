import type { Actor } from '../../contracts/audit-record.ts';
import type { ActionRequest } from '../../contracts/desk-api.ts';
import type { TicketId, UtcMs } from '../../domain/ids.ts';
import type { TicketAction, TicketState } from '../../domain/ticket.ts';
import { pathFor } from '../../domain/ticket-lifecycle.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Database, Transaction } from '../store/database.ts';
import type { TicketBook } from '../store/ticket-book.ts';
import type { TicketEditor } from '../store/ticket-editor.ts';

/** Steps people take. The ticket's row is locked, so of two at once one wins and the other is told the state. */
export class TicketActions {
  readonly #database: Database;
  readonly #book: TicketBook;
  readonly #clock: Clock;

  constructor(options: { database: Database; book: TicketBook; clock: Clock }) {
    this.#database = options.database;
    this.#book = options.book;
    this.#clock = options.clock;
  }

  /**
   * Takes one action, which may be several steps of the lifecycle.
   * @throws AppError MB_TICKET_UNKNOWN, MB_TICKET_TRANSITION, MB_DATABASE_UNREACHABLE.
   */
  async act(id: TicketId, action: TicketAction, request: ActionRequest, actor: Actor): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const ticket = await this.#book.take(tx, id);
      const { state, number, cleared_at: clearedAt } = ticket.row;
      const cleared = clearedAt !== null;
      // Where the camera has spoken there is nothing to override.
      const override = request.override === true && !cleared;
      const path = pathFor(state, action, { outcome: request.outcome, cleared, override });
      if (path === undefined) {
        throw new AppError('MB_TICKET_TRANSITION', `ticket ${number} is ${state}: "${action}" is not possible now`, {
          details: { state, action },
        });
      }
      const now = this.#clock.now();
      if (override) closeWithoutCamera(ticket, path, actor, now, request.note);
      else walk(ticket, path, { action, actor, now, note: request.note });
      if (request.outcome !== undefined) ticket.change({ outcome: request.outcome });
      if (action === 'sign') await sign(tx, ticket, now);
      if (ticket.row.state === 'VERIFYING') {
        ticket.remark('verification.waiting', { name: 'desk', role: 'system' }, now, {
          note: 'waits for the camera to report the scene cleared',
        });
      }
      await this.#book.save(tx, [ticket]);
    });
  }
}

/** Every step is that person's own, with their reason. */
function closeWithoutCamera(
  ticket: TicketEditor,
  path: readonly TicketState[],
  actor: Actor,
  now: UtcMs,
  note: string | undefined,
): void {
  for (const step of path) {
    ticket.move(step, actor, now, { note, details: { action: 'close', closedWithoutCamera: true } });
  }
}

function walk(
  ticket: TicketEditor,
  path: readonly TicketState[],
  request: { action: TicketAction; actor: Actor; now: UtcMs; note: string | undefined },
): void {
  const { action, actor, now, note } = request;
  for (const [index, step] of path.entries()) {
    const implied = index < path.length - 1;
    // Once the closure is asked for, the rest follows from what the camera had said.
    const stepActor: Actor = action === 'close' && index > 0 ? { name: 'desk', role: 'system' } : actor;
    ticket.move(step, stepActor, now, {
      note: remarkOf(step, implied, note, action),
      details: { action, ...(implied && action === 'arrive' ? { implied: true } : {}) },
    });
  }
}

function remarkOf(
  step: TicketState,
  implied: boolean,
  note: string | undefined,
  action: TicketAction,
): string | undefined {
  if (step === 'DEPARTED' && implied) return 'implied by arriving';
  if (step === 'CALLBACK' || step === 'CLOSED') return 'the camera had reported the scene cleared';
  // Words go with the step that was asked for: the last one, or the beginning of a closure.
  return action === 'close' || !implied ? note : undefined;
}

/** Stops the sign clock: its job is off the books, the dispatch has its time. */
async function sign(tx: Transaction, ticket: TicketEditor, now: UtcMs): Promise<void> {
  ticket.change({ signed_at: now, sign_due_at: null });
  await tx.query(`DELETE FROM desk.jobs WHERE ticket_id = $1 AND kind = 'sign-clock'`, [ticket.row.id]);
  await tx.query('UPDATE desk.dispatches SET signed_at = $2 WHERE ticket_id = $1 AND signed_at IS NULL', [
    ticket.row.id,
    now,
  ]);
}
