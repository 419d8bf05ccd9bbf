import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../../src/domain/detection.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import { suppress } from '../../../../src/edge/detect/nms.ts';

const box: Box = [0.2, 0.2, 0.4, 0.4];
const found = (score: number, kind: Detection['class'] = 'car', dx = 0): Detection => ({
  box: [box[0] + dx, box[1], box[2] + dx, box[3]],
  score,
  class: kind,
});

describe('suppress', () => {
  test.each<[string, Detection[], number[]]>([
    ['nothing from nothing', [], []],
    ['the better of two on one place', [found(0.5), found(0.9)], [0.9]],
    ['car and truck compete: one van', [found(0.8, 'truck'), found(0.7, 'car')], [0.8]],
    ['a person before a car stays', [found(0.8), found(0.7, 'person')], [0.8, 0.7]],
    ['IoU 0.45 of two: both', [found(0.8), found(0.7, 'car', 0.0758)], [0.8, 0.7]],
    ['IoU 0.52 of two: one', [found(0.8), found(0.7, 'car', 0.0631)], [0.8]],
    ['a suppressed box suppresses nothing', [found(0.9), found(0.8, 'car', 0.06), found(0.7, 'car', 0.12)], [0.9, 0.7]],
  ])('%s', (_, detections, scores) => {
    expect(suppress(detections, 0.5).map((each) => each.score)).toEqual(scores);
  });

  test('a flood is cut at 300, best first', () => {
    const flood = Array.from({ length: 1000 }, (_, index) => found(index / 1000, 'person', index));
    const kept = suppress(flood, 0.5);
    expect(kept).toHaveLength(300);
    expect(kept[0]?.score).toBe(0.999);
  });
});
