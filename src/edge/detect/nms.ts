import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import { iou } from '../../domain/geometry.ts';

/** Most objects kept of one picture; a crowded street has some sixty. */
const maxDetections = 300;

/**
 * Non-maximum suppression: of boxes of one class group that overlap by more than `iouThreshold`, the best stays.
 * Groups instead of classes: one van as car and as truck would otherwise be two objects, and two incidents.
 */
export function suppress(detections: readonly Detection[], iouThreshold: number): Detection[] {
  const kept: Detection[] = [];
  for (const detection of [...detections].sort((a, b) => b.score - a.score)) {
    if (kept.length === maxDetections) break;
    const group = classGroup(detection.class);
    const covered = kept.some(
      (better) => classGroup(better.class) === group && iou(better.box, detection.box) > iouThreshold,
    );
    if (!covered) kept.push(detection);
  }
  return kept;
}
