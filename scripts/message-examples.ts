import { toAlertEvent } from '../src/contracts/alert-event.ts';
import type { Ack, CoverageAck, CoverageBatch, Health, PartAck } from '../src/contracts/node-messages.ts';
import { sealAlert } from '../src/contracts/seal.ts';
import type { AlertDraft } from '../src/domain/alert.ts';
import type { AlertId, CameraId, IncidentId, NodeId, SiteId, TrackId, ZoneId } from '../src/domain/ids.ts';
import { demoSigningKey } from '../src/lib/default-credentials.ts';
import { sha256, zeroHash } from '../src/lib/hash.ts';

const at = Date.parse('2026-05-01T08:00:00Z');
const picture = sha256('picture');

const draft: AlertDraft = {
  alertId: '0196894e-0c80-7000-8000-000000000001' as AlertId,
  incidentId: '0196894e-0c80-7000-8000-000000000002' as IncidentId,
  phase: 'raised',
  scene: 'illegal_parking',
  severity: 2,
  camera: {
    id: '33050300101320000017' as CameraId,
    name: '人民路 3 号',
    division: '330503001',
    lat: 30.87,
    lon: 120.43,
  },
  zone: { id: 'kerb' as ZoneId, kind: 'polygon', tags: ['roadway'] },
  startedAt: at - 300_000,
  observedAt: at,
  clock: { state: 'synchronised' },
  subjects: [{ class: 'car', score: 0.91, box: [0.2, 0.4, 0.5, 0.8], trackId: 't17' as TrackId, dwellMs: 300_000 }],
  evidence: [{ kind: 'trigger', sha256: picture, bytes: 84_213, mediaType: 'image/jpeg', originalSha256: sha256('o') }],
  provenance: {
    model: { id: 'm', sha256: sha256('m') },
    ruleVersion: '1',
    configVersion: '1',
    softwareVersion: '0.1.0',
  },
  trace: {
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    rtpTimestamp: 900_000,
    ptsMs: 10_000,
    hops: [{ stage: 'decode', at }],
  },
};

const alert = sealAlert(draft, { node: 'box-07' as NodeId, n: 1, prevHash: zeroHash }, demoSigningKey('node'));
const account = '5f3c9a1e0b7d2468';

const health: Health = {
  state: 'degraded',
  at,
  softwareVersion: '0.1.0',
  cameras: {
    '33050300101320000017': { state: 'streaming', since: at - 60_000 },
    '33050300101320000018': { state: 'waiting', reason: 'unreachable: connection refused' },
  },
  scenes: { illegal_parking: 'available' },
  problems: ['evidence_shed'],
  outbox: { alerts: 3, evidence: 5, bytes: 421_888, inMemory: 0 },
};
const coverage: CoverageBatch = {
  account,
  after: 41,
  records: [{ n: 42, camera: '33050300101320000018', from: at - 90_000, to: at - 30_000, reason: 'disconnected' }],
};
const ack: Ack = { n: 1, hash: alert.sequence.hash, evidence: [picture] };
const coverageAck: CoverageAck = { coverage: { account, n: 42 } };
const partAck: PartAck = { part: { sha256: picture, upTo: 524_288 } };

/** An example of every message, made by the code that makes the real ones: file name in `proto/example` → payload. */
export const messageExamples: Readonly<Record<string, unknown>> = {
  'alert-event.json': toAlertEvent('nanxun-1' as SiteId, alert),
  'health.json': health,
  'coverage.json': coverage,
  'ack.json': ack,
  'coverage-ack.json': coverageAck,
  'part-ack.json': partAck,
};
