import type { SceneId, Severity } from './scene-id.ts';

/** What routing looks at. */
export interface RoutingFacts {
  readonly scene: SceneId;
  readonly severity: Severity;
  readonly zoneTags: readonly string[];
  /** GB/T 2260 division code, possibly with township and village digits. */
  readonly division: string;
}

/** A rule that was looked at and not taken. */
export interface RejectedRule {
  readonly rule: string;
  readonly reason: string;
}

/** Where a ticket goes and why: enough to replay and explain it. */
export interface RoutingDecision {
  readonly rule: string;
  /** Version of the table that decided. */
  readonly version: string;
  readonly station: string;
  readonly department: string;
  readonly coDepartments: readonly string[];
  readonly reason: string;
  readonly rejected: readonly RejectedRule[];
}
