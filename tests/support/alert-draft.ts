import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { AlertDraft, EvidenceRef } from '../../src/domain/alert.ts';
import type { AlertId, CameraId, IncidentId, Sha256, TrackId, ZoneId } from '../../src/domain/ids.ts';
import type { Redaction } from '../../src/domain/redaction.ts';
import type { ContentStore } from '../../src/lib/content-store.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { newTraceparent } from '../../src/lib/trace-context.ts';

/** An alert as the alert stage hands it to the outbox. */
export function alertDraft(over: Partial<AlertDraft> = {}): AlertDraft {
  const at = 1_760_000_000_000;
  return {
    alertId: uuidv7() as AlertId,
    incidentId: uuidv7() as IncidentId,
    phase: 'raised',
    scene: 'illegal_parking',
    severity: 2,
    camera: { id: 'cam-1' as CameraId, name: '人民路 1', division: '330502', lat: 30.87, lon: 120.43 },
    zone: { id: 'lane' as ZoneId, kind: 'polygon', tags: ['roadway'] },
    startedAt: at - 10_000,
    observedAt: at,
    clock: { state: 'synchronised' },
    subjects: [{ class: 'car', score: 0.9, box: [0.1, 0.2, 0.3, 0.4], trackId: 't1' as TrackId, dwellMs: 10_000 }],
    evidence: [],
    provenance: {
      model: { id: 'model', sha256: sha256('model') },
      ruleVersion: '1',
      configVersion: '1',
      softwareVersion: '0.1.0',
    },
    trace: { traceparent: newTraceparent(), rtpTimestamp: 900_000, ptsMs: 10_000, hops: [{ stage: 'decode', at }] },
    ...over,
  };
}

/** A node's word that it blurred what shows who somebody is. */
export const testRedaction: Redaction = {
  faces: 'blurred',
  plates: 'none-found',
  regions: 1,
  method: 'heads-1',
  model: { id: 'model', sha256: sha256('model') },
};

/** Puts random bytes into a store as evidence and returns the reference to them. */
export async function storedEvidence(
  store: ContentStore,
  over: { kind?: EvidenceRef['kind']; bytes?: number } = {},
): Promise<EvidenceRef> {
  const content = randomBytes(over.bytes ?? 2_000);
  const hash: Sha256 = await store.put(content);
  const mediaType = over.kind === 'clip' ? 'video/mp4' : 'image/jpeg';
  return {
    kind: over.kind ?? 'trigger',
    sha256: hash,
    bytes: content.length,
    mediaType,
    originalSha256: sha256('coded picture'),
    redaction: testRedaction,
  };
}
