import type { Actor } from '../../contracts/audit-record.ts';
import type { IntakeRecord } from '../../contracts/ticket-intake.ts';
import type { EvidenceRef } from '../../domain/alert.ts';
import type { Sha256, TicketId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import type { Database, Transaction } from '../store/database.ts';
import type { TicketBook } from '../store/ticket-book.ts';
import { columnText } from '../store/ticket-row.ts';

const system: Actor = { name: 'desk', role: 'system' };

/** Which evidence files are here; they travel beside their alerts and may come before or after them. */
export class EvidenceShelf {
  readonly #database: Database;
  readonly #book: TicketBook;
  readonly #evidence: ContentStore;
  readonly #clock: Clock;
  /** Files told of while a listing is under way. */
  readonly #minded = new Set<Set<Sha256>>();

  constructor(options: { database: Database; book: TicketBook; evidence: ContentStore; clock: Clock }) {
    this.#database = options.database;
    this.#book = options.book;
    this.#evidence = options.evidence;
    this.#clock = options.clock;
  }

  /** Those of the files that are in the content store. */
  async present(files: readonly Pick<EvidenceRef, 'sha256'>[]): Promise<Set<Sha256>> {
    const hashes = [...new Set(files.map((file) => file.sha256))];
    const here = await Promise.all(hashes.map((hash) => this.#evidence.has(hash)));
    return new Set(hashes.filter((_, index) => here[index]));
  }

  /** Lists the files of new alerts under their tickets. */
  async list(
    tx: Transaction,
    fresh: readonly { record: IntakeRecord; ticketId: TicketId }[],
    present: ReadonlySet<Sha256>,
  ): Promise<void> {
    const rows = fresh.flatMap(({ record, ticketId }) =>
      record.event.data.evidence.map((file, position) => ({
        alert_id: columnText(record.event.data.alertId),
        position,
        ticket_id: ticketId,
        kind: file.kind,
        sha256: file.sha256,
        bytes: file.bytes,
        media_type: columnText(file.mediaType),
        original_sha256: file.originalSha256,
        present: present.has(file.sha256),
        withheld: record.withheld?.find(({ sha256 }) => sha256 === file.sha256)?.reason ?? null,
      })),
    );
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO desk.evidence (alert_id, position, ticket_id, kind, sha256, bytes, media_type, original_sha256, present,
         withheld)
       SELECT * FROM json_to_recordset($1::json) AS t(alert_id text, position smallint, ticket_id uuid, kind text,
         sha256 text, bytes bigint, media_type text, original_sha256 text, present boolean, withheld text)`,
      [JSON.stringify(rows)],
    );
  }

  /**
   * Runs `work`, which lists files found missing, and then marks those that came meanwhile: whoever told of them found
   * nothing listed yet.
   */
  async minding<T>(work: () => Promise<T>): Promise<T> {
    const meanwhile = new Set<Sha256>();
    this.#minded.add(meanwhile);
    try {
      const result = await work();
      this.#minded.delete(meanwhile);
      await this.arrived([...meanwhile]);
      return result;
    } finally {
      this.#minded.delete(meanwhile);
    }
  }

  /** Marks files as here and tells it on each ticket that lists them; again has no effect. */
  async arrived(hashes: readonly Sha256[]): Promise<void> {
    if (hashes.length === 0) return;
    for (const minded of this.#minded) for (const hash of hashes) minded.add(hash);
    const waiting = await this.#database.query<{ ticket_id: TicketId }>(
      `SELECT DISTINCT ticket_id FROM desk.evidence
       WHERE sha256 = ANY($1::text[]) AND NOT present ORDER BY ticket_id`,
      [hashes],
    );
    for (const { ticket_id: id } of waiting) {
      await this.#database.transaction(async (tx) => {
        const ticket = await this.#book.take(tx, id);
        const files = await tx.query<{ sha256: string }>(
          `UPDATE desk.evidence SET present = true
           WHERE ticket_id = $1 AND sha256 = ANY($2::text[]) AND NOT present RETURNING sha256`,
          [id, hashes],
        );
        if (files.length === 0) return;
        const arrived = [...new Set(files.map((file) => file.sha256))].sort();
        ticket.remark('evidence.arrived', system, this.#clock.now(), { details: { sha256: arrived } });
        await this.#book.save(tx, [ticket]);
      });
    }
  }
}
