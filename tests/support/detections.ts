import type { Detection } from '../../src/domain/detection.ts';
import type { Box } from '../../src/domain/geometry.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';

/** A detection as a test says it: what, how sure, where (xyxy, 0–1). */
export function detection(objectClass: ObjectClass, score: number, box: Box = [0.1, 0.1, 0.3, 0.5]): Detection {
  return { class: objectClass, score, box };
}
