import type { Actor, AuditEntry } from '../../contracts/audit-record.ts';
import {
  decisionNote,
  type QuarantineDetail,
  type QuarantineEntry,
  type QuarantineFilter,
  type QuarantineGate,
  type QuarantineRequest,
} from '../../contracts/quarantine.ts';
import type { IntakeOutcome, IntakeRecord } from '../../contracts/ticket-intake.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Database, Transaction } from '../store/database.ts';
import type { TicketBook } from '../store/ticket-book.ts';
import { entryOf, listRefused, markDecided, type QuarantineRow, refusedRecord } from './quarantine-table.ts';

/** Takes an alert in within a transaction of which it is not the only part. */
export interface ReleasedIntake {
  takeReleased(
    record: IntakeRecord,
    decide: (tx: Transaction, outcome: IntakeOutcome) => Promise<readonly AuditEntry[]>,
  ): Promise<void>;
}

/** What came of a decision. */
export interface Decided {
  readonly outcome: 'released' | 'discarded';
  readonly detail: string;
}

/** Refused records and files on the government side, and what people decide on them. */
export class QuarantineDesk {
  readonly #database: Database;
  readonly #book: TicketBook;
  readonly #intake: ReleasedIntake;
  readonly #gate: () => QuarantineGate | undefined;
  readonly #clock: Clock;

  /** `gate`: undefined where no gateway delivers to this desk; records can then only be discarded. */
  constructor(options: {
    database: Database;
    book: TicketBook;
    intake: ReleasedIntake;
    gate: () => QuarantineGate | undefined;
    clock: Clock;
  }) {
    this.#database = options.database;
    this.#book = options.book;
    this.#intake = options.intake;
    this.#gate = options.gate;
    this.#clock = options.clock;
  }

  /** Records and files, the newest first. */
  async list(filter: QuarantineFilter): Promise<QuarantineEntry[]> {
    const records = await listRefused(this.#database, filter);
    const { node, reason, state = 'held', limit } = filter;
    const files = state === 'held' && node === undefined ? ((await this.#gate()?.files()) ?? []) : [];
    const wanted = files.filter((file) => reason === undefined || file.reason === reason);
    return [...records, ...wanted].sort((a, b) => b.at - a.at).slice(0, limit);
  }

  /** One with its bytes as text. @throws AppError MB_NOT_FOUND. */
  async get(id: string): Promise<QuarantineDetail> {
    if (id.startsWith('f-')) return (await this.#gate()?.file(id)) ?? notThere(id);
    const row = (await refusedRecord(this.#database, numberOf(id))) ?? notThere(id);
    return { ...entryOf(row), payload: row.line.toString('utf8') };
  }

  /**
   * Carries a decision out, with its audit record.
   * @throws AppError MB_NOT_FOUND; MB_QUARANTINE_REFUSED where it may not be released, or was decided before.
   */
  decide(id: string, request: QuarantineRequest, actor: Actor): Promise<Decided> {
    if (id.startsWith('f-')) return this.#decideFile(id, request, actor);
    return request.action === 'discard' ? this.#discard(id, request, actor) : this.#release(id, request, actor);
  }

  async #discard(id: string, request: QuarantineRequest, actor: Actor): Promise<Decided> {
    const detail = 'its bytes stay until newer ones push them out';
    await this.#database.transaction(async (tx) => {
      const row = held(id, await refusedRecord(tx, numberOf(id), true));
      const at = this.#clock.now();
      await markDecided(tx, row.id, request, { state: 'discarded', detail, at });
      await this.#book.save(tx, [], [this.#entry(id, request, actor, factsOf(row))]);
    });
    return { outcome: 'discarded', detail };
  }

  /** Re-verified from scratch; what passes goes the way of any other alert, and only once. */
  async #release(id: string, request: QuarantineRequest, actor: Actor): Promise<Decided> {
    const row = held(id, await refusedRecord(this.#database, numberOf(id)));
    const check = this.#gate()?.recheck(row.line.toString('utf8'));
    if (check === undefined) throw refusal('no gateway delivers to this desk: nothing can be verified here');
    const taken = check.ok ? check : check.authentic;
    if (!check.ok && taken === undefined) {
      const why =
        check.kind === 'unknown-key'
          ? 'configure its key, then release'
          : 'what is forged or malformed is never released';
      throw refusal(`${check.kind}: ${check.detail}: ${why}`);
    }
    if (taken === undefined) throw refusal('it cannot be verified');
    if (!check.ok && !request.override)
      throw refusal(`${check.kind}: ${check.detail}: releasing it anyway takes an override`);
    const at = this.#clock.now();
    const record: IntakeRecord = {
      event: taken.event,
      collectedAt: taken.collectedAt,
      withheld: taken.withheld,
      batchedAt: row.batched_at,
      deliveredAt: at,
      batch: { number: row.batch_number, sha256: row.batch_sha256 },
    };
    let detail = '';
    await this.#intake.takeReleased(record, async (tx, { effect, ticketId, alertId }) => {
      held(id, await refusedRecord(tx, row.id, true));
      detail = `${effect} ${ticketId}`;
      await markDecided(tx, row.id, request, { state: 'released', detail, at });
      return [this.#entry(id, request, actor, { ...factsOf(row), effect, ticketId, alertId })];
    });
    return { outcome: 'released', detail };
  }

  /** On record first: should the process die between, it says so twice rather than never. */
  async #decideFile(id: string, request: QuarantineRequest, actor: Actor): Promise<Decided> {
    const gate = this.#gate();
    const entry = (await gate?.file(id)) ?? notThere(id);
    if (gate === undefined) return notThere(id);
    if (request.action === 'release') {
      const check = await gate.recheckFile(id);
      if (!check.ok) throw refusal(check.detail);
    }
    const facts = { kind: entry.reason, file: entry.source, bytes: entry.bytes };
    await this.#database.transaction(async (tx) => {
      await this.#book.save(tx, [], [this.#entry(id, request, actor, facts)]);
    });
    const done = await (request.action === 'release' ? gate.releaseFile(id) : gate.discardFile(id));
    if (!done.ok) throw refusal(done.detail);
    return { outcome: request.action === 'release' ? 'released' : 'discarded', detail: done.detail };
  }

  #entry(id: string, request: QuarantineRequest, actor: Actor, facts: Readonly<Record<string, unknown>>): AuditEntry {
    const kind = request.action === 'release' ? 'quarantine.released' : 'quarantine.discarded';
    const note = decisionNote(request, id, String(facts['kind']));
    const details = { ...facts, quarantine: id, override: request.override };
    return { at: this.#clock.now(), actor: actor.name, role: actor.role, kind, note, details };
  }
}

function factsOf(row: QuarantineRow & { readonly line: Buffer }) {
  const { kind, sender, batch_number: batch, line } = row;
  return { kind, ...(row.node === null ? {} : { node: row.node }), sender, batch, sha256: sha256(line) };
}

function held<R extends QuarantineRow>(id: string, row: R | undefined): R {
  if (row === undefined) return notThere(id);
  if (row.state !== 'held') throw refusal(`${id} was ${row.state} before`);
  return row;
}

function numberOf(id: string): number {
  const number = /^r-(\d{1,15})$/.exec(id)?.[1];
  return number === undefined ? notThere(id) : Number(number);
}

function refusal(detail: string): AppError {
  return new AppError('MB_QUARANTINE_REFUSED', detail);
}

function notThere(id: string): never {
  throw new AppError('MB_NOT_FOUND', `nothing in quarantine is called ${id}`);
}
