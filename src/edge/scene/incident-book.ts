import { iou } from '../../domain/geometry.ts';
import type { IncidentId, UtcMs } from '../../domain/ids.ts';
import type { IncidentPhase, SceneEvent, SceneHit } from '../../domain/scene-event.ts';
import type { Severity } from '../../domain/scene-id.ts';
import type { Zone } from '../../domain/zone.ts';
import type { IncidentTiming } from './common-config.ts';
import type { RuleTrace } from './rule/rule-trace.ts';
import { restoreHit, type SavedHit, saveHit } from './saved-hit.ts';
import type { SceneModule } from './scene-module.ts';

/** A subject is the one already on the books when it overlaps it this much: ids switch, parked cars do not. */
const sameSubjectIou = 0.5;
/** What passes may change its id, but not be away for longer than this: the next one may be in its place by then. */
const passingMs = 3_000;
/** An alert names no more subjects than this: a crowd is not a list. */
const maxSubjects = 16;

interface Incident {
  readonly id: IncidentId;
  hit: SceneHit;
  severity: Severity;
  /** Time looked at without a hit; gaps of the stream do not count. */
  absentMs: number;
  reportedAt: UtcMs;
}

interface Closed {
  readonly hit: SceneHit;
  readonly until: UtcMs;
}

/** An incident taken up again. */
export interface ResumedIncident {
  readonly id: IncidentId;
  readonly hit: SceneHit;
  readonly reportedAt: UtcMs;
}

interface SavedBook {
  readonly open: readonly (Omit<Incident, 'hit'> & { readonly hit: SavedHit })[];
  readonly cooling: readonly { readonly hit: SavedHit; readonly until: UtcMs }[];
  readonly lastLookAt?: UtcMs | undefined;
}

/**
 * Turns a rule's hits into incidents: raised once, updated while they last and at once when they become more severe,
 * cleared after an absence. One book for each camera and scene; it owns its incidents.
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

  save(): SavedBook {
    const open = this.#open.map((incident) => ({ ...incident, hit: saveHit(incident.hit) }));
    const cooling = this.#cooling.map(({ hit, until }) => ({ hit: saveHit(hit), until }));
    return { open, cooling, ...(this.#lastLookAt !== undefined && { lastLookAt: this.#lastLookAt }) };
  }

  /** Before the first look; what happened in zones that are gone is forgotten. */
  restore(saved: unknown, zones: readonly Zone[]): void {
    const { open, cooling, lastLookAt } = saved as SavedBook;
    this.#lastLookAt = lastLookAt;
    this.#open = open.flatMap((incident) => {
      const hit = restoreHit(incident.hit, zones);
      return hit === undefined ? [] : { ...incident, hit };
    });
    this.#cooling = cooling.flatMap(({ hit: savedHit, until }) => {
      const hit = restoreHit(savedHit, zones);
      return hit === undefined ? [] : { hit, until };
    });
  }

  /**
   * What the outbox says was open when the node last stopped, after `restore` and before the first look: it is the
   * truth, and the saved state may be some seconds older.
   */
  resume(incidents: readonly ResumedIncident[]): void {
    this.#open = incidents.map(({ id, hit, reportedAt }) => {
      const known = this.#open.find((incident) => incident.id === id);
      return known ?? { id, hit, severity: hit.severity ?? this.#module.severity, absentMs: 0, reportedAt };
    });
  }

  /** Takes the hits of one look; returns what is to be reported, in order. */
  update(at: UtcMs, hits: readonly SceneHit[], trace?: RuleTrace): readonly SceneEvent[] {
    const elapsed = this.#lastLookAt === undefined ? 0 : Math.max(0, at - this.#lastLookAt);
    this.#lastLookAt = at;
    this.#cooling = this.#cooling.filter((closed) => closed.until > at);
    const events: SceneEvent[] = [];
    const hit = new Set<Incident>();
    for (const each of hits) {
      const known = this.#open.find((incident) => isSame(incident.hit, each, incident.absentMs));
      if (known !== undefined) {
        hit.add(known);
        this.#seen(known, each, at, events);
      } else if (this.#cooling.some((closed) => isSame(closed.hit, each, Number.POSITIVE_INFINITY))) {
        this.#suppressed += 1;
        trace?.note({ verdict: 'suppressed', code: 'cooldown', zone: each.zone.id, track: each.subject.trackId });
      } else {
        const severity = each.severity ?? this.#module.severity;
        const incident = { id: this.#newId(), hit: each, severity, absentMs: 0, reportedAt: at };
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
    const severity = hit.severity ?? this.#module.severity;
    const escalates = severity < incident.severity;
    if (escalates) incident.severity = severity;
    if (!escalates && at - incident.reportedAt < this.#timing.updateEveryMs) return;
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

  #event(phase: IncidentPhase, { id, hit, severity }: Incident, at: UtcMs): SceneEvent {
    return {
      phase,
      incidentId: id,
      scene: this.#module.id,
      ruleVersion: this.#module.version,
      severity,
      zone: hit.zone,
      startedAt: hit.startedAt,
      observedAt: at,
      subjects: [hit.subject, ...(hit.others ?? [])].slice(0, maxSubjects),
      ...(hit.details !== undefined && { details: hit.details }),
    };
  }
}

/** `absentMs`: how long the one on the books has not been hit. */
function isSame(known: SceneHit, hit: SceneHit, absentMs: number): boolean {
  if (known.zone.id !== hit.zone.id) return false;
  if (known.wholeZone === true || hit.wholeZone === true) return true;
  if (known.subject.trackId === hit.subject.trackId) return true;
  if (hit.passing === true && absentMs > passingMs) return false;
  return iou(known.subject.box, hit.subject.box) >= sameSubjectIou;
}
