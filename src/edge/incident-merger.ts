import { v7 as uuidv7 } from 'uuid';
import type { GroundPosition } from '../domain/ground.ts';
import type { CameraId, IncidentId, UtcMs } from '../domain/ids.ts';
import type { IncidentPhase, OpenIncident, SceneEvent, Subject } from '../domain/scene-event.ts';
import type { SceneId } from '../domain/scene-id.ts';
import type { Clock } from '../lib/clock.ts';
import { newTraceparent } from '../lib/trace-context.ts';
import { metresBetween, surePositions } from './ground-nearness.ts';
import type { MergeConfig } from './merge-config.ts';

/** How a camera’s event is told once the other cameras are reckoned with. */
export interface MergedReport {
  readonly incidentId: IncidentId;
  readonly phase: IncidentPhase;
  readonly traceparent: string;
  /** The alert that raised the incident is stored: nothing of it may be before that. */
  readonly raised: Promise<void>;
  /** To be called when the event’s alert is stored, or never will be. */
  readonly stored: () => void;
  /** What has become of the incident, once that is stored; forgotten: nobody watches it, and nobody said that it is over. */
  readonly fate: () => Promise<IncidentFate>;
}

type IncidentFate = 'open' | 'cleared' | 'forgotten';

/** How a camera’s reporter deals with the others. */
export interface Telling {
  /** How often the camera tells of what it still sees. */
  readonly updateEveryMs: number;
  /** The event was kept back, and after all it was the last word; `at`: when the incident was last seen. */
  readonly later: (report: MergedReport, at: UtcMs) => void;
}

/** A camera that missed so many of its updates sees nothing any more, whatever the reason. */
const missedUpdates = 3;
/** However often it tells: an idle camera is looked at every ten seconds or so, and less often under load. */
const leastHoldMs = 60_000;

/** What one camera sees of an incident. */
interface View {
  readonly camera: CameraId;
  readonly positions: readonly GroundPosition[];
  readonly from: UtcMs;
  readonly to: UtcMs;
  /** On the monotonic clock: whoever has cleared the incident does not wait for this camera for longer. */
  readonly holdsUntil: number;
}

interface Incident {
  readonly id: IncidentId;
  readonly scene: SceneId;
  readonly traceparent: string;
  /** By camera and the camera’s own id of it. */
  readonly views: Map<string, View>;
  readonly raised: Promise<void>;
  readonly stored: () => void;
  fate: Promise<IncidentFate>;
  /** Who cleared it last, while another still saw it. */
  owed: { readonly camera: CameraId; readonly later: Telling['later'] } | undefined;
  seenAt: UtcMs;
  cancel: (() => void) | undefined;
}

/**
 * Makes one incident of what several calibrated cameras of this node see of the same matter: the same scene, close in place
 * and time. The first camera’s incident goes on, the second’s joins it, and it is cleared when every camera has cleared
 * it: a camera that is blind, or is no longer watched, keeps nobody waiting. Two things one camera tells apart stay two. Scenes know nothing of it, so that each camera replays by itself.
 */
export class IncidentMerger {
  readonly #config: MergeConfig;
  readonly #incidents = new Map<IncidentId, Incident>();
  /** Which incident a camera’s own one belongs to. */
  readonly #of = new Map<string, Incident>();
  /** Cameras’ own incidents that were cleared without them. */
  readonly #without = new Set<string>();
  readonly #clock: Clock;

  constructor(config: MergeConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Incidents that are not cleared. */
  get open(): number {
    return this.#incidents.size;
  }

  /**
   * What a camera has open when it begins, as the outbox has it; in place of what was known of it. `updateEveryMs`: by
   * scene, how often the camera will tell of it.
   */
  resume(camera: CameraId, open: readonly OpenIncident[], updateEveryMs: (scene: SceneId) => number): void {
    const left = new Map(this.#leave(camera).map((incident) => [incident.id, incident]));
    for (const { incidentId, scene, traceparent, startedAt, observedAt, subjects } of open) {
      const known = this.#incidents.get(incidentId) ?? left.get(incidentId);
      const incident = known ?? this.#begin(incidentId, scene, traceparent);
      this.#incidents.set(incidentId, incident);
      incident.stored();
      const view = { camera, own: incidentId, from: startedAt, to: observedAt, subjects };
      this.#see(incident, view, updateEveryMs(scene));
    }
    for (const incident of left.values()) if (incident.views.size === 0) this.#forget(incident);
  }

  /** A camera is no longer watched: others’ incidents do not wait for it. */
  forget(camera: CameraId): void {
    for (const incident of this.#leave(camera)) this.#forget(incident);
  }

  /** Undefined: nothing is to be told, for another camera still sees it, or it was cleared without this one. */
  report(event: SceneEvent, camera: CameraId, { updateEveryMs, later }: Telling): MergedReport | undefined {
    const { incidentId: own, phase, scene, startedAt: from, observedAt: to, subjects } = event;
    const key = keyOf(camera, own);
    const known = this.#of.get(key);
    const without = this.#without.delete(key);
    if (phase === 'cleared') {
      if (known === undefined) return without ? undefined : unknown(own);
      this.#lose(known, key);
      known.owed = { camera, later };
      return this.#isOver(known) ? this.#clear(known) : undefined;
    }
    const joined = known ?? this.#find(event, camera);
    // What was cleared does not open again under its name.
    const incident = joined ?? this.#begin(without ? (uuidv7() as IncidentId) : own, scene);
    this.#see(incident, { camera, own, from, to, subjects }, updateEveryMs);
    return told(incident, joined === undefined ? 'raised' : 'updated');
  }

  #begin(id: IncidentId, scene: SceneId, traceparent = newTraceparent()): Incident {
    const { promise: raised, resolve: stored } = Promise.withResolvers<void>();
    const open = Promise.resolve('open' as const);
    const fate = { fate: open, owed: undefined, seenAt: 0, cancel: undefined };
    const incident: Incident = { id, scene, traceparent, views: new Map(), raised, stored, ...fate };
    this.#incidents.set(id, incident);
    return incident;
  }

  /** Somebody has cleared it: whether all others have, or see nothing; else it is asked again when they may not any more. */
  #isOver(incident: Incident): boolean {
    incident.cancel?.();
    const holds = Math.max(0, ...[...incident.views.values()].map(({ holdsUntil }) => holdsUntil));
    const waitMs = incident.views.size === 0 ? 0 : holds - this.#clock.monotonic();
    if (waitMs <= 0) return true;
    incident.cancel = this.#clock.after(waitMs, () => {
      if (this.#isOver(incident)) this.#clearLate(incident);
    });
    return false;
  }

