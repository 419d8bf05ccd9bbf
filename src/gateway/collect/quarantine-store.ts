import {
  type QuarantineDecision,
  type QuarantineEntry,
  type QuarantineFilter,
  type QuarantineRequest,
  type QuarantineState,
  quarantineStates,
} from '../../contracts/quarantine.ts';
import { integrityKinds } from '../../contracts/ticket-intake.ts';
import type { NodeId, Sha256, UtcMs } from '../../domain/ids.ts';
import type { DurableSqlite } from '../../lib/durable-sqlite.ts';

/** Refused messages and what somebody wants done with them: a command writes wishes, the running gateway carries them out. */
export const quarantineSchema = `
CREATE TABLE IF NOT EXISTS quarantine (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, node TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL,
  payload BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS quarantine_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, entry INTEGER NOT NULL, action TEXT NOT NULL, override INTEGER NOT NULL,
  by TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL DEFAULT 'waiting',
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS quarantine_order_entry ON quarantine_order (what, entry, id);
CREATE INDEX IF NOT EXISTS quarantine_order_waiting ON quarantine_order (id) WHERE outcome = 'waiting';
CREATE INDEX IF NOT EXISTS quarantine_authentic ON quarantine (node, id)
  WHERE substr(reason, 1, 11) IN ('revoked-key', 'expired-key');
`;

/** What its node wrote, under a key that no longer counts: its node lets go of it, so it must be kept here. */
const authentic = "substr(reason, 1, 11) IN ('revoked-key', 'expired-key')";
const decided = `id IN (SELECT entry FROM quarantine_order WHERE what = 'm' AND outcome IN ('released', 'discarded'))`;

/** Orders kept as a record of their own; the audit log on the other side keeps them for good. */
const maxOrders = 10_000;

/** A message that was refused. */
export interface RefusedMessage {
  readonly node: NodeId;
  readonly topic: string;
  readonly payload: Buffer;
  readonly reason: string;
  readonly at: UtcMs;
  readonly state: QuarantineState;
}

/** What an order is about. */
export type RefusedKind = 'm' | 'e';

/** A wish that waits. */
export interface QuarantineOrder extends QuarantineRequest {
  readonly id: number;
  /** A refused message (`m`), or a record the border held back (`e`). */
  readonly what: RefusedKind;
  readonly entry: number;
}

interface Row {
  readonly id: number;
  readonly node: string;
  readonly topic: string;
  readonly reason: string;
  readonly bytes: number;
  readonly at: UtcMs;
  readonly action: QuarantineDecision['action'] | null;
  readonly override: number | null;
  readonly by: string | null;
  readonly note: string | null;
  readonly orderedAt: UtcMs | null;
  readonly outcome: 'waiting' | 'released' | 'discarded' | 'refused' | null;
  readonly outcomeDetail: string | null;
}

const rows = `SELECT q.id, q.node, q.topic, q.reason, length(q.payload) AS bytes, q.at, o.action, o.override, o.by, o.note,
    o.at AS orderedAt, o.outcome, o.detail AS outcomeDetail
  FROM quarantine q LEFT JOIN quarantine_order o ON o.id = (SELECT id FROM quarantine_order WHERE what = 'm' AND entry = q.id
    ORDER BY outcome IN ('released', 'discarded') DESC, id DESC LIMIT 1)`;

/** The refused messages of a journal. Several processes may have the file open. */
export class QuarantineStore {
  readonly #database: () => DurableSqlite;
  readonly #maxRows: number;

  /** `database`: with `quarantineSchema` applied. */
  constructor(database: () => DurableSqlite, maxRows = 10_000) {
    this.#database = database;
    this.#maxRows = maxRows;
  }

