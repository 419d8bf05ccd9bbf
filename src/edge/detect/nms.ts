import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';

/** Most objects kept of one picture; a crowded street has some sixty. */
const maxDetections = 300;

/**
 * Non-maximum suppression: of boxes of one class group that overlap by more than `iouThreshold`, the best stays.
 * Groups instead of classes: one van as car and as truck would otherwise be two objects, and two incidents.
 */
export function suppress<T extends Pick<Detection, 'box' | 'score' | 'class'>>(
  detections: readonly T[],
  iouThreshold: number,
): T[] {
  const order = [...detections].sort((a, b) => b.score - a.score);
  const groups = order.map((each) => classGroup(each.class));
  // Of the kept boxes: corners and area, one after the other, so that the inner loop reads numbers and nothing else.
  const boxes = new Float64Array(Math.min(order.length, maxDetections) * 5);
  const keptGroups: string[] = [];
  const kept: T[] = [];
  for (const [index, detection] of order.entries()) {
    if (kept.length === maxDetections) break;
    const group = groups[index] as string;
    const [x1, y1, x2, y2] = detection.box;
    const area = Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
    if (isCovered(x1, y1, x2, y2, area, group)) continue;
    boxes.set([x1, y1, x2, y2, area], kept.length * 5);
    keptGroups.push(group);
    kept.push(detection);
  }
  return kept;

  function isCovered(x1: number, y1: number, x2: number, y2: number, area: number, group: string): boolean {
    for (let other = 0, at = 0; other < keptGroups.length; other += 1, at += 5) {
      if (keptGroups[other] !== group) continue;
      const width = Math.min(x2, boxes[at + 2] as number) - Math.max(x1, boxes[at] as number);
      if (width <= 0) continue;
      const height = Math.min(y2, boxes[at + 3] as number) - Math.max(y1, boxes[at + 1] as number);
      if (height <= 0) continue;
      const overlap = width * height;
      if (overlap > iouThreshold * (area + (boxes[at + 4] as number) - overlap)) return true;
    }
    return false;
  }
}
