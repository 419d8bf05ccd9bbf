import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import { area, centre, distance, iou } from '../../domain/geometry.ts';
import type { TrackConfig } from './config.ts';
import { lengthOf, type TrackRecord } from './track-record.ts';

/** A track and the detection taken for it. */
export interface Match {
  readonly record: TrackRecord;
  readonly detection: Detection;
}

/** Past this a straight line says nothing about where somebody walked. */
const maxPredictionMs = 5000;
/** An object does not change its size more than this between looks, area against area. */
const maxAreaRatio = 2.5;

/**
 * Best overlaps first; each track and each detection is used once. Overlap with where an object should be by now counts
 * before overlap with where it was: two that pass each other would swap their tracks otherwise.
 */
export function matchByOverlap(
  records: readonly TrackRecord[],
  detections: readonly Detection[],
  elapsedMs: number,
  config: TrackConfig,
): Match[] {
  return greedy(records, detections, (record, detection) => {
    const still = iou(record.box, detection.box);
    if (record.missed > 0) return still >= config.lostIou ? still : undefined;
    const moved = elapsedMs <= maxPredictionMs ? iou(record.predict(elapsedMs), detection.box) : 0;
    return Math.max(still, moved) >= config.minIou ? Math.max(moved, still / 2) : undefined;
  });
}

/**
 * For what moves too fast to overlap with itself at one look every two seconds: nearest to where it should be by now.
 * Standing objects take no part, so that a parked car's track cannot walk off with a passing one.
 */
export function matchByMotion(
  records: readonly TrackRecord[],
  detections: readonly Detection[],
  elapsedMs: number,
  config: TrackConfig,
): Match[] {
  if (elapsedMs <= 0 || elapsedMs > maxPredictionMs || config.reach === 0) return [];
  const moving = records.filter((record) => record.missed === 0 && !record.standing);
  const clear = detections.filter((detection) => detection.score >= config.startScore);
  return greedy(moving, clear, (record, detection) => {
    const ratio = area(detection.box) / area(record.box);
    if (!(ratio <= maxAreaRatio && ratio >= 1 / maxAreaRatio)) return undefined;
    const reach = config.reach * lengthOf(record.box) * (elapsedMs / 1000);
    const off = distance(centre(record.predict(elapsedMs)), centre(detection.box));
    return off <= reach ? 1 - off / reach : undefined;
  });
}

/** Pairs of one class group in order of their worth; ties go to the older track and the earlier detection. */
function greedy(
  records: readonly TrackRecord[],
  detections: readonly Detection[],
  worth: (record: TrackRecord, detection: Detection) => number | undefined,
): Match[] {
  const pairs: (Match & { worth: number })[] = [];
  for (const record of records) {
    for (const detection of detections) {
      if (classGroup(record.class) !== classGroup(detection.class)) continue;
      const value = worth(record, detection);
      if (value !== undefined) pairs.push({ record, detection, worth: value });
    }
  }
  pairs.sort((a, b) => b.worth - a.worth);
  const used = new Set<TrackRecord | Detection>();
  return pairs.filter(({ record, detection }) => {
    if (used.has(record) || used.has(detection)) return false;
    used.add(record).add(detection);
    return true;
  });
}
