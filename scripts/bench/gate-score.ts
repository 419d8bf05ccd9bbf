import type { Detection } from '../../src/domain/detection.ts';
import { area, type Box, iou } from '../../src/domain/geometry.ts';
import type { TrackId } from '../../src/domain/ids.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { IouTracker } from '../../src/edge/track/iou-tracker.ts';

/** From this score on a detection counts as seen; below the other, as certainly not there. */
const seenScore = 0.5;
const hintScore = 0.1;

/** Overlap from which two boxes are one object that did not move. */
const sameIou = 0.6;

/** A gate at work on one camera. */
export interface GateUnderTest {
  inspect(atMs: number, grey: Uint8Array): { readonly active: boolean; readonly regions: readonly Box[] };
}

/** One look of the reference and the picture the gate sees. */
export interface Look {
  readonly atMs: number;
  readonly grey: Uint8Array;
  readonly detections: readonly Detection[];
}

/** Counts that add up over clips. */
export interface Tally {
  /** Looks after the first, and those the gate let pass. */
  looks: number;
  passed: number;
  /** Area of the regions of those, in pictures. */
  regionArea: number;
  /** Looks with an object that is new or moved, and those the gate let pass. */
  eventLooks: number;
  eventLooksPassed: number;
  /** Objects that are new or moved, look by look, and those covered by a region by at least 80 %. */
  events: number;
  eventsCovered: number;
  /** Looks on which nothing is seen nor was on the two before, and those the gate let pass. */
  emptyLooks: number;
  emptyLooksPassed: number;
  /** Objects as the tracker counts them on every look, and those whose region was ever looked at. */
  objects: number;
  objectsShown: number;
}

/** Nothing counted yet. */
export function emptyTally(): Tally {
  return {
    ...{ looks: 0, passed: 0, regionArea: 0, eventLooks: 0, eventLooksPassed: 0, events: 0, eventsCovered: 0 },
    ...{ emptyLooks: 0, emptyLooksPassed: 0, objects: 0, objectsShown: 0 },
  };
}

/** Adds one tally to another. */
export function addTally(sum: Tally, more: Tally): void {
  for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += more[key];
}

/**
 * Runs one gate over one camera's looks and counts what it let pass. An object is new or moved when it is seen (score
 * ≥0.5) and on the look before nothing at all (score ≥0.1) stood there with an IoU of 0.6: so a detector that wavers over a standing
 * car makes no event.
 */
export function scoreGate(looks: readonly Look[], gate: GateUnderTest): Tally {
  const tally = emptyTally();
  const objects = new ObjectCount();
  for (const [index, look] of looks.entries()) {
    const { active, regions } = gate.inspect(look.atMs, look.grey);
    const covered = (box: Box) => active && regions.some((region) => coveredShare(box, region) >= 0.8);
    objects.see(look, covered);
    const before = looks[index - 1];
    if (before === undefined) continue;
    countLook(tally, active, newOrMoved(look.detections, before.detections), covered);
    if (active) tally.regionArea += regions.reduce((sum, region) => sum + area(region), 0);
    if (index < 2 || !looks.slice(index - 2, index + 1).every(isEmpty)) continue;
    tally.emptyLooks += 1;
    if (active) tally.emptyLooksPassed += 1;
  }
  tally.objects = objects.confirmed.size;
  tally.objectsShown = objects.shown.size;
  return tally;
}

function countLook(tally: Tally, active: boolean, events: readonly Detection[], covered: (box: Box) => boolean): void {
  tally.looks += 1;
  if (active) tally.passed += 1;
  if (events.length > 0) tally.eventLooks += 1;
  if (events.length > 0 && active) tally.eventLooksPassed += 1;
  tally.events += events.length;
  tally.eventsCovered += events.filter(({ box }) => covered(box)).length;
}

const isEmpty = ({ detections }: Look) => detections.every(({ score }) => score < 0.2);

/** Objects as the tracker counts them on every look in full, and which of them were ever in a region. */
class ObjectCount {
  readonly confirmed = new Set<TrackId>();
  readonly #everCovered = new Set<TrackId>();
  readonly #tracker: IouTracker;
  #ids = 0;

  constructor() {
    const newId = () => {
      this.#ids += 1;
      return `t${this.#ids}` as TrackId;
    };
    this.#tracker = new IouTracker({ config: trackSchema.parse({}), newId });
  }

  get shown(): ReadonlySet<TrackId> {
    return new Set([...this.confirmed].filter((id) => this.#everCovered.has(id)));
  }

  see(look: Look, covered: (box: Box) => boolean): void {
    for (const track of this.#tracker.update(look.detections, look.atMs)) {
      if (track.state === 'confirmed') this.confirmed.add(track.id);
      if (track.lastSeenAt === look.atMs && covered(track.box)) this.#everCovered.add(track.id);
    }
  }
}

/** What is seen now where nothing was on the look before. */
export function newOrMoved(now: readonly Detection[], before: readonly Detection[]): Detection[] {
  const stood = before.filter(({ score }) => score >= hintScore);
  return now.filter(({ box, score }) => score >= seenScore && !stood.some((other) => iou(box, other.box) >= sameIou));
}

function coveredShare(box: Box, region: Box): number {
  const width = Math.min(box[2], region[2]) - Math.max(box[0], region[0]);
  const height = Math.min(box[3], region[3]) - Math.max(box[1], region[1]);
  return width <= 0 || height <= 0 ? 0 : (width * height) / ((box[2] - box[0]) * (box[3] - box[1]));
}
