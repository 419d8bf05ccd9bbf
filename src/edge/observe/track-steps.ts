import { objectAttributes } from '../../domain/detection.ts';
import type { TrackId } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import { boxSteps, scoreSteps, steps, velocitySteps } from '../../domain/recordable-track.ts';
import type { Track, TrackState } from '../../domain/track.ts';

/** A track in whole steps, as a block tells it: box x1, y1, x2, y2; `fill` 0 where unknown, else one more than it is. */
export interface TrackSteps {
  class: string;
  readonly box: [number, number, number, number];
  score: number;
  bestScore: number;
  firstSeenAt: number;
  lastSeenAt: number;
  hits: number;
  readonly velocity: [number, number];
  fill: number;
  /** Name and value; undefined where no model told any. */
  attributes: readonly (readonly [name: string, steps: number])[] | undefined;
}

/** What a track is told as a difference to when a block has not had it yet. */
export function unknownTrack(at: number): TrackSteps {
  return {
    class: '',
    box: [0, 0, 0, 0],
    score: 0,
    bestScore: 0,
    firstSeenAt: at,
    lastSeenAt: at,
    hits: 0,
    velocity: [0, 0],
    fill: 0,
    attributes: undefined,
  };
}

/** A track that went through `recordableTrack`, in steps. */
export function stepsOf(track: Track): TrackSteps {
  const { box, velocity, fill, attributes } = track;
  return {
    class: track.class,
    box: [steps(box[0], boxSteps), steps(box[1], boxSteps), steps(box[2], boxSteps), steps(box[3], boxSteps)],
    score: steps(track.score, scoreSteps),
    bestScore: steps(track.bestScore, scoreSteps),
    firstSeenAt: track.firstSeenAt,
    lastSeenAt: track.lastSeenAt,
    hits: track.hits,
    velocity: [steps(velocity[0], velocitySteps), steps(velocity[1], velocitySteps)],
    fill: fill === undefined ? 0 : steps(fill, scoreSteps) + 1,
    attributes:
      attributes &&
      objectAttributes.flatMap((name) => {
        const value = attributes[name];
        return value === undefined ? [] : [[name, steps(value, scoreSteps)] as const];
      }),
  };
}

/** The same track as `recordableTrack` gave it, to the last bit. */
export function trackOf(id: string, state: TrackState, told: TrackSteps): Track {
  const { box, velocity, fill, attributes } = told;
  const track: Track = {
    id: id as TrackId,
    state,
    class: told.class as ObjectClass,
    box: [box[0] / boxSteps, box[1] / boxSteps, box[2] / boxSteps, box[3] / boxSteps],
    score: told.score / scoreSteps,
    bestScore: told.bestScore / scoreSteps,
    firstSeenAt: told.firstSeenAt,
    lastSeenAt: told.lastSeenAt,
    hits: told.hits,
    velocity: [velocity[0] / velocitySteps, velocity[1] / velocitySteps],
  };
  if (fill === 0 && attributes === undefined) return track;
  return {
    ...track,
    ...(fill > 0 && { fill: (fill - 1) / scoreSteps }),
    ...(attributes !== undefined && {
      attributes: Object.fromEntries(attributes.map(([name, value]) => [name, value / scoreSteps])),
    }),
  };
}
