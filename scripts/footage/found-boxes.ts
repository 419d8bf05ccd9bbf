import type { Detection } from '../../src/domain/detection.ts';
import { type Box, insideShare, iou } from '../../src/domain/geometry.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { TakeTruth, TruthBox } from './truth.ts';

/** Overlap (IoU) from which a box is its object's. */
const leastOverlap = 0.5;

/** What a detector made of one class in the pictures of a clip, at a score. */
export interface FoundClass {
  readonly class: ObjectClass;
  /** Boxes that were to be found, over all pictures, and how many of them were. */
  readonly boxes: number;
  readonly found: number;
  /** Boxes where there is none or one is found already, and how many of them have a score that makes them count. */
  readonly wrong: number;
  readonly surelyWrong: number;
  /** Objects, however many pictures they are in, and how many had a box of at least the score that makes them count. */
  readonly objects: number;
  readonly sure: number;
  /** Best score of each object that was found at all, the lowest first: how far they are from counting. */
  readonly bestScores: readonly number[];
  /** The one with the highest score; absent without a mistake. */
  readonly worst?: Mistake;
}

/** A box that is none: where another class is, where nothing is, or a second one on an object that is found. */
export interface Mistake {
  readonly score: number;
  readonly on: ObjectClass | 'nothing' | 'duplicate';
}

/** One picture's truth and what was found in it, boxes normalised. */
export interface JudgedPicture {
  readonly truth: readonly TruthBox[];
  readonly detections: readonly Detection[];
}

/** Judges one class; best score first, each box takes the free label it overlaps most. `sureScore`: a subject counts from there on. */
export function foundOfClass(
  name: ObjectClass,
  pictures: readonly JudgedPicture[],
  size: Pick<TakeTruth, 'width' | 'height'>,
  { leastScore, sureScore }: { readonly leastScore: number; readonly sureScore: number },
): FoundClass {
  const judged = pictures.map((picture) => judge(name, picture, size, leastScore));
  const demanded = judged.flatMap(({ own }) => own.filter(({ ignore }) => ignore !== true));
  const right = judged.flatMap((each) => each.right);
  const wrong = judged.flatMap((each) => each.wrong);
  const bestScores = [...Map.groupBy(right, ({ id }) => id).values()].map((own) =>
    Math.max(...own.map(({ score }) => score)),
  );
  const [worst] = wrong.toSorted((a, b) => b.score - a.score);
  return {
    class: name,
    boxes: demanded.length,
    found: right.length,
    wrong: wrong.length,
    surelyWrong: wrong.filter(({ score }) => score >= sureScore).length,
    objects: new Set(demanded.map(({ id }) => id)).size,
    sure: bestScores.filter((score) => score >= sureScore).length,
    bestScores: bestScores.toSorted((a, b) => a - b),
    ...(worst && { worst }),
  };
}

/** One class in one picture: what was to be found, what was, and what is none. */
function judge(
  name: ObjectClass,
  { truth, detections }: JudgedPicture,
  { width, height }: Pick<TakeTruth, 'width' | 'height'>,
  leastScore: number,
) {
  const labels = truth.map(({ box: [x1, y1, x2, y2], ...label }) => {
    const box: Box = [x1 / width, y1 / height, x2 / width, y2 / height];
    return { ...label, box };
  });
  const own = labels.filter((label) => label.class === name);
  const free = new Set(own);
  const right: { id: number; score: number }[] = [];
  const wrong: Mistake[] = [];
  const found = detections.filter((each) => each.class === name && each.score >= leastScore);
  for (const { box, score } of found.toSorted((a, b) => b.score - a.score)) {
    const label = bestOf(box, [...free]);
    if (label !== undefined) {
      free.delete(label);
      if (label.ignore !== true) right.push({ id: label.id, score });
    } else if (!own.some((each) => each.ignore === true && insideShare(box, each.box) >= leastOverlap)) {
      const on = bestOf(box, labels)?.class ?? 'nothing';
      // A label of its own class that it fits would be its own, were it not found already.
      wrong.push({ score, on: on === name ? 'duplicate' : on });
    }
  }
  return { own, right, wrong };
}

function bestOf<Label extends { readonly box: Box }>(box: Box, labels: readonly Label[]): Label | undefined {
  const ranked = labels.map((label) => ({ label, overlap: iou(box, label.box) }));
  const [best] = ranked.toSorted((a, b) => b.overlap - a.overlap);
  return best !== undefined && best.overlap >= leastOverlap ? best.label : undefined;
}
