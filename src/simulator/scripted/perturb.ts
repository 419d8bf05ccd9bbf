import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import { type Box, iou } from '../../domain/geometry.ts';
import type { ObjectClass } from '../../domain/object-class.ts';

/** How far a detector is from faultless. */
export interface DetectorFaults {
  /** Standard deviation of each edge, as a share of the box's size. */
  readonly jitter: number;
  /** Share of detections that are missed. */
  readonly dropped: number;
  /** Standard deviation of scores. */
  readonly scoreNoise: number;
  /** Share of looks with something that is not there. */
  readonly falsePositives: number;
  /** Share of pairs of neighbours of one kind whose detections are taken for each other's. */
  readonly swapped: number;
}

/** About what small detectors do on street footage: COCO-sized models jitter by 2 % and miss every twelfth object. */
export const usualFaults: DetectorFaults = {
  jitter: 0.02,
  dropped: 0.08,
  scoreNoise: 0.06,
  falsePositives: 0.03,
  swapped: 0.03,
};

/**
 * Detections as a detector with faults would report them, in an order of no meaning. `classes`: what its false positives
 * are taken for. The same for the same numbers of `random`.
 */
export function perturb(
  detections: readonly Detection[],
  faults: DetectorFaults,
  classes: readonly ObjectClass[],
  random: () => number,
): Detection[] {
  const kept = swapNeighbours(detections, faults.swapped, random).flatMap((detection) => {
    if (random() < faults.dropped) return [];
    const score = clamp(detection.score + faults.scoreNoise * normal(random), 0.05, 0.99);
    return { ...detection, score, box: jittered(detection.box, faults.jitter, random) };
  });
  if (random() < faults.falsePositives) kept.push(falsePositive(classes, random));
  return shuffled(kept, random);
}

function jittered([x1, y1, x2, y2]: Box, jitter: number, random: () => number): Box {
  const [wide, high] = [(x2 - x1) * jitter, (y2 - y1) * jitter];
  return [
    x1 + wide * normal(random),
    y1 + high * normal(random),
    x2 + wide * normal(random),
    y2 + high * normal(random),
  ];
}

/** Neighbours that touch swap everything but their boxes. */
function swapNeighbours(detections: readonly Detection[], share: number, random: () => number): Detection[] {
  const swapped = [...detections];
  for (let a = 0; a < swapped.length; a += 1) {
    for (let b = a + 1; b < swapped.length; b += 1) {
      const [one, other] = [swapped[a], swapped[b]];
      if (one === undefined || other === undefined || classGroup(one.class) !== classGroup(other.class)) continue;
      if (iou(one.box, other.box) === 0 || random() >= share) continue;
      swapped[a] = { ...other, box: one.box };
      swapped[b] = { ...one, box: other.box };
    }
  }
  return swapped;
}

/** Seldom as clear as what is there. */
function falsePositive(classes: readonly ObjectClass[], random: () => number): Detection {
  const [x, y, wide, high] = [random() * 0.85, random() * 0.85, 0.03 + random() * 0.1, 0.05 + random() * 0.1];
  const objectClass = classes[Math.floor(random() * classes.length)] ?? 'person';
  return { class: objectClass, box: [x, y, x + wide, y + high], score: 0.3 + random() * 0.35 };
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** Box–Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
