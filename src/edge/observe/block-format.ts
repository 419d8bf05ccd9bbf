import type { SceneEvent } from '../../domain/scene-event.ts';
import type { Track, TrackState } from '../../domain/track.ts';

/**
 * A block of the observation log: version byte, then records, each beginning with a tag.
 *
 * Look: tag, difference of this step in time to the one before, [aspect], [count, track ids], then each track as its
 * difference to the same track on the look before. Note: tag, JSON. Snapshot: tag, time as a difference to the look
 * before. Strings are told once a block and numbered by their order; a number one past the last is a new string. All
 * numbers are varints.
 *
 * Each block stands alone: it can be read without any other, and up to wherever it was cut off.
 */
export const blockVersion = 1;

/** Bits of a record's tag. */
export const tagBits = { note: 1, aspect: 2, list: 4, snapshot: 8 } as const;

/** States by their two bits in a track's flags. */
export const trackStates: readonly TrackState[] = ['tentative', 'confirmed', 'lost', 'removed'];

/** Further bits of a track's flags: what differs from the look before; `seen` is of this look. */
export const trackBits = { seen: 4, box: 8, score: 16, velocity: 32, rare: 64 } as const;

/** Bits of the second byte, which only a track with the bit `rare` has. */
export const rareBits = {
  class: 1,
  bestScore: 2,
  firstSeen: 4,
  lastSeen: 8,
  hits: 16,
  fill: 32,
  attributes: 64,
} as const;

/** One look as the scenes judged it. */
export interface ObservedLook {
  readonly at: number;
  readonly tracks: readonly Track[];
  /** Width of the picture by its height, in pixels. */
  readonly aspect: number;
}

/** What else happened to a camera's scenes; JSON. `kind` says what, the rest is its writer's. */
export interface ObservationNote {
  readonly kind: string;
  readonly at: number;
}

/** One record of a block. */
export type ObservationRecord =
  | { readonly kind: 'look'; readonly look: ObservedLook }
  | { readonly kind: 'note'; readonly note: ObservationNote }
  /** What the camera remembers was saved here, under the time of a look. */
  | { readonly kind: 'snapshot'; readonly at: number };

/** An event as far as a replay has to find it again; JSON. */
export type RecordedEvent = Pick<
  SceneEvent,
  'phase' | 'incidentId' | 'scene' | 'ruleVersion' | 'severity' | 'startedAt' | 'observedAt' | 'details'
> & {
  readonly zone: string;
  /** The main one first. */
  readonly subjects: readonly { readonly track: string; readonly dwellMs: number }[];
};

/** What the log keeps of an event. */
export function recordedEvent({ zone, subjects, ...event }: SceneEvent): RecordedEvent {
  const { phase, incidentId, scene, ruleVersion, severity, startedAt, observedAt, details } = event;
  return {
    phase,
    incidentId,
    scene,
    ruleVersion,
    severity,
    startedAt,
    observedAt,
    zone: zone.id,
    subjects: subjects.map(({ trackId, dwellMs }) => ({ track: trackId, dwellMs })),
    ...(details !== undefined && { details }),
  };
}
