import pg from 'pg';
import type { NodeId } from '../../src/domain/ids.ts';

/** An integrity incident at the desk. */
export interface DeskIncident {
  readonly kind: string;
  readonly node: string | null;
  readonly detail: string;
}

/** How far the desk is. */
export interface DeskProgress {
  readonly alerts: number;
  readonly tickets: number;
  readonly dispatches: number;
  readonly owedDispatches: number;
  readonly evidenceMissing: number;
}

const pollMs = 400;

/** Looks at the desk's database from outside, on the campaign's own clock, and survives its restarts. */
export class DeskWatch {
  readonly #url: string;
  readonly #now: () => number;
  readonly #series = new Map<NodeId, { at: number; n: number }[]>();
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  /** Newest number of the collecting gateway's batches that was taken in, by sender. */
  readonly batches = new Map<string, number>();
  incidents: readonly DeskIncident[] = [];

  constructor(url: string, now: () => number) {
    this.#url = url;
    this.#now = now;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#polling ??= this.#poll()
        .catch(() => undefined)
        .finally(() => {
          this.#polling = undefined;
        });
    }, pollMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#polling;
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }

  /** Newest number of a node that the desk has. */
  head(node: NodeId): number {
    return this.#series.get(node)?.at(-1)?.n ?? 0;
  }

  /** When the desk was first seen to have a node's alerts up to `n`; undefined when it does not. */
  reachedAt(node: NodeId, n: number): number | undefined {
    if (n === 0) return 0;
    return this.#series.get(node)?.find((point) => point.n >= n)?.at;
  }

  /** Rows of a query. Rejects while Postgres is away. */
  async rows<T extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    this.#client ??= await this.#connect();
    return (await this.#client.query<T>(sql, [...parameters])).rows;
  }

  async progress(): Promise<DeskProgress> {
    const [row] = await this.rows<{ [Key in keyof DeskProgress]: string }>(
      `SELECT (SELECT count(*) FROM desk.alerts) AS alerts, (SELECT count(*) FROM desk.tickets) AS tickets,
              (SELECT count(*) FROM desk.dispatches) AS dispatches,
              (SELECT count(*) FROM desk.jobs WHERE kind = 'dispatch') AS "owedDispatches",
              (SELECT count(*) FROM desk.evidence WHERE NOT present AND withheld IS NULL) AS "evidenceMissing"`,
    );
    if (row === undefined) throw new Error('no row');
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])) as never;
  }

  async #poll(): Promise<void> {
    type Row = { sender: string; batch: string; nodes: Record<NodeId, { n: number }> };
    for (const { sender, batch, nodes } of await this.rows<Row>('SELECT * FROM desk.transfer_positions')) {
      this.batches.set(sender, Number(batch));
      for (const [node, { n }] of Object.entries(nodes) as [NodeId, { n: number }][]) this.#note(node, n);
    }
    this.incidents = await this.rows<DeskIncident>('SELECT kind, node, detail FROM desk.integrity_incidents');
  }

  #note(node: NodeId, n: number): void {
    const points = this.#series.get(node) ?? [];
    if ((points.at(-1)?.n ?? 0) < n) points.push({ at: this.#now(), n });
    this.#series.set(node, points);
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url, connectionTimeoutMillis: 2_000 });
    const lost = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    return client;
  }
}
