import { z } from 'zod';
import { objectClasses } from '../../../domain/object-class.ts';
import type { Comparison } from './comparison.ts';
import { type DifferenceExample, exampleSchema, keepExample } from './examples.ts';
import type { LookIdentity, ModelAnswer } from './model-handle.ts';

const count = z.number().int().nonnegative();

/** Detections of one class; agreed and lost by the old model's class, added by the new one's. */
const classTallySchema = z.strictObject({
  agreed: count,
  lost: count,
  added: count,
  /** Sum over the agreed. */
  iou: z.number().nonnegative(),
  /** Sum over the agreed of new score − old score. */
  scoreShift: z.number(),
});

const cameraTallySchema = z.strictObject({
  camera: z.string(),
  pictures: count,
  agreed: count,
  lost: count,
  added: count,
});

/** What the comparison has counted so far; plain data, so that it survives a restart. */
export const tallySchema = z.strictObject({
  pictures: count,
  /** Pictures the new model failed on. */
  failures: count,
  /** Samples not compared: the one before was still at work, the node was busy, no picture for the new model came. */
  dropped: z.strictObject({ busy: count, overloaded: count, noPicture: count }),
  /** Of what was lost, how much the new model does see below the score. */
  faint: count,
  /** Sums of natural logarithms of milliseconds: the mean of logarithms lets no single stall decide. */
  lnOldMs: z.number(),
  lnNewMs: z.number(),
  classes: z.partialRecord(z.enum(objectClasses), classTallySchema),
  cameras: z.array(cameraTallySchema),
  examples: z.array(exampleSchema),
});

/** See `tallySchema`; changed in place by its one owner. */
export type Tally = z.output<typeof tallySchema>;
/** One camera's part of it. */
export type CameraTally = z.output<typeof cameraTallySchema>;
type ClassTally = z.output<typeof classTallySchema>;

/** As many cameras as a node may have: nothing beyond is kept apart. */
const maxCameras = 2_000;

/** Nothing seen yet. */
export function emptyTally(): Tally {
  const dropped = { busy: 0, overloaded: 0, noPicture: 0 };
  const counts = { pictures: 0, failures: 0, dropped, faint: 0, lnOldMs: 0, lnNewMs: 0 };
  return { ...counts, classes: {}, cameras: [], examples: [] };
}

/** Counts one picture both models saw. */
export function addComparison(
  tally: Tally,
  look: LookIdentity,
  found: Comparison,
  runs: { readonly old: ModelAnswer['run']; readonly new: ModelAnswer['run'] },
): void {
  tally.pictures += 1;
  tally.faint += found.faint;
  tally.lnOldMs += lnMs(runs.old.latencyMs);
  tally.lnNewMs += lnMs(runs.new.latencyMs);
  for (const pair of found.agreed) {
    const own = classOf(tally, pair.old.class);
    own.agreed += 1;
    own.iou += pair.iou;
    own.scoreShift += pair.new.score - pair.old.score;
  }
  for (const each of found.lost) classOf(tally, each.class).lost += 1;
  for (const each of found.added) classOf(tally, each.class).added += 1;
  addCamera(tally, look, found);
  keepExample(tally.examples, look, found);
}

/** Natural logarithm of a latency; what no clock can tell apart counts as 10 µs. */
export function lnMs(ms: number): number {
  return Math.log(Number.isFinite(ms) ? Math.max(ms, 0.01) : 0.01);
}

/** What the limits are held against; a share of nothing is 0. */
export interface Evidence {
  readonly pictures: number;
  /** Confident detections of the old model. */
  readonly objects: number;
  readonly failures: number;
  readonly lostShare: number;
  readonly addedShare: number;
  /** New by old, geometric mean; undefined before the first picture. */
  readonly latencyRatio: number | undefined;
}

/** Sums a tally up. */
export function evidenceOf(tally: Tally): Evidence {
  const sum = (pick: (each: ClassTally) => number) =>
    Object.values(tally.classes).reduce((total, each) => total + pick(each), 0);
  const agreed = sum((each) => each.agreed);
  const lost = sum((each) => each.lost);
  const added = sum((each) => each.added);
  const { pictures, failures, lnNewMs, lnOldMs } = tally;
  return {
    pictures,
    objects: agreed + lost,
    failures,
    lostShare: lost / Math.max(1, agreed + lost),
    addedShare: added / Math.max(1, agreed + added),
    latencyRatio: pictures === 0 ? undefined : Math.exp((lnNewMs - lnOldMs) / pictures),
  };
}

/** Cameras whose pictures differ most, most differences first; cameras without any are left out. */
export function worstCameras(tally: Tally, most: number): CameraTally[] {
  return tally.cameras
    .filter((each) => differences(each) > 0)
    .sort((a, b) => differences(b) - differences(a))
    .slice(0, most);
}

/** Examples of the largest differences, largest first. */
export function largestExamples(tally: Tally): DifferenceExample[] {
  return [...tally.examples].sort((a, b) => b.weight - a.weight);
}

function differences(counts: CameraTally): number {
  return counts.lost + counts.added;
}

function classOf(tally: Tally, name: keyof Tally['classes']): ClassTally {
  tally.classes[name] ??= { agreed: 0, lost: 0, added: 0, iou: 0, scoreShift: 0 };
  return tally.classes[name];
}

function addCamera(tally: Tally, { cameraId }: LookIdentity, found: Comparison): void {
  let own = tally.cameras.find(({ camera }) => camera === cameraId);
  if (own === undefined) {
    if (tally.cameras.length >= maxCameras) return;
    own = { camera: cameraId, pictures: 0, agreed: 0, lost: 0, added: 0 };
    tally.cameras.push(own);
  }
  own.pictures += 1;
  own.agreed += found.agreed.length;
  own.lost += found.lost.length;
  own.added += found.added.length;
}
