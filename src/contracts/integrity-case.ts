import type { Sha256, UtcMs } from '../domain/ids.ts';
import type { Severity } from '../domain/scene-id.ts';
import type { Actor } from './audit-record.ts';
import type { IntegrityIncident, IntegrityKind } from './ticket-intake.ts';

/** Where a case stands. Seen again after it was quiet, an acknowledged one is open once more. */
export type IntegrityState = 'open' | 'acknowledged' | 'resolved';

/** What people do with a case. */
export const integrityActions = ['acknowledge', 'resolve'] as const;

/** One of them. */
export type IntegrityAction = (typeof integrityActions)[number];

/** All reports of one matter that breaks the proof. */
export interface IntegrityCase {
  readonly id: string;
  /** Short number people use on the phone. */
  readonly number: number;
  readonly kind: IntegrityKind;
  readonly node: string | undefined;
  /** Key id of the gateway whose batches it is about, where no node is known. */
  readonly sender: string | undefined;
  readonly severity: Severity;
  readonly state: IntegrityState;
  readonly firstAt: UtcMs;
  readonly lastAt: UtcMs;
  /** Reports of it. */
  readonly count: number;
  readonly alerts: IntegrityIncident['alerts'];
  /** Of the newest report. */
  readonly detail: string;
}

/** Answer of GET /api/integrity: the newest cases, and how many there are by state in all. */
export interface IntegrityOverview {
  readonly open: number;
  readonly acknowledged: number;
  readonly cases: readonly IntegrityCase[];
}

/** A case with its newest reports and what was done. */
export interface IntegrityDetail extends IntegrityCase {
  readonly reports: readonly { readonly at: UtcMs; readonly kind: IntegrityKind; readonly detail: string }[];
  readonly steps: readonly {
    readonly at: UtcMs;
    readonly step: string;
    readonly actor: string;
    readonly role: Actor['role'];
    readonly note: string | undefined;
    /** Of its audit record. */
    readonly hash: Sha256;
  }[];
  /** What this user may do now. */
  readonly actions: readonly IntegrityAction[];
}

/**
 * 1: somebody may be forging, act now · 2: something is missing or was changed · 3: a mistake or an old version is likely.
 */
const severities: Readonly<Record<IntegrityKind, Severity>> = {
  fork: 1,
  'bad-signature': 1,
  'revoked-key': 1,
  'bad-trust': 1,
  gap: 2,
  'bad-hash': 2,
  'bad-batch': 2,
  'unknown-key': 2,
  'expired-key': 3,
  'bad-schema': 3,
  'egress-refused': 3,
  'quarantine-decision': 4,
};

/** How much a kind of case matters. */
export function integritySeverity(kind: IntegrityKind): Severity {
  return severities[kind];
}
