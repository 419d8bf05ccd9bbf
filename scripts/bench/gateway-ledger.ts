import pg from 'pg';
import { quantile } from './bench.ts';
import { pause } from './ingest-child.ts';

/** How often the database is asked which batch it has, ms: what a latency may be too high by. */
const lookEveryMs = 5;
/** Nothing new for so long: what is not there now is lost. */
const patienceMs = 30_000;

/** What the desk's row of an alert keeps the time of, in order. */
const stamps = ['collected', 'batched', 'delivered', 'received'] as const;

/** Where alerts spent their time, by `from→to`. */
export type Hops = Readonly<Record<string, { readonly p50Ms: number; readonly p99Ms: number }>>;

/** What became of the alerts published so far. */
export interface Account {
  /** Published and not in the database. */
  readonly lost: number;
  /** Effects beyond one an alert in the audit log, and tickets beyond one an incident. */
  readonly doubled: number;
  readonly tickets: number;
}

/** The desk's database, looked at from outside: what is committed, when, and how often. */
export class GatewayLedger {
  readonly #client: pg.Client;
  readonly #incidents = new Map<string, string>();
  /** When each batch was first seen committed by this connection, UTC ms. */
  readonly #seenAt = new Map<number, number>();
  #newest = 0;
  #watching = false;
  #watch: Promise<void> | undefined;

  constructor(url: string) {
    this.#client = new pg.Client({ connectionString: url, application_name: 'bench-ledger' });
  }

  async open(): Promise<void> {
    await this.#client.connect();
    this.#watching = true;
    this.#watch = this.#look();
  }

  async close(): Promise<void> {
    this.#watching = false;
    await this.#watch;
    await this.#client.end();
  }

  /** Alerts that are to be found later, with their incidents. */
  expect(alerts: readonly (readonly [string, string])[]): void {
    for (const [alert, incident] of alerts) this.#incidents.set(alert, incident);
  }

  /** Resolves when every expected alert is committed, or nothing has come for half a minute. */
  async settled(): Promise<void> {
    let [newest, since] = [this.#newest, performance.now()];
    while (performance.now() - since < patienceMs) {
      await pause(100);
      if (this.#newest === newest && performance.now() - since > 200) {
        if ((await this.#count('SELECT count(*)::int AS n FROM desk.alerts')) >= this.#incidents.size) return;
        await pause(300);
      }
      if (this.#newest !== newest) [newest, since] = [this.#newest, performance.now()];
    }
  }

  /** When each of the alerts was seen committed, UTC ms, by its id. */
  async committedAt(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#client.query<{ id: string; batch: number }>(
      'SELECT alert_id AS id, batch_number::int AS batch FROM desk.alerts',
    );
    return new Map(rows.map(({ id, batch }) => [id, this.#seenAt.get(batch) ?? Number.NaN]));
  }

  /** Milliseconds that alerts published since spent between one place and the next, p50 and p99, by the two places. */
  async hops(publishedAt: ReadonlyMap<string, number>): Promise<Hops> {
    const { rows } = await this.#client.query<Record<(typeof stamps)[number] | 'id' | 'batch', string>>(
      `SELECT alert_id AS id, batch_number AS batch, ${stamps.map((name) => `${name}_at AS ${name}`).join(', ')}
       FROM desk.alerts WHERE alert_id = ANY($1::text[])`,
      [[...publishedAt.keys()]],
    );
    const times = rows.map((row) => [
      publishedAt.get(row.id) ?? Number.NaN,
      ...stamps.map((name) => Number(row[name])),
      this.#seenAt.get(Number(row.batch)) ?? Number.NaN,
    ]);
    const places = ['published', ...stamps, 'committed'];
    return Object.fromEntries(
      places.slice(1).map((place, index) => {
        const spans = times.map((each) => (each[index + 1] ?? Number.NaN) - (each[index] ?? Number.NaN));
        return [`${places[index]}→${place}`, { p50Ms: quantile(spans, 0.5), p99Ms: quantile(spans, 0.99) }] as const;
      }),
    );
  }

  async account(): Promise<Account> {
    const { rows: alerts } = await this.#client.query<{ id: string }>('SELECT alert_id AS id FROM desk.alerts');
    const present = new Set(alerts.map(({ id }) => id));
    const lost = [...this.#incidents.keys()].filter((id) => !present.has(id)).length;
    const again = await this.#count(
      `SELECT coalesce(sum(times - 1), 0)::int AS n FROM (
         SELECT count(*) AS times FROM desk.audit_records WHERE kind LIKE 'alert.%'
         GROUP BY body::json -> 'details' ->> 'alertId') AS effects`,
    );
    const tickets = await this.#count('SELECT count(*)::int AS n FROM desk.tickets');
    const incidents = new Set([...this.#incidents].filter(([id]) => present.has(id)).map(([, incident]) => incident));
    return { lost, doubled: again + Math.max(0, tickets - incidents.size), tickets };
  }

  /** Tickets that wait for their dispatch. */
  undispatched(): Promise<number> {
    return this.#count(`SELECT count(*)::int AS n FROM desk.jobs WHERE kind = 'dispatch'`);
  }

  async #look(): Promise<void> {
    const query = { name: 'newest', text: 'SELECT coalesce(max(batch), 0)::int AS n FROM desk.transfer_positions' };
    while (this.#watching) {
      const { rows } = await this.#client.query<{ n: number }>(query);
      const at = performance.timeOrigin + performance.now();
      for (const newest = rows[0]?.n ?? 0; this.#newest < newest; ) {
        this.#newest += 1;
        this.#seenAt.set(this.#newest, at);
      }
      await pause(lookEveryMs);
    }
  }

  async #count(sql: string): Promise<number> {
    const { rows } = await this.#client.query<{ n: number }>(sql);
    return rows[0]?.n ?? Number.NaN;
  }
}
