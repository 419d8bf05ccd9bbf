import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { AlertDraft } from '../../src/domain/alert.ts';
import type { AlertId, CameraId, IncidentId, TrackId, ZoneId } from '../../src/domain/ids.ts';
import { sceneIds } from '../../src/domain/scene-id.ts';
import { sha256 } from '../../src/lib/hash.ts';
import type { FuzzRandom } from '../fuzz/random.ts';
import type { ScriptedEvidence } from './node-protocol.ts';

interface OpenIncident {
  readonly base: AlertDraft;
  updates: number;
}

const cameras = 8;
const mostOpen = 24;
/** A picture that many alerts show, on all nodes alike. */
const sharedPictures = 12;
const small = { width: 64, height: 48 };
/** Above the largest MQTT message (1 MiB): travels in parts. */
const large = { width: 960, height: 720 };

/** The alerts of one node: incidents that are raised, updated a few times and cleared, interleaved. */
export class AlertStream {
  readonly #node: string;
  readonly #random: FuzzRandom;
  readonly #open: OpenIncident[] = [];
  #pictures = 0;

  constructor(node: string, random: FuzzRandom) {
    this.#node = node;
    this.#random = random;
  }

  next(): { draft: AlertDraft; evidence: ScriptedEvidence[] } {
    const random = this.#random;
    const begin = this.#open.length === 0 || (this.#open.length < mostOpen && random.next() < 0.35);
    if (begin) {
      const base = this.#raised();
      this.#open.push({ base, updates: random.below(4) });
      return { draft: base, evidence: this.#evidence('trigger') };
    }
    const index = random.below(this.#open.length);
    const incident = this.#open[index];
    if (incident === undefined) throw new Error('no incident is open');
    const { base } = incident;
    const at = Date.now();
    const common = { ...base, alertId: uuidv7() as AlertId, observedAt: at, trace: this.#trace(base, at) };
    if (incident.updates === 0) {
      this.#open.splice(index, 1);
      return { draft: { ...common, phase: 'cleared' }, evidence: this.#evidence('clear') };
    }
    incident.updates -= 1;
    return { draft: { ...common, phase: 'updated' }, evidence: random.next() < 0.3 ? this.#evidence('trigger') : [] };
  }

  #raised(): AlertDraft {
    const random = this.#random;
    const at = Date.now();
    const camera = random.below(cameras);
    const hex = (text: string) => createHash('sha256').update(text).digest('hex');
    const incidentId = uuidv7() as IncidentId;
    return {
      alertId: uuidv7() as AlertId,
      incidentId,
      phase: 'raised',
      scene: random.pick(sceneIds),
      severity: random.pick([1, 2, 3, 4] as const),
      camera: {
        id: `${this.#node}-cam-${camera}` as CameraId,
        name: `人民路 ${camera}`,
        division: random.pick(['330503001', '330503002', '330504']),
        lat: 30.87,
        lon: 120.43,
      },
      zone: { id: 'lane' as ZoneId, kind: 'polygon', tags: random.next() < 0.5 ? ['roadway'] : [] },
      startedAt: at - 10_000,
      observedAt: at,
      clock: { state: 'synchronised' },
      subjects: [{ class: 'car', score: 0.9, box: [0.1, 0.2, 0.3, 0.4], trackId: 't1' as TrackId, dwellMs: 10_000 }],
      evidence: [],
      provenance: {
        model: { id: 'chaos', sha256: sha256('chaos') },
        ruleVersion: '1',
        configVersion: '1',
        softwareVersion: '0.1.0',
      },
      trace: {
        traceparent: `00-${hex(incidentId).slice(0, 32)}-${hex(this.#node).slice(0, 16)}-01`,
        rtpTimestamp: 900_000,
        ptsMs: 10_000,
        hops: [{ stage: 'decode', at }],
      },
    };
  }

  #trace({ trace }: AlertDraft, at: number): AlertDraft['trace'] {
    return { ...trace, hops: [{ stage: 'decode', at }] };
  }

  /** Mostly a picture of its own, sometimes one that others show too, seldom one that travels in parts. */
  #evidence(kind: ScriptedEvidence['kind']): ScriptedEvidence[] {
    const what = this.#random.next();
    const own = { seed: Number.parseInt(sha256(this.#node).slice(0, 6), 16) * 1e6 + this.#pictures++, kind };
    if (what < 0.2) return [{ seed: this.#random.below(sharedPictures), kind, ...small }];
    if (what < 0.215)
      return [
        { ...own, ...large },
        { ...own, seed: this.#random.below(sharedPictures), ...small },
      ];
    if (what < 0.8) return [{ ...own, ...small }];
    return [];
  }
}
