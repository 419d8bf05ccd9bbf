import type { Severity } from '../../domain/scene-id.ts';

/** Most severe first. */
export const severities: readonly Severity[] = [1, 2, 3, 4];

/** What the cameras of one severity ask for. */
export interface ClassDemand {
  readonly severity: Severity;
  /** Looks at the intervals their scenes ask for. */
  readonly looksPerSecond: number;
  /** A look's mean time of a decoder thread. */
  readonly decodeMs: number;
  /** A look's mean share of the detector's time, those included that never reach it. */
  readonly detectMs: number;
  /** Cameras that want every picture decoded. */
  readonly continuousCameras: number;
  /** What one of them costs beyond its looks: milliseconds of a decoder thread in a second. */
  readonly continuousMs: number;
}

/** Working time there is, in milliseconds a second. */
export interface LookCapacity {
  readonly decoderMs: number;
  readonly detectorMs: number;
  /** Most times a look interval may grow. */
  readonly maxStretch: number;
}

/** What the cameras of one severity get. */
export interface ClassAdmission {
  readonly severity: Severity;
  /** How many times longer their look intervals are than asked for, from 1. */
  readonly stretch: number;
  /** Share of their looks' rate that is watched at that interval, 0–1; the cameras of the rest are shed. */
  readonly share: number;
  /** Share of the cameras that want continuous decode and get it, 0–1. */
  readonly continuousShare: number;
}

/**
 * Intervals grow in steps: small changes of the load change nothing, and whole multiples of an interval are kept by a camera
 * whose keyframes come just as often (of 1.25 × 2 s, one with a keyframe every 2 s would notice nothing).
 */
const stretchSteps: readonly number[] = [1, 2, 3, 4, 6, 8, 12, 20, 40, 60];
const shareSteps = 20;

/**
 * Divides the box among the severities, most severe first. The declared order of shedding is its reverse: continuous
 * decode of severity 4, 3, 2, 1; then looks of severity 4, 3, 2, 1, each class first at longer intervals, then fewer of
 * its cameras, then none. As long as one class does not get all it asks for, none below it gets anything.
 */
export function admit(demands: readonly ClassDemand[], capacity: LookCapacity): ClassAdmission[] {
  const room = new Room(capacity);
  const bySeverity = new Map(demands.map((demand) => [demand.severity, demand]));
  let whole = true;
  const looks = severities.map((severity) => {
    const demand = bySeverity.get(severity);
    if (!whole) return { severity, stretch: capacity.maxStretch, share: 0 };
    const granted = demand === undefined ? { stretch: 1, share: 1 } : lookGrant(demand, room, capacity.maxStretch);
    whole = granted.stretch === 1 && granted.share === 1;
    return { severity, ...granted };
  });
  return looks.map((granted) => {
    const demand = bySeverity.get(granted.severity);
    const continuousShare = whole ? (demand === undefined ? 1 : continuousGrant(demand, room)) : 0;
    if (continuousShare < 1) whole = false;
    return { ...granted, continuousShare };
  });
}

/** Milliseconds a second that a plan takes of a resource. */
export function plannedMs(
  demands: readonly ClassDemand[],
  plan: readonly ClassAdmission[],
): { decoderMs: number; detectorMs: number } {
  const planned = { decoderMs: 0, detectorMs: 0 };
  for (const { severity, stretch, share, continuousShare } of plan) {
    const demand = demands.find((each) => each.severity === severity);
    if (demand === undefined) continue;
    const rate = (demand.looksPerSecond * share) / stretch;
    planned.decoderMs += rate * demand.decodeMs;
    planned.decoderMs += demand.continuousCameras * continuousShare * demand.continuousMs;
    planned.detectorMs += rate * demand.detectMs;
  }
  return planned;
}

/** How much a plan sheds, from 0: plans for one demand follow each other on one ladder, so this orders them. */
export function shedding(plan: readonly ClassAdmission[]): number {
  return plan.reduce((sum, { stretch, share, continuousShare }) => {
    return sum + (1 - 1 / stretch) + (1 - share) + (1 - continuousShare);
  }, 0);
}

/** What is left of the resources. */
class Room {
  #decoderMs: number;
  #detectorMs: number;

  constructor({ decoderMs, detectorMs }: LookCapacity) {
    this.#decoderMs = decoderMs;
    this.#detectorMs = detectorMs;
  }

  /** How many times a cost fits; it may be without end. */
  timesFor(decoderMs: number, detectorMs: number): number {
    const decoder = decoderMs > 0 ? this.#decoderMs / decoderMs : Number.POSITIVE_INFINITY;
    const detector = detectorMs > 0 ? this.#detectorMs / detectorMs : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(decoder, detector));
  }

  take(decoderMs: number, detectorMs: number): void {
    this.#decoderMs -= decoderMs;
    this.#detectorMs -= detectorMs;
  }
}

function lookGrant(demand: ClassDemand, room: Room, maxStretch: number): { stretch: number; share: number } {
  const decoderMs = demand.looksPerSecond * demand.decodeMs;
  const detectorMs = demand.looksPerSecond * demand.detectMs;
  const fits = room.timesFor(decoderMs, detectorMs);
  const steps = [...stretchSteps.filter((step) => step < maxStretch), maxStretch];
  const stretch = steps.find((step) => fits * step >= 1) ?? maxStretch;
  const share = Math.min(1, Math.floor(Math.min(1, fits * stretch) * shareSteps) / shareSteps);
  room.take((decoderMs * share) / stretch, (detectorMs * share) / stretch);
  return { stretch, share };
}

function continuousGrant({ continuousCameras, continuousMs }: ClassDemand, room: Room): number {
  if (continuousCameras === 0) return 1;
  const cameras = Math.min(continuousCameras, Math.floor(room.timesFor(continuousMs, 0)));
  room.take(cameras * continuousMs, 0);
  return cameras / continuousCameras;
}
