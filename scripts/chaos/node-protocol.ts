import type { AlertDraft, EvidenceRef } from '../../src/domain/alert.ts';
import type { AlertId, Sha256 } from '../../src/domain/ids.ts';

/** What a scripted node needs, as its only argument (JSON). */
export interface ScriptedNodeOptions {
  readonly site: string;
  readonly node: string;
  readonly dir: string;
  readonly keyFile: string;
  readonly url: string;
  readonly password: string;
  /** Disk space of the outbox. */
  readonly maxBytes: number;
}

/** A picture that the node is to draw from a seed: the same seed is the same file. */
export interface ScriptedEvidence {
  readonly seed: number;
  readonly kind: EvidenceRef['kind'];
  readonly width: number;
  readonly height: number;
}

/** From the campaign to a node. */
export type NodeOrder =
  | { readonly type: 'offer'; readonly draft: AlertDraft; readonly evidence: readonly ScriptedEvidence[] }
  | { readonly type: 'status' };

/** An alert that the outbox has on disk. */
export interface Promised {
  readonly alertId: AlertId;
  readonly n: number;
  readonly hash: Sha256;
  readonly evidence: readonly Sha256[];
}

/** From a node to the campaign. */
export type NodeWord =
  | { readonly type: 'promised'; readonly alerts: readonly Promised[] }
  | {
      readonly type: 'status';
      readonly head: number;
      readonly alerts: number;
      readonly evidence: number;
      readonly inMemory: number;
      readonly problems: readonly string[];
    };
