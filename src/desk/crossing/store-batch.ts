import type { IntakeOutcome, TransferPosition } from '../../contracts/ticket-intake.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { Transaction } from '../store/database.ts';
import { columnText } from '../store/ticket-row.ts';

/** Stores what a batch brought, beside the position it moves; nothing where the position comes without a batch. */
export async function storeBatch(
  tx: Transaction,
  { sender, batch, taken }: TransferPosition,
  outcomes: readonly IntakeOutcome[],
  now: UtcMs,
): Promise<void> {
  if (taken === undefined) return;
  const elsewhere = outcomes.filter(({ effect }) => effect === 'duplicate').map(({ alertId }) => columnText(alertId));
  const { sha256, alerts, refused, integrity, statement } = taken;
  // One that was passed over may come after all: what it brings counts from then on.
  await tx.query(
    `INSERT INTO desk.transfer_batches (sender, number, sha256, settled_at, alerts, elsewhere, refused, integrity, statement)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (sender, number) DO UPDATE SET sha256 = $3, settled_at = $4, alerts = $5, elsewhere = $6, refused = $7,
       integrity = $8, statement = $9 WHERE transfer_batches.sha256 IS NULL`,
    [
      sender,
      batch,
      sha256,
      now,
      alerts,
      elsewhere,
      refused,
      integrity,
      statement === undefined ? null : JSON.stringify(statement),
    ],
  );
  await tx.query(
    `INSERT INTO desk.transfer_evidence (sender, sha256, number, bytes)
     SELECT $1, t.sha256, $2, t.bytes FROM unnest($3::text[], $4::bigint[]) AS t(sha256, bytes)
     ON CONFLICT DO NOTHING`,
    [sender, batch, taken.evidence.map((file) => file.sha256), taken.evidence.map((file) => file.bytes)],
  );
}
