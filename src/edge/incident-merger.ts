import { type GroundPosition, offsetOf } from '../domain/ground.ts';
import type { CameraId, IncidentId, UtcMs } from '../domain/ids.ts';
import type { IncidentPhase, OpenIncident, SceneEvent, Subject } from '../domain/scene-event.ts';
import type { SceneId } from '../domain/scene-id.ts';
import { newTraceparent } from '../lib/trace-context.ts';
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
}

/** What one camera sees of an incident. */
interface View {
  readonly camera: CameraId;
  readonly positions: readonly GroundPosition[];
  readonly from: UtcMs;
  readonly to: UtcMs;
}

interface Incident {
  readonly id: IncidentId;
  readonly scene: SceneId;
  readonly traceparent: string;
  /** By camera and the camera’s own id of it. */
  readonly views: Map<string, View>;
  readonly raised: Promise<void>;
  readonly stored: () => void;
}

/**
 * Makes one incident of what several calibrated cameras of this node see of the same matter: the same scene, close in place
 * and time. The first camera’s incident goes on, the second’s joins it, and it is cleared when every camera has cleared
 * it. Two things one camera tells apart stay two. Scenes know nothing of it, so that each camera replays by itself.
 */
export class IncidentMerger {
  readonly #config: MergeConfig;
  readonly #incidents = new Map<IncidentId, Incident>();
  /** Which incident a camera’s own one belongs to. */
  readonly #of = new Map<string, Incident>();

  constructor(config: MergeConfig) {
    this.#config = config;
  }

  /** Incidents that are not cleared. */
  get open(): number {
    return this.#incidents.size;
  }

  isOpen(incident: IncidentId): boolean {
    return this.#incidents.has(incident);
  }

  /** What a camera has open when it begins, as the outbox has it; in place of what was known of it. */
  resume(camera: CameraId, open: readonly OpenIncident[]): void {
    this.forget(camera);
    for (const { incidentId, scene, traceparent, startedAt, observedAt, subjects } of open) {
      const incident = this.#incidents.get(incidentId) ?? this.#begin(incidentId, scene, traceparent);
      incident.stored();
      this.#see(incident, { camera, own: incidentId, from: startedAt, to: observedAt, subjects });
    }
  }

  /** A camera is no longer watched: others’ incidents do not wait for it. */
  forget(camera: CameraId): void {
    for (const incident of [...this.#incidents.values()]) {
      for (const [key, view] of incident.views) if (view.camera === camera) this.#lose(incident, key);
    }
  }

  /** Undefined: nothing is to be told, for another camera still sees it. */
  report(event: SceneEvent, camera: CameraId): MergedReport | undefined {
    const { incidentId: own, phase, scene, startedAt: from, observedAt: to, subjects } = event;
    const key = keyOf(camera, own);
    const known = this.#of.get(key);
    if (phase === 'cleared') {
      if (known === undefined) return unknown(own);
      this.#lose(known, key);
      return known.views.size > 0 ? undefined : told(known, 'cleared');
    }
    const joined = known ?? this.#find(event, camera);
    const incident = joined ?? this.#begin(own, scene);
    this.#see(incident, { camera, own, from, to, subjects });
    return told(incident, phase === 'raised' && joined !== undefined ? 'updated' : phase);
  }

  #begin(id: IncidentId, scene: SceneId, traceparent = newTraceparent()): Incident {
    const { promise: raised, resolve: stored } = Promise.withResolvers<void>();
    const incident: Incident = { id, scene, traceparent, views: new Map(), raised, stored };
    this.#incidents.set(id, incident);
    return incident;
  }

  #see(
    incident: Incident,
    view: Omit<View, 'positions'> & { readonly own: IncidentId; readonly subjects: readonly Subject[] },
  ): void {
    const { camera, own, from, to, subjects } = view;
    const key = keyOf(camera, own);
    incident.views.set(key, { camera, from, to, positions: this.#positionsOf(subjects) });
    this.#of.set(key, incident);
  }

  #lose(incident: Incident, key: string): void {
    incident.views.delete(key);
    this.#of.delete(key);
    if (incident.views.size === 0) this.#incidents.delete(incident.id);
  }

  /** The nearest incident of other cameras that this can be. */
  #find({ scene, subjects, startedAt: from, observedAt: to }: SceneEvent, camera: CameraId): Incident | undefined {
    const { withinM, withinMs } = this.#config;
    const positions = this.#positionsOf(subjects);
    if (positions.length === 0) return undefined;
    let nearest: { readonly incident: Incident; readonly metres: number } | undefined;
    for (const incident of this.#incidents.values()) {
      const views = [...incident.views.values()];
      if (incident.scene !== scene || views.some((view) => view.camera === camera)) continue;
      for (const view of views) {
        if (Math.max(from - view.to, view.from - to) > withinMs) continue;
        const metres = distance(positions, view.positions);
        if (metres <= Math.min(withinM, nearest?.metres ?? withinM)) nearest = { incident, metres };
      }
    }
    return nearest?.incident;
  }

  /** A position that is less sure than the distance says nothing about it. */
  #positionsOf(subjects: readonly Subject[]): GroundPosition[] {
    const { withinM } = this.#config;
    if (withinM === 0) return [];
    return subjects.flatMap(({ position }) => (position !== undefined && position.errorM <= withinM ? position : []));
  }
}

function told({ id, traceparent, raised, stored }: Incident, phase: IncidentPhase): MergedReport {
  // Only who raises it need not wait.
  return { incidentId: id, phase, traceparent, stored, raised: phase === 'raised' ? Promise.resolve() : raised };
}

/** Cleared, and nobody knows when it was raised. */
function unknown(incidentId: IncidentId): MergedReport {
  return { incidentId, phase: 'cleared', traceparent: newTraceparent(), raised: Promise.resolve(), stored: () => {} };
}

function keyOf(camera: CameraId, own: IncidentId): string {
  return `${camera} ${own}`;
}

/** Smallest distance between two groups, metres. */
function distance(some: readonly GroundPosition[], others: readonly GroundPosition[]): number {
  const distances = some.flatMap((a) => others.map((b) => Math.hypot(...offsetOf(a, b))));
  return Math.min(Number.POSITIVE_INFINITY, ...distances);
}
