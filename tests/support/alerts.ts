import { generateKeyPairSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type AlertEvent, toAlertEvent } from '../../src/contracts/alert-event.ts';
import { sealAlert } from '../../src/contracts/seal.ts';
import type { Alert, AlertDraft } from '../../src/domain/alert.ts';
import type { AlertId, CameraId, IncidentId, NodeId, Sha256, TrackId, ZoneId } from '../../src/domain/ids.ts';
import { sha256, zeroHash } from '../../src/lib/hash.ts';
import { KeyRing, SigningKey } from '../../src/lib/keys.ts';
import { newTraceparent } from '../../src/lib/trace-context.ts';

/** An alert of a parked car, complete and valid; overrides are laid on top. */
function alertDraft(overrides: Partial<AlertDraft> = {}): AlertDraft {
  const observedAt = overrides.observedAt ?? 1_760_000_000_000;
  return {
    alertId: uuidv7() as AlertId,
    incidentId: uuidv7() as IncidentId,
    phase: 'raised',
    scene: 'illegal_parking',
    severity: 3,
    camera: {
      id: '33050300001320000001' as CameraId,
      name: '人民路东口',
      division: '330503001',
      lat: 30.8703,
      lon: 120.4167,
    },
    zone: { id: 'lane' as ZoneId, kind: 'polygon', tags: ['roadway'] },
    startedAt: observedAt - 10_000,
    observedAt,
    clock: { state: 'synchronised' },
    subjects: [{ class: 'car', score: 0.91, box: [0.2, 0.3, 0.5, 0.7], trackId: 't1' as TrackId, dwellMs: 10_000 }],
    evidence: [],
    provenance: {
      model: { id: 'test-model', sha256: sha256('model') },
      ruleVersion: 'illegal_parking/1',
      configVersion: 'test/1',
      softwareVersion: '0.0.0',
    },
    trace: {
      traceparent: newTraceparent(),
      rtpTimestamp: 123_456_789,
      ptsMs: 40_000,
      ntpMs: observedAt - 120,
      hops: [
        { stage: 'received', at: observedAt - 100 },
        { stage: 'decoded', at: observedAt - 80 },
        { stage: 'detected', at: observedAt - 40 },
      ],
    },
    ...overrides,
  };
}

/** A node that seals alerts, one after another, with a key of its own. */
export class AlertChain {
  readonly node: NodeId;
  readonly site: string;
  readonly key: SigningKey;
  #n = 0;
  #hash: Sha256 = zeroHash;

  constructor(options: { node?: string; site?: string } = {}) {
    this.node = (options.node ?? 'node-1') as NodeId;
    this.site = options.site ?? 'test-site';
    this.key = new SigningKey(generateKeyPairSync('ed25519').privateKey);
  }

  /** Keys of a receiver that trusts this node. */
  get keys(): KeyRing {
    return new KeyRing([this.key.publicPem()]);
  }

  /** Place of the newest alert. */
  get head(): { n: number; hash: Sha256 } {
    return { n: this.#n, hash: this.#hash };
  }

  seal(draft: Partial<AlertDraft> = {}): Alert {
    this.#n += 1;
    const place = { node: this.node, n: this.#n, prevHash: this.#hash };
    const alert = sealAlert(alertDraft(draft), place, this.key);
    this.#hash = alert.sequence.hash;
    return alert;
  }

  event(draft: Partial<AlertDraft> = {}): AlertEvent {
    return toAlertEvent(this.site, this.seal(draft));
  }
}
