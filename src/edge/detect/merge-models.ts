import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import { type Box, iou } from '../../domain/geometry.ts';
import type { ObjectClass } from '../../domain/object-class.ts';

/** What one model found in a picture. */
export interface ModelFindings {
  readonly detections: readonly Detection[];
  /** Boxes among them that end where a region does. */
  readonly cut: readonly Box[];
  /** Every class it was trained for, also those that another model is asked for. */
  readonly knows: ReadonlySet<ObjectClass>;
}

/** Several models as one. */
export interface MergedFindings {
  readonly detections: readonly Detection[];
  /** Of what gave way to another model's box nothing is to be looked at again. */
  readonly cut: readonly Box[];
}

interface Found {
  readonly box: Detection;
  readonly model: number;
  readonly at: number;
}

/**
 * What several models found in one picture, as one list in the order asked: of boxes of different models that are one
 * object (one class group, IoU above `iouThreshold`) one stays. That of the model that knows both classes, if only one
 * does: who has never heard of an e-bike is sure of its motorcycle. Else the surer one, as far as scores of two models can
 * be compared. Within a model nothing is merged: it has had its own suppression, or needs none.
 */
export function mergeModels(found: readonly ModelFindings[], iouThreshold: number): MergedFindings {
  const detections = onePerObject(found, iouThreshold);
  const kept = new Set(detections);
  const cut = found.flatMap((each) => {
    const boxes = each.detections.flatMap((detection) => (kept.has(detection) ? [detection.box] : []));
    // By value: what comes from a thread may be a copy.
    return each.cut.filter((box) => boxes.some((other) => other.every((edge, index) => edge === box[index])));
  });
  return { detections, cut };
}

function onePerObject(found: readonly ModelFindings[], iouThreshold: number): Detection[] {
  if (found.filter(({ detections }) => detections.length > 0).length < 2) {
    return found.flatMap(({ detections }) => detections);
  }
  const isOne = (one: Found, other: Found) =>
    one.model !== other.model &&
    classGroup(one.box.class) === classGroup(other.box.class) &&
    iou(one.box.box, other.box.box) > iouThreshold;
  const knows = ({ model }: Found, { box }: Found) => found[model]?.knows.has(box.class) === true;
  const knowsBetter = (one: Found, other: Found) => knows(one, other) && !knows(other, one);
  let kept: Found[] = [];
  // Of two equally sure the model asked first keeps its box: the sort is stable.
  for (const each of listed(found).toSorted((a, b) => b.box.score - a.box.score)) {
    const rivals = kept.filter((other) => isOne(each, other));
    if (!rivals.every((other) => knowsBetter(each, other))) continue;
    kept = [...kept.filter((other) => !rivals.includes(other)), each];
  }
  return kept.toSorted((a, b) => a.model - b.model || a.at - b.at).map(({ box }) => box);
}

function listed(found: readonly ModelFindings[]): Found[] {
  return found.flatMap(({ detections }, model) => detections.map((box, at) => ({ box, model, at })));
}
