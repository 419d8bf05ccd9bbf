import type { IncidentId, UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { IncidentPhase, SceneEvent, SceneHit } from '../../domain/scene-event.ts';
import type { Severity } from '../../domain/scene-id.ts';
import type { Zone } from '../../domain/zone.ts';
import { isNamed, isSameAsClosed, matchHits } from './case-match.ts';
import type { IncidentTiming } from './common-config.ts';
import type { RuleTrace } from './rule/rule-trace.ts';
import { restoreHit, type SavedHit, saveHit } from './saved-hit.ts';
import type { SceneModule } from './scene-module.ts';

/** A single miss says nothing, however long the looks are apart. */
const leastMisses = 2;
/** The gravest there is; its cases do not cool down. */
const gravest: Severity = 1;
/** An alert names no more subjects than this: a crowd is not a list. */
const maxSubjects = 16;

interface Incident {
  readonly id: IncidentId;
  hit: SceneHit;
  /** Of its gravest moment; undefined for one from before a restart of which that is not known, until it is hit. */
  severity?: Severity | undefined;
  /** Time looked at without a hit; gaps of the stream do not count. */
  absentMs: number;
  /** Looks without a hit since the last one. */
  misses?: number;
  reportedAt: UtcMs;
}

interface Closed {
  readonly hit: SceneHit;
  readonly severity?: Severity | undefined;
  readonly until: UtcMs;
}

/** An incident taken up again. */
export interface ResumedIncident {
  readonly id: IncidentId;
  readonly hit: SceneHit;
  readonly severity?: Severity | undefined;
  readonly reportedAt: UtcMs;
}

interface SavedBook {
  readonly open: readonly (Omit<Incident, 'hit'> & { readonly hit: SavedHit })[];
  readonly cooling: readonly (Omit<Closed, 'hit'> & { readonly hit: SavedHit })[];
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
    const cooling = this.#cooling.map((closed) => ({ ...closed, hit: saveHit(closed.hit) }));
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
    this.#cooling = cooling.flatMap((closed) => {
      const hit = restoreHit(closed.hit, zones);
      return hit === undefined ? [] : { ...closed, hit };
    });
  }

  /**
   * What the outbox says was open when the node last stopped, after `restore` and before the first look: it is the
   * truth, and the saved state may be some seconds older.
   */
  resume(incidents: readonly ResumedIncident[]): void {
    this.#open = incidents.map(({ id, hit, severity, reportedAt }) => {
      const known = this.#open.find((incident) => incident.id === id);
      if (known === undefined) return { id, hit, severity, absentMs: 0, reportedAt };
      return { ...known, severity: graver(known.severity, severity) };
    });
  }

  /**
   * Takes the hits of one look; returns what is to be reported, in order. `unlooked`: what nobody could find on it, so
   * that an incident of one of these is not absent without a hit.
   */
  update(
    at: UtcMs,
    hits: readonly SceneHit[],
    { trace, unlooked }: { trace?: RuleTrace | undefined; unlooked?: ReadonlySet<ObjectClass> | undefined } = {},
  ): readonly SceneEvent[] {
    const elapsed = at - (this.#lastLookAt ?? at);
    this.#lastLookAt = at;
    if (elapsed < 0) this.#setBack(elapsed);
    this.#cooling = this.#cooling.filter((closed) => closed.until > at);
    const events: SceneEvent[] = [];
    const hit = new Set<Incident>();
    const matched = matchHits(this.#open, hits);
    for (const each of hits) {
      // One subject may be hit twice on the look that raises it.
      const known = matched.get(each) ?? this.#open.find((incident) => isNamed(incident.hit, each));
      const severity = each.severity ?? this.#module.severity;
      if (known !== undefined) {
        hit.add(known);
        this.#seen(known, each, at, events);
      } else if (this.#isCooling(each, severity)) {
        this.#suppressed += 1;
        trace?.note({ verdict: 'suppressed', code: 'cooldown', zone: each.zone.id, track: each.subject.trackId });
      } else {
        const incident = { id: this.#newId(), hit: each, severity, absentMs: 0, reportedAt: at };
        this.#open.push(incident);
        hit.add(incident);
        events.push(this.#event('raised', incident, at));
      }
    }
    this.#clearAbsent(at, elapsed, (each) => hit.has(each) || isOfSome(each.hit, unlooked), events);
    return events;
  }

  #seen(incident: Incident, hit: SceneHit, at: UtcMs, events: SceneEvent[]): void {
    // The incident began when its first track did, even if that track was replaced since.
    incident.hit = { ...hit, startedAt: Math.min(hit.startedAt, incident.hit.startedAt) };
    incident.absentMs = 0;
    incident.misses = 0;
    const severity = hit.severity ?? this.#module.severity;
    const escalates = incident.severity !== undefined && severity < incident.severity;
    incident.severity = graver(incident.severity, severity);
    if (!escalates && at - incident.reportedAt < this.#timing.updateEveryMs) return;
    incident.reportedAt = at;
    events.push(this.#event('updated', incident, at));
  }

  #clearAbsent(at: UtcMs, elapsed: number, stays: (incident: Incident) => boolean, events: SceneEvent[]): void {
    this.#open = this.#open.filter((incident) => {
      if (stays(incident)) return true;
      if (elapsed > 0 && elapsed <= this.#timing.streamGapMs) incident.absentMs += elapsed;
      incident.misses = (incident.misses ?? 0) + 1;
      if (incident.absentMs < this.#timing.clearAfterMs || incident.misses < leastMisses) return true;
      events.push(this.#event('cleared', incident, at));
      this.#cooling.push({ hit: incident.hit, severity: incident.severity, until: at + this.#timing.cooldownMs });
      return false;
    });
  }

  /** What was cleared as a lesser case says nothing of a graver one. */
  #isCooling(hit: SceneHit, severity: Severity): boolean {
    if (severity === gravest) return false;
    return this.#cooling.some(
      (closed) => severity >= (closed.severity ?? this.#module.severity) && isSameAsClosed(closed.hit, hit),
    );
  }

  /** The clock was set back: what is reckoned from now on must not wait until it is where it was. */
  #setBack(elapsed: number): void {
    for (const incident of this.#open) incident.reportedAt += elapsed;
    this.#cooling = this.#cooling.map((closed) => ({ ...closed, until: closed.until + elapsed }));
  }

  #event(phase: IncidentPhase, { id, hit, severity }: Incident, at: UtcMs): SceneEvent {
    return {
      phase,
      incidentId: id,
      scene: this.#module.id,
      ruleVersion: this.#module.version,
      severity: severity ?? hit.severity ?? this.#module.severity,
      zone: hit.zone,
      startedAt: hit.startedAt,
      observedAt: at,
      subjects: [hit.subject, ...(hit.others ?? [])].slice(0, maxSubjects),
      ...(hit.details !== undefined && { details: hit.details }),
      ...(hit.wholeZone === true && { wholeZone: true }),
    };
  }
}

function isOfSome({ subject, others = [] }: SceneHit, classes: ReadonlySet<ObjectClass> | undefined): boolean {
  return classes !== undefined && [subject, ...others].some((each) => classes.has(each.class));
}

function graver(one: Severity | undefined, other: Severity | undefined): Severity | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}
