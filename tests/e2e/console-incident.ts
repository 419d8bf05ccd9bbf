import sharp from 'sharp';
import { v7 as uuidv7 } from 'uuid';
import { toAlertEvent } from '../../src/contracts/alert-event.ts';
import { sealAlert } from '../../src/contracts/seal.ts';
import type { IntakeRecord } from '../../src/contracts/ticket-intake.ts';
import type { AlertDraft, EvidenceRef } from '../../src/domain/alert.ts';
import type { AlertId, CameraId, IncidentId, NodeId, Sha256, TrackId, ZoneId } from '../../src/domain/ids.ts';
import type { IncidentPhase } from '../../src/domain/scene-event.ts';
import { demoSigningKey } from '../../src/lib/default-credentials.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { newTraceparent } from '../../src/lib/trace-context.ts';

const node = 'edge-e2e' as NodeId;
const key = demoSigningKey('node');
let place = { n: 0, hash: '0'.repeat(64) as Sha256 };

/** One car that stands where it must not, as the gateway delivers it. Its alerts continue the chain of one node. */
export class SampleIncident {
  readonly traceparent = newTraceparent();
  readonly #incidentId = uuidv7() as IncidentId;
  readonly #camera: string;
  readonly #startedAt = Date.now() - 12_000;

  constructor(camera: string) {
    this.#camera = camera;
  }

  record(phase: IncidentPhase, pictures: readonly { kind: EvidenceRef['kind']; bytes: Buffer }[] = []): IntakeRecord {
    const next = { node, n: place.n + 1, prevHash: place.hash };
    const alert = sealAlert(this.#draft(phase, pictures), next, key);
    place = { n: next.n, hash: alert.sequence.hash };
    const now = Date.now();
    return {
      event: toAlertEvent('e2e', alert),
      collectedAt: now - 300,
      batchedAt: now - 200,
      deliveredAt: now - 100,
      batch: { number: next.n, sha256: sha256(`batch ${next.n}`) },
    };
  }

  #draft(phase: IncidentPhase, pictures: readonly { kind: EvidenceRef['kind']; bytes: Buffer }[]): AlertDraft {
    const observedAt = Date.now() - 1_000;
    return {
      alertId: uuidv7() as AlertId,
      incidentId: this.#incidentId,
      phase,
      scene: 'illegal_parking',
      severity: 3,
      camera: {
        id: '33050300001320000001' as CameraId,
        name: this.#camera,
        division: '330503001',
        lat: 30.87213,
        lon: 120.42774,
      },
      zone: { id: 'lane' as ZoneId, kind: 'polygon', tags: ['roadway'] },
      startedAt: this.#startedAt,
      observedAt,
      clock: { state: 'synchronised' },
      subjects: [
        {
          class: 'car',
          score: 0.91,
          box: [0.2, 0.4, 0.5, 0.8],
          trackId: 't1' as TrackId,
          dwellMs: 10_400,
          position: { lat: 30.8712402, lon: 120.4182031, errorM: 0.42 },
          speed: { mps: 0.03, errorMps: 0.31 },
        },
      ],
      details: { driftShare: 0.034 },
      evidence: pictures.map(({ kind, bytes }) => ({
        kind,
        sha256: sha256(bytes),
        bytes: bytes.length,
        mediaType: 'image/jpeg',
        originalSha256: sha256(`original ${kind}`),
      })),
      provenance: {
        model: { id: 'model', sha256: sha256('model') },
        ruleVersion: 'illegal_parking@1',
        configVersion: 'c1',
        softwareVersion: '0.1.0',
      },
      trace: {
        traceparent: this.traceparent,
        rtpTimestamp: 2_913_847_561,
        ptsMs: 30_120,
        hops: [
          { stage: 'received', at: observedAt },
          { stage: 'decoded', at: observedAt + 18 },
          { stage: 'detected', at: observedAt + 45 },
        ],
      },
    };
  }
}

/** A picture nobody has to look at: one colour, with the size of a substream. */
export function samplePicture(red: number): Promise<Buffer> {
  const create = { width: 640, height: 360, channels: 3 as const, background: { r: red, g: 90, b: 60 } };
  return sharp({ create }).jpeg().toBuffer();
}
