import { checkAlertEvent, describeIssues } from '../../contracts/alert-check.ts';
import type { NodeKeys } from '../../contracts/node-keys.ts';
import type { Recheck } from '../../contracts/quarantine.ts';
import { transferRecordSchema } from '../../contracts/transfer.ts';

/** Checks a record out of quarantine from scratch, with the keys as they are now. Never throws. */
export function recheckRecord(line: string, keys: NodeKeys): Recheck {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { ok: false, kind: 'bad-schema', detail: 'record is not JSON' };
  }
  const parsed = transferRecordSchema.safeParse(value);
  if (!parsed.success) return { ok: false, kind: 'bad-schema', detail: describeIssues(parsed.error) };
  if (parsed.data.type !== 'alert') return { ok: false, kind: 'bad-schema', detail: 'not an alert' };
  const { event, collectedAt, withheld } = parsed.data;
  const check = checkAlertEvent(event, keys, collectedAt);
  const taken = { event, collectedAt, withheld };
  if (check.ok) return { ok: true, ...taken };
  const { kind, detail, sequence } = check;
  // Its place in the chain is certain only where its signature is good.
  return { ok: false, kind, detail, ...(sequence === undefined ? {} : { authentic: taken }) };
}
