import type { PGlite } from '@electric-sql/pglite';
import { messageOf } from '../../lib/errors.ts';

/** Frontend messages that open or continue an extended query (PostgreSQL protocol §55.7); Sync ends it. */
const extendedQuery = new Set(['P', 'B', 'D', 'E', 'C', 'H']);
/** Listeners kept; a reconnecting client leaves its old one behind, which writes nowhere. */
const maxListeners = 64;

interface StreamOptions {
  onRawData: (data: Uint8Array) => void;
}

/**
 * PGlite as the socket server sees it, with two things that one session shared by many connections lacks:
 * a connection keeps the session from Parse to Sync (another's Parse would replace its unnamed statement), and a
 * NotificationResponse, which PGlite hands to whoever runs the next command, also reaches those who asked by LISTEN.
 */
export class SharedSession {
  readonly waitReady: Promise<void>;
  readonly #db: PGlite;
  #inExtendedQuery = false;
  #listeners: ((data: Uint8Array) => void)[] = [];

  constructor(db: PGlite) {
    this.#db = db;
    this.waitReady = db.waitReady;
  }

  isInTransaction(): boolean {
    return this.#inExtendedQuery || this.#db.isInTransaction();
  }

  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#db.runExclusive(work);
  }

  /** Used by the server to roll back what a connection left open when it went away. */
  async exec(sql: string): Promise<unknown> {
    this.#inExtendedQuery = false;
    return this.#db.exec(sql);
  }

  async execProtocolRawStream(message: Uint8Array, options: StreamOptions): Promise<void> {
    const type = String.fromCharCode(message[0] ?? 0);
    this.#inExtendedQuery = extendedQuery.has(type);
    if (type === 'Q' && /^\s*LISTEN\b/im.test(Buffer.from(message.subarray(5)).toString('latin1'))) {
      this.#listeners = [...this.#listeners.slice(1 - maxListeners), options.onRawData];
    }
    const notifications = new NotificationFilter();
    try {
      await this.#db.execProtocolRawStream(message, {
        onRawData: (data) => {
          const rest = notifications.take(data);
          if (rest.length > 0) options.onRawData(rest);
        },
      });
    } catch (error) {
      // The server would wait for ever on a rejection: the client is told instead, as Postgres would.
      options.onRawData(errorResponse(`embedded Postgres: ${messageOf(error)}`));
      if (!this.#inExtendedQuery) options.onRawData(readyForQuery);
    }
    for (const frame of notifications.found) for (const listener of this.#listeners) listener(frame);
  }
}

/** ReadyForQuery, idle. */
const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** An ErrorResponse with SQLSTATE 58000 (system error). */
function errorResponse(message: string): Buffer {
  const fields = Buffer.from(`SERROR\0C58000\0M${message.replaceAll('\0', '')}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** Takes NotificationResponse frames (`A`, protocol §55.7) out of a stream of backend messages. */
class NotificationFilter {
  readonly found: Uint8Array[] = [];
  #carry: Buffer = Buffer.alloc(0);

  /** Whole frames other than notifications; a frame cut off at the end waits for the next chunk. */
  take(data: Uint8Array): Uint8Array {
    const bytes = this.#carry.length === 0 ? Buffer.from(data) : Buffer.concat([this.#carry, data]);
    const kept: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 5) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      const frame = bytes.subarray(at, end);
      if (bytes[at] === 0x41) this.found.push(frame);
      else kept.push(frame);
      at = end;
    }
    this.#carry = bytes.subarray(at);
    return kept.length === 1 ? (kept[0] ?? bytes) : Buffer.concat(kept);
  }
}
