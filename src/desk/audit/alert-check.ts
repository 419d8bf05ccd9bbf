import type { AuditEntry } from '../../contracts/audit-record.ts';
import type { SealCheck } from '../../contracts/seal.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Sha256 } from '../../domain/ids.ts';
import { canonicalJson, sha256 } from '../../lib/hash.ts';
import { columnText } from '../store/ticket-row.ts';
import { storedAlert } from '../ticket/stored-alert.ts';

/** An alert as stored. */
export interface AlertRow {
  readonly alert_id: string;
  readonly ticket_id: string;
  readonly phase: string;
  readonly observed_at: number;
  /** The event as it was signed, as JSON text. */
  readonly event: string;
  readonly collected_at: number;
  readonly batched_at: number;
  readonly delivered_at: number;
  readonly received_at: number;
  readonly batch_number: number;
  readonly batch_sha256: string;
  /** Whose chain it is in, and its place there. */
  readonly node: string;
  readonly n: number;
}

/** One evidence file of an alert as stored. */
export interface EvidenceRow {
  readonly alert_id: string;
  readonly position: number;
  readonly ticket_id: string;
  readonly kind: string;
  readonly sha256: Sha256;
  readonly bytes: number;
  readonly media_type: string;
  readonly original_sha256: string;
  readonly present: boolean;
  /** Why the file stays on the video network; null: it may come. */
  readonly withheld: string | null;
}

/** Who judges a seal; `at`: when the alert was taken in, UTC ms. */
export type SealJudge = (alert: Alert, at: number) => SealCheck;

/** What the log says of an alert. */
interface LoggedAlert {
  readonly n: number;
  readonly hash: unknown;
  /** Columns of its row, as far as the log of that time told them. */
  readonly columns: Partial<Record<keyof AlertRow, unknown>>;
  readonly eventSha256: unknown;
  readonly evidenceHere: unknown;
  /** `{ sha256, reason }` of files that stay behind. */
  readonly withheld: unknown;
}

/** Follows alerts and their evidence through the log, and holds rows, seals and lists of files against it. */
export class AlertCheck {
  readonly #logged = new Map<string, LoggedAlert>();
  readonly #compared = new Set<string>();
  /** `ticket file` → newest record that says the file came. */
  readonly #arrived = new Map<string, number>();
  #n = 0;

  /** Takes the next entry of the log. */
  follow(entry: AuditEntry): void {
    this.#n += 1;
    const { details } = entry;
    if (entry.kind === 'evidence.arrived' && Array.isArray(details['sha256'])) {
      for (const hash of details['sha256']) this.#arrived.set(`${entry.ticketId} ${hash}`, this.#n);
    }
    const { alertId } = details;
    if (!entry.kind.startsWith('alert.') || typeof alertId !== 'string') return;
    this.#logged.set(alertId, {
      n: this.#n,
      hash: details['hash'],
      columns: {
        ticket_id: entry.ticketId,
        phase: entry.kind.slice('alert.'.length),
        observed_at: details['observedAt'],
        collected_at: details['collectedAt'],
        batched_at: details['batchedAt'],
        delivered_at: details['deliveredAt'],
        received_at: entry.at,
        batch_number: details['batch'],
        batch_sha256: details['batchSha256'],
      },
      eventSha256: details['eventSha256'],
      evidenceHere: details['evidenceHere'],
      withheld: details['withheld'],
    });
  }

  /** Hash of an alert's seal as it was recorded. */
  hashOf(alertId: string): unknown {
    return this.#logged.get(alertId)?.hash;
  }

  /**
   * What is wrong with an alert and its files; `evidence` as stored, by position. `isNewer`: its ticket has records that
   * were not read, which may say that a file has come.
   */
  compare(row: AlertRow, evidence: readonly EvidenceRow[], judge: SealJudge, isNewer = false): string[] {
    const name = `alert ${row.alert_id}`;
    const logged = this.#logged.get(row.alert_id);
    if (this.#compared.has(row.alert_id)) return [`${name}: is there twice`];
    this.#compared.add(row.alert_id);
    if (logged === undefined) return isNewer ? [] : [`${name}: the log knows nothing of it`];
    const event = storedAlert(row.event);
    if (event === undefined || columnText(event.data.alertId) !== row.alert_id) {
      return [`${name}: what is stored is not an alert`];
    }
    const problems: string[] = [];
    const seal = judge(event.data, row.received_at);
    if (seal !== 'valid') problems.push(`${name}: its seal is ${seal}`);
    const isSame = logged.eventSha256 === undefined || logged.eventSha256 === sha256(row.event);
    if (event.data.sequence.hash !== logged.hash || !isSame) problems.push(`${name}: is not the one in the log`);
    const columns = Object.entries(logged.columns) as [keyof AlertRow, unknown][];
    const changed = columns.filter(([column, value]) => value !== undefined && row[column] !== value);
    const { node, n } = event.data.sequence;
    if (row.node !== columnText(node) || row.n !== n)
      problems.push(`${name}: node and n are not those it was signed with`);
    if (changed.length > 0) {
      problems.push(`${name}: does not say what the log says: ${changed.map(([column]) => column).join(', ')}`);
    }
    return [
      ...problems,
      ...this.#compareFiles(row, evidence, event.data, isNewer ? { ...logged, evidenceHere: undefined } : logged),
    ];
  }

  /** Alerts of the log that no row was compared with. */
  *left(): Iterable<string> {
    for (const id of this.#logged.keys()) if (!this.#compared.has(id)) yield id;
  }

  #compareFiles(row: AlertRow, evidence: readonly EvidenceRow[], alert: Alert, logged: LoggedAlert): string[] {
    const problems: string[] = [];
    if (evidence.length !== alert.evidence.length) {
      problems.push(
        `alert ${row.alert_id}: ${evidence.length} evidence files are listed, its node signed ${alert.evidence.length}`,
      );
    }
    for (const [position, file] of evidence.entries()) {
      const signed = alert.evidence[file.position];
      const listed = {
        kind: file.kind,
        sha256: file.sha256,
        bytes: file.bytes,
        mediaType: file.media_type,
        originalSha256: file.original_sha256,
      };
      // What was made unrecognisable stands in the alert alone, under its seal.
      const { redaction: _note, ...rest } = signed ?? {};
      const claimed = signed && { ...rest, mediaType: columnText(signed.mediaType) };
      const isListed = claimed !== undefined && canonicalJson(claimed) === canonicalJson(listed);
      const isInPlace = file.position === position && file.alert_id === row.alert_id;
      if (!isListed || !isInPlace || file.ticket_id !== row.ticket_id) {
        problems.push(`evidence ${file.sha256}: is not what alert ${row.alert_id} lists`);
      }
      if (file.withheld !== reasonFor(file.sha256, logged.withheld)) {
        problems.push(`evidence ${file.sha256}: the log gives another reason for staying behind, or none`);
      }
      const { evidenceHere } = logged;
      if (!Array.isArray(evidenceHere)) continue;
      const cameLater = (this.#arrived.get(`${file.ticket_id} ${file.sha256}`) ?? 0) > logged.n;
      if (file.present !== (evidenceHere.includes(file.position) || cameLater)) {
        problems.push(`evidence ${file.sha256}: the log does not say that it is ${file.present ? 'here' : 'missing'}`);
      }
    }
    return problems;
  }
}

function reasonFor(hash: Sha256, withheld: unknown): string | null {
  if (!Array.isArray(withheld)) return null;
  const found = (withheld as readonly { sha256?: unknown; reason?: unknown }[]).find(({ sha256 }) => sha256 === hash);
  return typeof found?.reason === 'string' ? found.reason : null;
}
