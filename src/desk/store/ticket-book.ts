import type { AuditEntry, AuditRecord } from '../../contracts/audit-record.ts';
import type { TicketId } from '../../domain/ids.ts';
import { AppError } from '../../lib/errors.ts';
import type { SavedTicket } from '../ticket/ticket-spans.ts';
import type { Transaction } from './database.ts';
import { TicketEditor } from './ticket-editor.ts';
import { type TicketRow, ticketColumns } from './ticket-row.ts';

/** The chain that every change goes into. */
export interface AuditWriter {
  append(tx: Transaction, entries: readonly AuditEntry[]): Promise<readonly AuditRecord[]>;
}

const names = Object.keys(ticketColumns);
const recordset = `json_to_recordset($1::json) AS t(${Object.entries(ticketColumns)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')})`;
const insertSql = `INSERT INTO desk.tickets (${names.join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${names
  .map((name) => `t.${name}`)
  .join(', ')} FROM ${recordset}`;
const updateSql = `UPDATE desk.tickets AS o SET ${names
  .filter((name) => name !== 'id' && name !== 'number')
  .map((name) => `${name} = t.${name}`)
  .join(', ')} FROM ${recordset} WHERE o.id = t.id`;

/**
 * The only writer of tickets. Lock order, the same everywhere so that nothing deadlocks:
 * tickets (by id), then their jobs and dispatches, then the head of the audit chain.
 */
export class TicketBook {
  readonly #audit: AuditWriter;
  readonly #onChanged: (ids: readonly TicketId[]) => void;
  readonly #onSaved: ((saved: readonly SavedTicket[]) => void) | undefined;

  /** `onSaved`: told of every change after its commit, for the export of traces. */
  constructor(options: {
    audit: AuditWriter;
    onChanged: (ids: readonly TicketId[]) => void;
    onSaved?: ((saved: readonly SavedTicket[]) => void) | undefined;
  }) {
    this.#audit = options.audit;
    this.#onChanged = options.onChanged;
    this.#onSaved = options.onSaved;
  }

  /** Takes a ticket for this transaction. @throws AppError MB_TICKET_UNKNOWN. */
  async take(tx: Transaction, id: TicketId): Promise<TicketEditor> {
    const [row] = await tx.query<TicketRow>('SELECT * FROM desk.tickets WHERE id = $1 FOR UPDATE', [id]);
    if (row === undefined) throw new AppError('MB_TICKET_UNKNOWN', `there is no ticket ${id}`);
    return new TicketEditor(row, false);
  }

  /** Takes several tickets for this transaction, by id; one that is not there is left out. */
  async takeAll(tx: Transaction, ids: readonly TicketId[]): Promise<Map<TicketId, TicketEditor>> {
    const rows = await tx.query<TicketRow>(
      'SELECT * FROM desk.tickets WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, new TicketEditor(row, false)]));
  }

  /** Takes the tickets of incidents for this transaction, by incident. */
  async takeByIncident(tx: Transaction, incidents: readonly string[]): Promise<Map<string, TicketEditor>> {
    const rows = await tx.query<TicketRow>(
      'SELECT * FROM desk.tickets WHERE incident_id = ANY($1::text[]) ORDER BY id FOR UPDATE',
      [incidents],
    );
    return new Map(rows.map((row) => [row.incident_id, new TicketEditor(row, false)]));
  }

  /** Writes tickets and audit records, and tells who watches after the commit. `also`: entries about no ticket. */
  async save(tx: Transaction, editors: Iterable<TicketEditor>, also: readonly AuditEntry[] = []): Promise<void> {
    const changed = [...editors].filter((editor) => editor.entries.length > 0);
    await this.#number(
      tx,
      changed.filter((editor) => editor.isNew),
    );
    for (const editor of changed) editor.finish();
    const before = new Map(changed.map((editor) => [editor, editor.row.updated_at]));
    const records = await this.#audit.append(tx, [...changed.flatMap((editor) => editor.entries), ...also]);
    let end = -1;
    for (const editor of changed) {
      end += editor.entries.length;
      const newest = records[end];
      const at = editor.entries.at(-1)?.at;
      if (newest !== undefined && at !== undefined) editor.seal(newest, at);
    }
    await this.#write(
      tx,
      insertSql,
      changed.filter((editor) => editor.isNew),
    );
    await this.#write(
      tx,
      updateSql,
      changed.filter((editor) => !editor.isNew),
    );
    const ids = changed.map((editor) => editor.row.id);
    if (ids.length > 0) tx.afterCommit(() => this.#onChanged(ids));
    const saved = changed.map((editor) => {
      return { row: editor.row, since: before.get(editor) ?? editor.row.updated_at, entries: editor.entries };
    });
    tx.afterCommit(() => this.#onSaved?.(saved));
  }

  /**
   * Numbers without gaps, which a sequence would leave at every rollback and crash: an auditor could not tell those from
   * tickets taken away. The chain's head is locked until the commit, so there is one numberer at a time.
   */
  async #number(tx: Transaction, fresh: readonly TicketEditor[]): Promise<void> {
    if (fresh.length === 0) return;
    await tx.query('SELECT n FROM desk.audit_head FOR UPDATE');
    const [newest] = await tx.query<{ number: number | null }>('SELECT max(number) AS number FROM desk.tickets');
    for (const [index, editor] of fresh.entries()) editor.number((newest?.number ?? 0) + index + 1);
  }

  async #write(tx: Transaction, sql: string, editors: readonly TicketEditor[]): Promise<void> {
    if (editors.length > 0) await tx.query(sql, [JSON.stringify(editors.map((editor) => editor.row))]);
  }
}
