import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import { centre, distance, iou } from '../../domain/geometry.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { areaRatio, lengthOf } from './box-size.ts';
import type { TrackConfig } from './config.ts';
import type { StraightTrack } from './straight-track.ts';

/** A track and the detection taken for it. */
export interface Match {
  readonly track: StraightTrack;
  readonly detection: Detection;
}

/** When a look was taken, and how long after the one before. */
export interface LookTime {
  readonly at: UtcMs;
  readonly elapsedMs: number;
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
  tracks: readonly StraightTrack[],
  detections: readonly Detection[],
  { at, elapsedMs }: LookTime,
  config: TrackConfig,
): Match[] {
  return greedy(tracks, detections, (track, detection) => {
    const still = iou(track.record.box, detection.box);
    if (track.record.wasAway(at, elapsedMs)) return still >= config.lostIou ? still : undefined;
    const moved = elapsedMs <= maxPredictionMs ? iou(track.predict(elapsedMs), detection.box) : 0;
    return Math.max(still, moved) >= config.minIou ? Math.max(moved, still / 2) : undefined;
  });
}

/**
 * For what moves too fast to overlap with itself at one look every two seconds: nearest to where it should be by now.
 * Standing objects take no part, so that a parked car's track cannot walk off with a passing one.
 */
export function matchByMotion(
  tracks: readonly StraightTrack[],
  detections: readonly Detection[],
  { at, elapsedMs }: LookTime,
  config: TrackConfig,
): Match[] {
  if (elapsedMs <= 0 || elapsedMs > maxPredictionMs || config.reach === 0) return [];
  const moving = tracks.filter((track) => !track.record.wasAway(at, elapsedMs) && !track.standing);
  const clear = detections.filter((detection) => detection.score >= config.startScore);
  return greedy(moving, clear, (track, detection) => {
    if (!(areaRatio(track.record.box, detection.box) <= maxAreaRatio)) return undefined;
    const reach = config.reach * lengthOf(track.record.box) * (elapsedMs / 1000);
    const off = distance(centre(track.predict(elapsedMs)), centre(detection.box));
    return off <= reach ? 1 - off / reach : undefined;
  });
}

/** Pairs of one class group in order of their worth; ties go to the older track and the earlier detection. */
function greedy(
  tracks: readonly StraightTrack[],
  detections: readonly Detection[],
  worth: (track: StraightTrack, detection: Detection) => number | undefined,
): Match[] {
  const pairs: (Match & { worth: number })[] = [];
  for (const track of tracks) {
    for (const detection of detections) {
      if (classGroup(track.record.class) !== classGroup(detection.class)) continue;
      const value = worth(track, detection);
      if (value !== undefined) pairs.push({ track, detection, worth: value });
    }
  }
  pairs.sort((a, b) => b.worth - a.worth);
  const used = new Set<StraightTrack | Detection>();
  return pairs.filter(({ track, detection }) => {
    if (used.has(track) || used.has(detection)) return false;
    used.add(track).add(detection);
    return true;
  });
}
