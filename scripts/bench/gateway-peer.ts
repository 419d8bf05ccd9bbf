import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { cpuSeconds } from './bench.ts';
import { treeCpuS } from './proc.ts';

/** One run of a peer. */
export interface PeerRun {
  readonly perSecond: number;
  /** CPU of client and server for one row. */
  readonly cpuMsPerRow: number;
}

/** Rows a commit of the batched form: as many as a batch of the gateway holds. */
export const peerBatch = 500;
const columns = 'alert_id text, ticket_id uuid, phase text, observed_at bigint, event text, received_at bigint';

/** A plain INSERT loop into the same server: what the database takes from a program that proves nothing. */
export class InsertPeer {
  readonly #client: pg.Client;
  readonly #serverPid: number;
  readonly #event: string;

  /** `event`: text of one alert, as the gateway stores it. */
  constructor(options: { url: string; serverPid: number; event: string }) {
    this.#client = new pg.Client({ connectionString: options.url, application_name: 'bench-peer' });
    this.#serverPid = options.serverPid;
    this.#event = options.event;
  }

  async open(): Promise<void> {
    await this.#client.connect();
    await this.#client.query('CREATE SCHEMA bench');
    await this.#client.query(`CREATE TABLE bench.alerts (${columns}, PRIMARY KEY (alert_id))`);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** One row and one commit at a time, over one connection. */
  async single(count: number): Promise<PeerRun> {
    const text = 'INSERT INTO bench.alerts VALUES ($1, $2, $3, $4, $5, $6)';
    return this.#measured(count, async () => {
      for (let done = 0; done < count; done += 1) {
        const now = Date.now();
        await this.#client.query({
          name: 'single',
          text,
          values: [randomUUID(), randomUUID(), 'raised', now, this.#event, now],
        });
      }
    });
  }

  /** 500 rows a statement and commit. */
  async batched(count: number): Promise<PeerRun> {
    const text = `INSERT INTO bench.alerts
      SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])`;
    return this.#measured(count, async () => {
      for (let done = 0; done < count; done += peerBatch) {
        const now = Date.now();
        const of = <T>(make: () => T) => Array.from({ length: Math.min(peerBatch, count - done) }, make);
        const values = [
          of(randomUUID),
          of(randomUUID),
          of(() => 'raised'),
          of(() => now),
          of(() => this.#event),
          of(() => now),
        ];
        await this.#client.query({ name: 'batched', text, values });
      }
    });
  }

  async #measured(count: number, work: () => Promise<void>): Promise<PeerRun> {
    const [began, used, server] = [performance.now(), process.cpuUsage(), treeCpuS(this.#serverPid)];
    await work();
    const seconds = (performance.now() - began) / 1000;
    const cpuS = cpuSeconds(used) + treeCpuS(this.#serverPid) - server;
    return { perSecond: count / seconds, cpuMsPerRow: (cpuS * 1000) / count };
  }
}
