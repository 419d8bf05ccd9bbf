import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import { iou } from '../../domain/geometry.ts';

/**
 * What several models found in one picture, as one list in the order asked: of boxes of different models that are one
 * object (one class group, IoU above `iouThreshold`) the best stays. Within a model nothing is merged: it has had its own
 * suppression, or needs none.
 */
export function mergeModels(found: readonly (readonly Detection[])[], iouThreshold: number): Detection[] {
  if (found.filter((each) => each.length > 0).length < 2) return found.flat();
  return found.flatMap((own, index) => {
    const others = found.flatMap((each, other) => (other === index ? [] : each.map((box) => ({ box, other }))));
    return own.filter(
      (each) =>
        !others.some(
          ({ box, other }) =>
            // Of two equally sure the model asked first keeps its box.
            (box.score > each.score || (box.score === each.score && other < index)) &&
            classGroup(box.class) === classGroup(each.class) &&
            iou(box.box, each.box) > iouThreshold,
        ),
    );
  });
}
