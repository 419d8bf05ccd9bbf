import type { IncidentId, UtcMs, ZoneId } from '../../domain/ids.ts';
import { type CameraFault, cameraFaultScene } from '../../domain/picture-condition.ts';
import type { IncidentPhase, OpenIncident, SceneEvent } from '../../domain/scene-event.ts';
import type { Zone } from '../../domain/zone.ts';

/** Changes with every change of how faults are found. */
const ruleVersion = 'camera-fault/1';

/** A fault is the whole picture's. */
const wholePicture: Zone = {
  id: 'picture' as ZoneId,
  kind: 'polygon',
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  tags: [],
};

/** What is wrong with a camera, and since when. */
export interface FaultState {
  readonly fault: CameraFault;
  readonly since: UtcMs;
}

/** The maintenance incident of one camera: raised with its first fault, told of again, cleared when it is well. */
export class FaultIncident {
  readonly #updateEveryMs: number;
  readonly #newId: () => IncidentId;
  #open:
    | { readonly id: IncidentId; readonly since: UtcMs; fault: CameraFault | undefined; reportedAt: UtcMs }
    | undefined;

  constructor(options: { updateEveryMs: number; newId: () => IncidentId }) {
    this.#updateEveryMs = options.updateEveryMs;
    this.#newId = options.newId;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Before the first update: the incident that was open when the node last stopped. */
  resume(open: readonly OpenIncident[]): void {
    const kept = open.find(({ scene }) => scene === cameraFaultScene);
    if (kept === undefined) return;
    this.#open = { id: kept.incidentId, since: kept.startedAt, fault: undefined, reportedAt: kept.observedAt };
  }

  /** What is to be reported now; `state` undefined: the camera is well. */
  update(state: FaultState | undefined, at: UtcMs): readonly SceneEvent[] {
    const open = this.#open;
    if (open === undefined) {
      if (state === undefined) return [];
      this.#open = { id: this.#newId(), since: state.since, fault: state.fault, reportedAt: at };
      return [event('raised', this.#open, at)];
    }
    if (state === undefined) {
      this.#open = undefined;
      return [event('cleared', open, at)];
    }
    const told = open.fault === state.fault || open.fault === undefined;
    open.fault = state.fault;
    if (told && at - open.reportedAt < this.#updateEveryMs) return [];
    open.reportedAt = at;
    return [event('updated', open, at)];
  }
}

function event(
  phase: IncidentPhase,
  { id, since, fault }: { readonly id: IncidentId; readonly since: UtcMs; readonly fault: CameraFault | undefined },
  at: UtcMs,
): SceneEvent {
  return {
    phase,
    incidentId: id,
    scene: cameraFaultScene,
    ruleVersion,
    severity: 4,
    zone: wholePicture,
    startedAt: Math.min(since, at),
    observedAt: at,
    subjects: [],
    ...(fault !== undefined && { details: { fault } }),
  };
}
