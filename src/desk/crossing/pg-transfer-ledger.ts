import type { IntegrityIncident, TicketIntake } from '../../contracts/ticket-intake.ts';
import type { NumberRange, SignedStatement } from '../../contracts/transfer-documents.ts';
import type { LedgerAccount, PassedOver, TransferLedger } from '../../contracts/transfer-ledger.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { Database } from '../store/database.ts';

/** Runs that are named one by one. */
const maxRuns = 1_000;

/** The desk's memory of what crossed, counted from its rows each time it is asked. */
export class PgTransferLedger implements TransferLedger {
  readonly #database: Database;
  readonly #intake: TicketIntake;

  constructor(options: { database: Database; intake: TicketIntake }) {
    this.#database = options.database;
    this.#intake = options.intake;
  }

  async senders(): Promise<readonly string[]> {
    const rows = await this.#database.query<{ sender: string }>(
      'SELECT sender FROM desk.transfer_positions ORDER BY sender',
    );
    return rows.map(({ sender }) => sender);
  }

  async statement(sender: string, whole: boolean): Promise<SignedStatement | undefined> {
    const [row] = await this.#database.query<{ statement: string }>(
      `SELECT statement FROM desk.transfer_batches WHERE sender = $1 AND statement IS NOT NULL
         AND ($2 = false OR statement::json #> '{statement,nodes}' IS NOT NULL) ORDER BY number DESC LIMIT 1`,
      [sender, whole],
    );
    return row && (JSON.parse(row.statement) as SignedStatement);
  }

  async account(sender: string, from: number, through: number): Promise<LedgerAccount> {
    const [sums] = await this.#database.query<Omit<LedgerAccount, 'missingBatches' | 'passedOver' | 'thinned'>>(
      `WITH own AS (SELECT * FROM desk.transfer_batches WHERE sender = $1 AND number BETWEEN $2 AND $3)
       SELECT (SELECT count(*) FROM own WHERE sha256 IS NOT NULL) AS batches,
         $3::bigint - $2 + 1 - (SELECT count(*) FROM own) AS "missingBatchCount",
         (SELECT count(*) FROM desk.alerts a JOIN own ON own.sha256 = a.batch_sha256)
           + (SELECT count(*) FROM desk.alerts WHERE alert_id IN (SELECT unnest(elsewhere) FROM own)
                AND batch_sha256 NOT IN (SELECT sha256 FROM own WHERE sha256 IS NOT NULL)) AS alerts,
         (SELECT coalesce(sum(refused), 0)::bigint FROM own) - (SELECT count(*) FROM desk.quarantine q
            JOIN own ON own.sha256 = q.batch_sha256 WHERE q.state = 'released') AS refused,
         (SELECT coalesce(sum(integrity), 0)::bigint FROM own) AS integrity,
         (SELECT count(*) FROM desk.transfer_evidence WHERE sender = $1 AND number BETWEEN $2 AND $3) AS "evidenceFiles",
         (SELECT coalesce(sum(bytes), 0)::bigint FROM desk.transfer_evidence
            WHERE sender = $1 AND number BETWEEN $2 AND $3) AS "evidenceBytes"`,
      [sender, from, through],
    );
    const none = { batches: 0, alerts: 0, refused: 0, integrity: 0, evidenceFiles: 0, evidenceBytes: 0 };
    return {
      ...(sums ?? { ...none, missingBatchCount: 0 }),
      missingBatches: await this.#runs(
        `SELECT number FROM desk.transfer_batches WHERE sender = $1 AND number BETWEEN $2 AND $3`,
        [sender, from, through],
      ),
      passedOver: await this.#passedOver(sender, from, through),
      thinned: await this.#database.query(
        `SELECT b.number, b.alerts - cardinality(b.elsewhere) AS taken, count(a.alert_id) AS held
         FROM desk.transfer_batches b LEFT JOIN desk.alerts a ON a.batch_sha256 = b.sha256
         WHERE b.sender = $1 AND b.number BETWEEN $2 AND $3 AND b.sha256 IS NOT NULL
         GROUP BY b.number, b.alerts, b.elsewhere HAVING count(a.alert_id) < b.alerts - cardinality(b.elsewhere)
         ORDER BY b.number LIMIT ${maxRuns}`,
        [sender, from, through],
      ),
    };
  }

  async nodes(sender: string, through: number): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.query<{ node: string; alerts: number }>(
      `WITH own AS (SELECT * FROM desk.transfer_batches WHERE sender = $1 AND number <= $2)
       SELECT node, count(*) AS alerts FROM desk.alerts WHERE batch_sha256 IN (SELECT sha256 FROM own)
         OR alert_id IN (SELECT unnest(elsewhere) FROM own) GROUP BY node`,
      [sender, through],
    );
    return new Map(rows.map(({ node, alerts }) => [node, alerts]));
  }

  missingNumbers(node: string, lowest: number, highest: number): Promise<readonly NumberRange[]> {
    return this.#runs('SELECT DISTINCT n AS number FROM desk.alerts WHERE node = $1 AND n BETWEEN $2 AND $3', [
      node,
      lowest,
      highest,
    ]);
  }

  async evidence(sender: string, after: string, limit: number): Promise<readonly Sha256[]> {
    const rows = await this.#database.query<{ sha256: Sha256 }>(
      'SELECT sha256 FROM desk.transfer_evidence WHERE sender = $1 AND sha256 > $2 ORDER BY sha256 LIMIT $3',
      [sender, after, limit],
    );
    return rows.map(({ sha256 }) => sha256);
  }

  async isPassedOver(sender: string, number: number): Promise<boolean> {
    const rows = await this.#database.query(
      'SELECT 1 FROM desk.transfer_batches WHERE sender = $1 AND number = $2 AND sha256 IS NULL',
      [sender, number],
    );
    return rows.length > 0;
  }

  /** First the rows, then the position: a crash between them leaves a decision that is carried out again. */
  async passOver({ sender, from, to, decision, detail, at }: PassedOver): Promise<void> {
    await this.#database.query(
      `INSERT INTO desk.transfer_batches (sender, number, settled_at, alerts, elsewhere, refused, integrity, passed_over)
       SELECT $1, number, $4, 0, '{}', 0, 0, $5 FROM generate_series($2::bigint, $3::bigint) AS number
       ON CONFLICT DO NOTHING`,
      [sender, from, to, at, decision],
    );
    const incident: IntegrityIncident = { kind: 'gap', node: undefined, detail, at };
    const nodes = (await this.#intake.position(sender))?.nodes ?? {};
    await this.#intake.accept([], [incident], { sender, batch: to, nodes });
  }

  async #passedOver(sender: string, from: number, through: number): Promise<readonly NumberRange[]> {
    const rows = await this.#database.query<{ from: number; to: number }>(
      `SELECT min(number) AS "from", max(number) AS "to" FROM (
         SELECT number, number - row_number() OVER (ORDER BY number) AS run FROM desk.transfer_batches
         WHERE sender = $1 AND number BETWEEN $2 AND $3 AND sha256 IS NULL) AS t
       GROUP BY run ORDER BY 1 LIMIT ${maxRuns}`,
      [sender, from, through],
    );
    return rows.map((run) => [run.from, run.to]);
  }

  /** Runs of numbers from the second to the third parameter that a query does not give. */
  async #runs(held: string, parameters: readonly [string, number, number]): Promise<readonly NumberRange[]> {
    const rows = await this.#database.query<{ from: number; to: number }>(
      `SELECT number + 1 AS "from", next - 1 AS "to" FROM (
         SELECT number, lead(number) OVER (ORDER BY number) AS next FROM (
           ${held} UNION ALL SELECT $2::bigint - 1 UNION ALL SELECT $3::bigint + 1) AS held) AS pairs
       WHERE next > number + 1 ORDER BY 1 LIMIT ${maxRuns}`,
      parameters,
    );
    return rows.map((run) => [run.from, run.to]);
  }
}
