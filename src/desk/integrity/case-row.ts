import type { IntegrityCase, IntegrityState } from '../../contracts/integrity-case.ts';
import { integritySeverity } from '../../contracts/integrity-case.ts';
import type { IntegrityIncident, IntegrityKind } from '../../contracts/ticket-intake.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { Severity } from '../../domain/scene-id.ts';

/** A row of desk.integrity_cases. */
export interface CaseRow {
  readonly id: string;
  readonly number: number;
  readonly kind: IntegrityKind;
  readonly node: string | null;
  readonly sender: string | null;
  readonly severity: Severity;
  readonly state: IntegrityState;
  readonly first_at: UtcMs;
  readonly last_at: UtcMs;
  readonly count: number;
  readonly from_n: number | null;
  readonly to_n: number | null;
  readonly detail: string;
}

/** An acknowledged case that was quiet for this long and is seen again calls people once more. */
export const quietMs = 3_600_000;

/** Kinds that tell of places in a node's chain: reports of the same place are one matter, whoever found it how. */
const ofTheChain: ReadonlySet<IntegrityKind> = new Set(['gap', 'fork', 'revoked-key', 'expired-key']);

/** Of the unresolved cases of a node or sender, the one a report belongs to. */
export function matching(cases: readonly CaseRow[], { kind, alerts }: IntegrityIncident): CaseRow | undefined {
  const samePlace = cases.filter((row) => alerts !== undefined && ofTheChain.has(kind) && touches(row, alerts));
  return samePlace.find((row) => row.kind === kind) ?? samePlace[0] ?? cases.find((row) => row.kind === kind);
}

/** The row as one more report leaves it: the graver kind names the case. */
export function withReport(row: CaseRow, incident: IntegrityIncident, detail: string, now: UtcMs): CaseRow {
  const severity = integritySeverity(incident.kind);
  const graver = severity < row.severity ? { kind: incident.kind, severity } : {};
  const reopened = row.state === 'acknowledged' && now - row.last_at >= quietMs;
  return {
    ...row,
    ...graver,
    state: reopened ? 'open' : row.state,
    last_at: Math.max(now, row.last_at),
    count: row.count + 1,
    from_n: least(row.from_n, incident.alerts?.from),
    to_n: greatest(row.to_n, incident.alerts?.to),
    detail,
  };
}

/** As the API tells it. */
export function caseOf(row: CaseRow): IntegrityCase {
  const { id, number, kind, severity, state, count, detail } = row;
  return {
    id,
    number,
    kind,
    node: row.node ?? undefined,
    sender: row.sender ?? undefined,
    severity,
    state,
    firstAt: row.first_at,
    lastAt: row.last_at,
    count,
    alerts: row.from_n === null || row.to_n === null ? undefined : { from: row.from_n, to: row.to_n },
    detail,
  };
}

/** Overlapping or adjacent. */
function touches({ kind, from_n, to_n }: CaseRow, { from, to }: { from: number; to: number }): boolean {
  if (!ofTheChain.has(kind) || from_n === null || to_n === null) return false;
  return from <= to_n + 1 && to >= from_n - 1;
}

function least(a: number | null, b: number | undefined): number | null {
  return a === null ? (b ?? null) : Math.min(a, b ?? a);
}

function greatest(a: number | null, b: number | undefined): number | null {
  return a === null ? (b ?? null) : Math.max(a, b ?? a);
}