  #clear(incident: Incident): MergedReport {
    for (const key of incident.views.keys()) {
      this.#of.delete(key);
      this.#without.add(key);
    }
    const { promise, resolve } = Promise.withResolvers<IncidentFate>();
    this.#end(incident, promise);
    return { ...told(incident, 'cleared'), stored: () => resolve('cleared') };
  }

  #clearLate(incident: Incident): void {
    const { owed, seenAt } = incident;
    owed?.later(this.#clear(incident), seenAt);
  }

  /** Nobody watches it any more. */
  #forget(incident: Incident): void {
    if (incident.owed === undefined) this.#end(incident, Promise.resolve('forgotten'));
    else this.#clearLate(incident);
  }

  #end(incident: Incident, fate: Promise<IncidentFate>): void {
    incident.cancel?.();
    incident.fate = fate;
    incident.views.clear();
    this.#incidents.delete(incident.id);
  }

  /** Takes a camera out of all; returns what nobody else sees. */
  #leave(camera: CameraId): Incident[] {
    for (const key of this.#without) if (key.startsWith(`${camera} `)) this.#without.delete(key);
    return [...this.#incidents.values()].filter((incident) => {
      const before = incident.views.size;
      for (const [key, view] of incident.views) if (view.camera === camera) this.#lose(incident, key);
      return incident.views.size === 0 && before > 0;
    });
  }

  #see(
    incident: Incident,
    view: Pick<View, 'camera' | 'from' | 'to'> & { readonly own: IncidentId; readonly subjects: readonly Subject[] },
    updateEveryMs: number,
  ): void {
    const { camera, own, from, to, subjects } = view;
    const key = keyOf(camera, own);
    const holdsUntil = this.#clock.monotonic() + Math.max(leastHoldMs, missedUpdates * updateEveryMs);
    incident.views.set(key, { camera, from, to, positions: surePositions(subjects, this.#config.withinM), holdsUntil });
    if (incident.owed?.camera === camera) {
      // It sees it again.
      incident.owed = undefined;
      incident.cancel?.();
    }
    incident.seenAt = Math.max(incident.seenAt, to);
    this.#of.set(key, incident);
  }

  #lose(incident: Incident, key: string): void {
    incident.views.delete(key);
    this.#of.delete(key);
  }

  /** The nearest incident of other cameras that this can be. */
  #find({ scene, subjects, startedAt: from, observedAt: to }: SceneEvent, camera: CameraId): Incident | undefined {
    const { withinM, withinMs } = this.#config;
    const positions = surePositions(subjects, this.#config.withinM);
    if (positions.length === 0) return undefined;
    let nearest: { readonly incident: Incident; readonly metres: number } | undefined;
    for (const incident of this.#incidents.values()) {
      const views = [...incident.views.values()];
      if (incident.scene !== scene || views.some((view) => view.camera === camera)) continue;
      for (const view of views) {
        if (Math.max(from - view.to, view.from - to) > withinMs) continue;
        const metres = metresBetween(positions, view.positions);
        if (metres <= Math.min(withinM, nearest?.metres ?? withinM)) nearest = { incident, metres };
      }
    }
    return nearest?.incident;
  }
}

function told(incident: Incident, phase: IncidentPhase): MergedReport {
  const { id, traceparent, raised, stored } = incident;
  const fate = () => incident.fate;
  // Only who raises it need not wait.
  return { incidentId: id, phase, traceparent, stored, fate, raised: phase === 'raised' ? Promise.resolve() : raised };
}

/** Cleared, and nobody knows when it was raised. */
function unknown(incidentId: IncidentId): MergedReport {
  const fate = async () => 'cleared' as const;
  const raised = Promise.resolve();
  return { incidentId, phase: 'cleared', traceparent: newTraceparent(), raised, stored: () => {}, fate };
}

function keyOf(camera: CameraId, own: IncidentId): string {
  return `${camera} ${own}`;
}
