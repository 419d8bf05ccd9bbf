import { iou } from '../../domain/geometry.ts';
import type { IncidentId, UtcMs } from '../../domain/ids.ts';
import type { IncidentPhase, SceneEvent, SceneHit } from '../../domain/scene-event.ts';
import type { IncidentTiming } from './common-config.ts';
import type { SceneModule } from './scene-module.ts';

/** A subject is the one already on the books when it overlaps it this much: ids switch, parked cars do not. */
const sameSubjectIou = 0.5;

interface Incident {
  readonly id: IncidentId;
  hit: SceneHit;
  /** Time looked at without a hit; gaps of the stream do not count. */
  absentMs: number;
  reportedAt: UtcMs;
}

interface Closed {
  readonly hit: SceneHit;
  readonly until: UtcMs;
}

/**
 * Turns a rule's hits into incidents: raised once, updated while they last, cleared after an absence.
 * One book for each camera and scene; it owns its incidents.
 */
export class IncidentBook {
  readonly #module: Pick<SceneModule, 'id' | 'version' | 'severity'>;
  readonly #timing: IncidentTiming;
  readonly #newId: () => IncidentId;
  #open: Incident[] = [];
  #cooling: Closed[] = [];
  #lastLookAt: UtcMs | undefined;
  #suppressed = 0;

  constructor(options: {
    module: Pick<SceneModule, 'id' | 'version' | 'severity'>;
    timing: IncidentTiming;
    newId: () => IncidentId;
  }) {
    this.#module = options.module;
    this.#timing = options.timing;
    this.#newId = options.newId;
  }

  /** Incidents open now. */
  get open(): number {
    return this.#open.length;
  }

  /** Hits that raised nothing because the same thing was cleared a short while ago. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** Takes up incidents that were open when the node last stopped; before the first look. */
  resume(incidents: readonly { readonly id: IncidentId; readonly hit: SceneHit; readonly reportedAt: UtcMs }[]): void {
    for (const { id, hit, reportedAt } of incidents) this.#open.push({ id, hit, absentMs: 0, reportedAt });
  }

  /** Takes the hits of one look; returns what is to be reported, in order. */
  update(at: UtcMs, hits: readonly SceneHit[]): readonly SceneEvent[] {
    const elapsed = this.#lastLookAt === undefined ? 0 : Math.max(0, at - this.#lastLookAt);
    this.#lastLookAt = at;
    this.#cooling = this.#cooling.filter((closed) => closed.until > at);
    const events: SceneEvent[] = [];
    const hit = new Set<Incident>();
    for (const each of hits) {
      const known = this.#open.find((incident) => isSame(incident.hit, each));
      if (known !== undefined) {
        hit.add(known);
        this.#seen(known, each, at, events);
      } else if (this.#cooling.some((closed) => isSame(closed.hit, each))) {
        this.#suppressed += 1;
      } else {
        const incident = { id: this.#newId(), hit: each, absentMs: 0, reportedAt: at };
        this.#open.push(incident);
        hit.add(incident);
        events.push(this.#event('raised', incident, at));
      }
    }
    this.#clearAbsent(at, elapsed, hit, events);
    return events;
  }

  #seen(incident: Incident, hit: SceneHit, at: UtcMs, events: SceneEvent[]): void {
    // The incident began when its first track did, even if that track was replaced since.
    incident.hit = { ...hit, startedAt: Math.min(hit.startedAt, incident.hit.startedAt) };
    incident.absentMs = 0;
    if (at - incident.reportedAt < this.#timing.updateEveryMs) return;
    incident.reportedAt = at;
    events.push(this.#event('updated', incident, at));
  }

  #clearAbsent(at: UtcMs, elapsed: number, hit: ReadonlySet<Incident>, events: SceneEvent[]): void {
    this.#open = this.#open.filter((incident) => {
      if (hit.has(incident)) return true;
      if (elapsed <= this.#timing.streamGapMs) incident.absentMs += elapsed;
      if (incident.absentMs < this.#timing.clearAfterMs) return true;
      events.push(this.#event('cleared', incident, at));
      this.#cooling.push({ hit: incident.hit, until: at + this.#timing.cooldownMs });
      return false;
    });
  }

  #event(phase: IncidentPhase, incident: Incident, at: UtcMs): SceneEvent {
    return {
      phase,
      incidentId: incident.id,
      scene: this.#module.id,
      ruleVersion: this.#module.version,
      severity: this.#module.severity,
      zone: incident.hit.zone,
      startedAt: incident.hit.startedAt,
      observedAt: at,
      subjects: [incident.hit.subject],
    };
  }
}

function isSame(a: SceneHit, b: SceneHit): boolean {
  if (a.zone.id !== b.zone.id) return false;
  return a.subject.trackId === b.subject.trackId || iou(a.subject.box, b.subject.box) >= sameSubjectIou;
}
