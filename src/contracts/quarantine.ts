import type { UtcMs } from '../domain/ids.ts';
import type { IntakeRecord, IntegrityKind } from './ticket-intake.ts';

/** What may become of something in quarantine. */
export const quarantineActions = ['release', 'discard'] as const;

/** What may become of something in quarantine. */
export type QuarantineAction = (typeof quarantineActions)[number];

/** `held`: nobody has decided. */
export const quarantineStates = ['held', 'released', 'discarded'] as const;

/** `held`: nobody has decided. */
export type QuarantineState = (typeof quarantineStates)[number];

/** Something refused and kept, as lists show it. */
export interface QuarantineEntry {
  /** `m-12` a message, `e-12` a record held at egress, `r-…` a record of a batch, `f-…` a batch file. */
  readonly id: string;
  readonly what: 'message' | 'record' | 'batch-file';
  readonly node: string | undefined;
  readonly reason: IntegrityKind | string;
  readonly detail: string;
  readonly at: UtcMs;
  readonly bytes: number;
  /** Topic, batch or file it came as. */
  readonly source: string;
  readonly state: QuarantineState;
  /** The last decision on it, or the last try that was refused. */
  readonly decision: QuarantineDecision | undefined;
}

/** What somebody decided, and what came of it. */
export interface QuarantineDecision {
  readonly action: QuarantineAction;
  readonly by: string;
  readonly note: string;
  readonly at: UtcMs;
  readonly override: boolean;
  readonly outcome: QuarantineOutcome;
}

/** `waiting`: not carried out yet. */
export type QuarantineOutcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'released' | 'discarded' | 'refused'; readonly detail: string };

/** Which entries a list shows, the newest first. */
export interface QuarantineFilter {
  readonly node?: string | undefined;
  readonly reason?: string | undefined;
  readonly state?: QuarantineState | undefined;
  readonly limit: number;
}

/** An entry with what was refused, as text where it is text. */
export interface QuarantineDetail extends QuarantineEntry {
  readonly payload: string;
}

/** A wish to have something decided. `note` says why and goes on record. */
export interface QuarantineRequest {
  readonly action: QuarantineAction;
  readonly by: string;
  readonly note: string;
  /** Lets an authentic alert through although its key was revoked or has expired. */
  readonly override: boolean;
}

/** The word on record, for the audit log. */
export function decisionNote(request: QuarantineRequest, id: string, what: string): string {
  const done = request.action === 'release' ? 'released' : 'discarded';
  const how = request.override ? ' by override' : '';
  return `quarantine ${id} ${done}${how} by ${request.by}: ${request.note} (${what})`.slice(0, 500);
}

/** An alert out of quarantine as its record has it. */
export type Rechecked = Pick<IntakeRecord, 'event' | 'collectedAt' | 'withheld'>;

/** What a record is found to be when it is checked anew. */
export type Recheck =
  | ({ readonly ok: true } & Rechecked)
  | {
      readonly ok: false;
      readonly kind: IntegrityKind;
      readonly detail: string;
      /** The alert where it is authentic and only its key no longer counts. */
      readonly authentic?: Rechecked;
    };

/** What a person's decision on a file came to. */
export type FileDecision = { readonly ok: boolean; readonly detail: string };

/** The gateway's part on the government side: implemented by deliver, called by the desk, wired together by the CLI. */
export interface QuarantineGate {
  /** Checks a refused record from scratch with the keys as they are now. Never throws. */
  recheck(line: string): Recheck;
  /** Refused batch files, the newest first. */
  files(): Promise<QuarantineEntry[]>;
  /** The beginning of a file, as text. Undefined: there is none of this id. */
  file(id: string): Promise<QuarantineDetail | undefined>;
  /** Verifies it anew, without moving it. */
  recheckFile(id: string): Promise<FileDecision>;
  /** Verifies it anew and puts it back into the inbox. */
  releaseFile(id: string): Promise<FileDecision>;
  /** Deletes it. */
  discardFile(id: string): Promise<FileDecision>;
}
