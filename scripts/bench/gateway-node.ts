import { v7 as uuidv7 } from 'uuid';
import { alertEventMediaType, toAlertEvent } from '../../src/contracts/alert-event.ts';
import { sealAlert } from '../../src/contracts/seal.ts';
import { NodeTopics } from '../../src/contracts/topics.ts';
import type { AlertDraft, EvidenceRef } from '../../src/domain/alert.ts';
import type { CameraId, IncidentId, NodeId, Sha256, SiteId, TrackId, ZoneId } from '../../src/domain/ids.ts';
import type { Redaction } from '../../src/domain/redaction.ts';
import { sha256, zeroHash } from '../../src/lib/hash.ts';
import type { SigningKey } from '../../src/lib/keys.ts';
import { alertDraft } from '../../tests/support/alert-draft.ts';
import { publishPacket } from './gateway-mqtt.ts';

/** Of a hundred alerts so many open an incident, which becomes a ticket; of the rest two thirds end one. */
export const raisedPercent = 70;
const camerasPerNode = 20;
/** Scenes of the shipped routing table, with what stands in them. */
const scenes = [
  { scene: 'illegal_parking', severity: 3, tag: 'roadway', class: 'car' },
  { scene: 'fire_lane_blocked', severity: 2, tag: 'fire_lane', class: 'truck' },
  { scene: 'zone_intrusion', severity: 2, tag: 'site', class: 'person' },
  { scene: 'person_down', severity: 1, tag: 'sidewalk', class: 'person' },
] as const;

/** One alert ready for the socket. */
export interface PreparedAlert {
  readonly alertId: string;
  readonly incidentId: string;
  readonly n: number;
  /** PUBLISH with a packet id of zero. */
  readonly packet: Buffer;
  readonly payloadBytes: number;
}

/** What the alerts of one incident have in common. */
type OpenIncident = Pick<AlertDraft, 'incidentId' | 'scene' | 'severity' | 'camera' | 'zone' | 'startedAt'>;

/** What a node of the bench has to say: incidents that open, are told more of, and end, chained and signed. */
export class BenchNode {
  readonly node: NodeId;
  readonly #site: SiteId;
  readonly #key: SigningKey;
  readonly #topics: NodeTopics;
  /** Incidents that are open, with the scene and camera of each. */
  readonly #open: OpenIncident[] = [];
  #n = 0;
  #hash: Sha256 = zeroHash;

  constructor(options: { site: SiteId; node: NodeId; key: SigningKey }) {
    this.node = options.node;
    this.#site = options.site;
    this.#key = options.key;
    this.#topics = new NodeTopics(options.site, options.node);
  }

  get ackTopic(): string {
    return this.#topics.ack;
  }

  /** The next alert of its chain; the same ones in every run but for ids and times. */
  next(): PreparedAlert {
    const draft = this.#draft();
    const alert = sealAlert(draft, { node: this.node, n: this.#n + 1, prevHash: this.#hash }, this.#key);
    this.#n += 1;
    this.#hash = alert.sequence.hash;
    const payload = Buffer.from(JSON.stringify(toAlertEvent(this.#site, alert)));
    const packet = publishPacket({
      topic: this.#topics.alert(alert.scene),
      payload,
      contentType: alertEventMediaType,
      userProperties: { traceparent: alert.trace.traceparent },
    });
    const { alertId, incidentId } = alert;
    return { alertId, incidentId, n: this.#n, packet, payloadBytes: payload.length };
  }

  #draft(): AlertDraft {
    const turn = (this.#n * 37) % 100;
    const opens = turn < raisedPercent || this.#open.length === 0;
    const now = Date.now();
    const about = opens ? this.#begin(now) : this.#open[(this.#n * 7) % this.#open.length];
    if (about === undefined) throw new Error('no incident to tell of');
    const phase = opens ? 'raised' : turn % 3 === 0 ? 'updated' : 'cleared';
    if (phase === 'cleared') this.#open.splice(this.#open.indexOf(about), 1);
    if (opens) this.#open.push(about);
    const kinds =
      phase === 'raised' ? (['start', 'trigger'] as const) : phase === 'cleared' ? (['clear'] as const) : [];
    const subjects = [1, 2].map((index) => ({
      class: scenes.find(({ scene }) => scene === about.scene)?.class ?? 'car',
      score: 0.5 + ((this.#n * index) % 499) / 1000,
      box: [0.1 * index, 0.2134, 0.1 * index + 0.0877, 0.4242] as const,
      trackId: `t${this.#n % 997}` as TrackId,
      dwellMs: now - about.startedAt,
      position: { lat: 30.870_312, lon: 120.431_771, errorM: 1.7 },
    }));
    const at = (backMs: number) => now - backMs;
    const trace = alertDraft().trace;
    const hops = ['received', 'decoded', 'detected', 'tracked', 'alert'].map((stage, index) => ({
      stage,
      at: at(100 - index * 20),
    }));
    const evidence = kinds.map((kind) => evidenceRef(kind));
    return alertDraft({
      ...about,
      ...{ phase, observedAt: now, subjects, evidence },
      trace: { ...trace, ntpMs: at(140), hops },
    });
  }

  #begin(now: number): OpenIncident {
    const index = (this.#n * 13) % camerasPerNode;
    const kind = scenes[(this.#n + index) % scenes.length] ?? scenes[0];
    return {
      incidentId: uuidv7() as IncidentId,
      scene: kind.scene,
      severity: kind.severity,
      camera: {
        id: `3305030000132${String(index).padStart(7, '0')}` as CameraId,
        name: `人民路东口 ${index}`,
        division: index % 2 === 0 ? '330503001' : '330503002',
        lat: 30.8703,
        lon: 120.4167,
      },
      zone: { id: `zone-${index}` as ZoneId, kind: 'polygon', tags: [kind.tag] },
      startedAt: now - 12_000,
    };
  }
}

/** As a node's that blurred it: what says nothing of it does not cross. */
const redaction: Redaction = {
  faces: 'blurred',
  plates: 'blurred',
  regions: 4,
  method: 'heads-1',
  model: { id: 'picodet-s-416', sha256: sha256('model') },
};

/** A still as an alert names it; the file itself does not travel in this bench. */
function evidenceRef(kind: EvidenceRef['kind']): EvidenceRef {
  const id = uuidv7();
  const originalSha256 = sha256('coded', id);
  return { kind, sha256: sha256(id), bytes: 61_440, mediaType: 'image/jpeg', originalSha256, redaction };
}