  /**
   * Keeps a refused message; `known` when it was refused before. Of too many the oldest goes, but nothing authentic that
   * nobody decided on: of that, when there is too much of a node, the new one is not kept (`full`) and stays with its node.
   */
  keep(refused: {
    key: Sha256;
    node: NodeId;
    topic: string;
    reason: string;
    payload: Uint8Array;
    at: UtcMs;
  }): 'new' | 'known' | 'full' {
    const { key, node, topic, reason, payload, at } = refused;
    if (/^(revoked|expired)-key/.test(reason) && this.#isFull(key, node)) return 'full';
    const inserted = this.#database().run(
      'INSERT OR IGNORE INTO quarantine (key, node, topic, reason, payload, at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[key, node, topic, reason],
      payload,
      at,
    );
    if (inserted === 0) return 'known';
    this.#database().run(
      `DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ? AND (NOT ${authentic} OR ${decided})`,
      this.#maxRows,
    );
    return 'new';
  }

  #isFull(key: Sha256, node: NodeId): boolean {
    if (this.#database().row('SELECT 1 FROM quarantine WHERE key = ?', key) !== undefined) return false;
    const held = this.#database().row<{ count: number }>(
      `SELECT count(*) AS count FROM quarantine WHERE node = ? AND ${authentic} AND NOT ${decided}`,
      node,
    );
    return (held?.count ?? 0) >= this.#maxRows;
  }

  /** What was refused, the newest first. */
  list({ node, reason, state, limit }: QuarantineFilter): QuarantineEntry[] {
    const decided = "coalesce(o.outcome, '')";
    const found = this.#database().all<Row>(
      `${rows} WHERE (?1 IS NULL OR q.node = ?1) AND (?2 IS NULL OR q.reason LIKE ?2 || '%')
       AND (?3 IS NULL OR ${decided} = ?3 OR (?3 = 'held' AND ${decided} NOT IN ('released', 'discarded')))
       ORDER BY q.id DESC LIMIT ?4`,
      ...[node ?? null, reason ?? null, state ?? null, limit],
    );
    return found.map(entryOf);
  }

  /** One of them with its bytes. */
  get(entry: number): (RefusedMessage & { readonly entry: QuarantineEntry }) | undefined {
    const row = this.#database().row<Row>(`${rows} WHERE q.id = ?`, entry);
    const bytes = this.#database().row<{ payload: Uint8Array }>('SELECT payload FROM quarantine WHERE id = ?', entry);
    if (row === undefined || bytes === undefined) return undefined;
    const shown = entryOf(row);
    const { node, topic, reason, at } = row;
    const payload = Buffer.from(bytes.payload);
    return { entry: shown, node: node as NodeId, topic, reason, at, payload, state: shown.state };
  }

  /** Records the border held back, the newest first, as `EgressHold` keeps them. */
  listHeldBack({ node, reason, state = 'held', limit }: QuarantineFilter): QuarantineEntry[] {
    if (state !== 'held') return [];
    const found = this.#database().all<HeldRow>(
      `${heldRows} WHERE (?1 IS NULL OR node = ?1) AND (?2 IS NULL OR ?2 = 'egress') ORDER BY id DESC LIMIT ?3`,
      ...[node ?? null, reason ?? null, limit],
    );
    return found.map(heldEntry);
  }

  /** One of them with its record. */
  heldBack(entry: number): (QuarantineEntry & { readonly payload: string }) | undefined {
    const row = this.#database().row<HeldRow>(`${heldRows} WHERE id = ?`, entry);
    return row && { ...heldEntry(row), payload: row.line };
  }

  /** Leaves a wish for the running gateway; its number. */
  order(what: RefusedKind, entry: number, { action, by, note, override }: QuarantineRequest, at: UtcMs): number {
    const row = this.#database().row<{ id: number }>(
      'INSERT INTO quarantine_order (what, entry, action, override, by, note, at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id',
      ...[what, entry, action, override ? 1 : 0, by, note, at],
    );
    return row?.id ?? 0;
  }

  /** Wishes not carried out yet, in order. */
  waiting(limit: number): QuarantineOrder[] {
    return this.#database()
      .all<Omit<QuarantineOrder, 'override'> & { override: number }>(
        `SELECT id, what, entry, action, override, by, note FROM quarantine_order WHERE outcome = 'waiting' ORDER BY id LIMIT ?`,
        limit,
      )
      .map((order) => ({ ...order, override: order.override === 1 }));
  }

  /** Inside the transaction of what it did. */
  finish(order: number, outcome: 'released' | 'discarded' | 'refused', detail: string): void {
    this.#database().run('UPDATE quarantine_order SET outcome = ?, detail = ? WHERE id = ?', outcome, detail, order);
    this.#database().run(
      "DELETE FROM quarantine_order WHERE outcome <> 'waiting' AND id <= (SELECT max(id) FROM quarantine_order) - ?",
      maxOrders,
    );
  }

  /** What came of a wish; undefined while it waits. */
  outcome(order: number): { readonly kind: 'released' | 'discarded' | 'refused'; readonly detail: string } | undefined {
    return this.#database().row(
      "SELECT outcome AS kind, detail FROM quarantine_order WHERE id = ? AND outcome <> 'waiting'",
      order,
    );
  }
}

interface HeldRow {
  readonly id: number;
  readonly node: string | null;
  readonly scene: string;
  readonly reason: string;
  readonly line: string;
  readonly at: UtcMs;
}

const heldRows = 'SELECT id, node, scene, reason, line, at FROM egress_held';

function heldEntry({ id, node, scene, reason, line, at }: HeldRow): QuarantineEntry {
  return {
    ...{ id: `e-${id}`, what: 'message', node: node ?? undefined, reason: 'egress', detail: reason, at },
    ...{ bytes: Buffer.byteLength(line), source: scene, state: 'held', decision: undefined },
  };
}

function entryOf(row: Row): QuarantineEntry {
  // Alerts say why in one word first; evidence does not.
  const kind = integrityKinds.find((each) => row.reason.startsWith(`${each}: `));
  const state = quarantineStates.find((each) => each === row.outcome) ?? 'held';
  const { action, by, note, orderedAt, outcome } = row;
  const decided = action !== null && by !== null && note !== null && orderedAt !== null && outcome !== null;
  return {
    id: `m-${row.id}`,
    what: 'message',
    node: row.node,
    reason: kind ?? 'evidence',
    detail: kind === undefined ? row.reason : row.reason.slice(kind.length + 2),
    at: row.at,
    bytes: row.bytes,
    source: row.topic,
    state,
    decision: decided
      ? {
          ...{ action, by, note, at: orderedAt, override: row.override === 1 },
          outcome: outcome === 'waiting' ? { kind: outcome } : { kind: outcome, detail: row.outcomeDetail ?? '' },
        }
      : undefined,
  };
}
