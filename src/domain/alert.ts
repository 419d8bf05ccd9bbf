import type { CameraPlace } from './camera.ts';
import type { Hop } from './frame.ts';
import type { AlertId, IncidentId, NodeId, Sha256, UtcMs, ZoneId } from './ids.ts';
import type { Redaction } from './redaction.ts';
import type { IncidentPhase, SceneDetails, Subject } from './scene-event.ts';
import type { SceneId, Severity } from './scene-id.ts';

/** A file that proves an alert; it travels content-addressed beside it and may arrive later. */
export interface EvidenceRef {
  readonly kind: 'start' | 'trigger' | 'clear' | 'clip';
  readonly sha256: Sha256;
  readonly bytes: number;
  readonly mediaType: string;
  /** SHA-256 of the coded picture exactly as the camera sent it. */
  readonly originalSha256: Sha256;
  /** What was made unrecognisable in it; absent where the node does not say, and then it does not cross. */
  readonly redaction?: Redaction | undefined;
}

/** What decided: exact versions, so that the decision can be replayed. */
export interface Provenance {
  readonly model: { readonly id: string; readonly sha256: Sha256 };
  readonly ruleVersion: string;
  readonly configVersion: string;
  readonly softwareVersion: string;
}

/** The frame behind the alert and the stages passed on the node. */
export interface AlertTrace {
  readonly traceparent: string;
  readonly rtpTimestamp: number;
  readonly ptsMs: number;
  readonly ntpMs?: UtcMs | undefined;
  readonly hops: readonly Hop[];
}

/** An alert before the outbox gives it its place in the node's chain. */
export interface AlertDraft {
  readonly alertId: AlertId;
  readonly incidentId: IncidentId;
  readonly phase: IncidentPhase;
  readonly scene: SceneId;
  readonly severity: Severity;
  readonly camera: CameraPlace;
  readonly zone: { readonly id: ZoneId; readonly kind: string; readonly tags: readonly string[] };
  readonly startedAt: UtcMs;
  readonly observedAt: UtcMs;
  /** Clock-sync state of the node when it spoke. */
  readonly clock: { readonly state: 'synchronised' | 'unsynchronised' | 'unknown' };
  readonly subjects: readonly Subject[];
  /** What the scene measured beside them. */
  readonly details?: SceneDetails | undefined;
  readonly evidence: readonly EvidenceRef[];
  readonly provenance: Provenance;
  readonly trace: AlertTrace;
}

/** Place in the node's hash chain; `n` starts at 1, `prevHash` of the first is 64 zeros. */
export interface Sequence {
  readonly node: NodeId;
  readonly n: number;
  readonly prevHash: Sha256;
  readonly hash: Sha256;
}

/** Ed25519 over RFC 8785 canonical JSON; value base64url. */
export interface Signature {
  readonly keyId: string;
  readonly value: string;
}

/** A sealed alert: chained and signed (design: wire.md). */
export interface Alert extends AlertDraft {
  readonly sequence: Sequence;
  readonly signature: Signature;
}
