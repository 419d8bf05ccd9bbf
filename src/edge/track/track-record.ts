import type { Detection } from '../../domain/detection.ts';
import { type Box, centre, type Point } from '../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Track, TrackState } from '../../domain/track.ts';
import type { TrackConfig } from './config.ts';

/** Slower than this share of its own length a second, an object stands; detector jitter is about half of it. */
const standingSpeed = 0.1;
/** Looks needed before an object is said to stand. */
const standingHits = 3;

/** The longer side of a box. */
export function lengthOf(box: Box): number {
  return Math.max(box[2] - box[0], box[3] - box[1]);
}

/** What the tracker remembers of one object. */
export class TrackRecord {
  readonly id: TrackId;
  class: ObjectClass;
  box: Box;
  /** Looks since it was last seen. */
  missed = 0;
  #score: number;
  #bestScore: number;
  #firstSeenAt: UtcMs;
  #lastSeenAt: UtcMs;
  #hits = 1;
  #confirmed = false;
  /** Normalised units a millisecond between the last two looks it was seen on. */
  #velocity: Point = [0, 0];

  constructor(id: TrackId, detection: Detection, at: UtcMs, config: TrackConfig) {
    this.id = id;
    this.class = detection.class;
    this.box = detection.box;
    this.#score = detection.score;
    this.#bestScore = detection.score;
    this.#firstSeenAt = at;
    this.#lastSeenAt = at;
    this.#confirm(config);
  }

  /** Seen again. The class follows the clearest look, so that a van does not flicker between car and truck. */
  see(detection: Detection, at: UtcMs, config: TrackConfig): void {
    const elapsed = at - this.#lastSeenAt;
    const [fromX, fromY] = centre(this.box);
    const [toX, toY] = centre(detection.box);
    this.#velocity = elapsed > 0 ? [(toX - fromX) / elapsed, (toY - fromY) / elapsed] : [0, 0];
    if (detection.score >= this.#bestScore) this.class = detection.class;
    this.box = detection.box;
    this.#score = detection.score;
    this.#bestScore = Math.max(this.#bestScore, detection.score);
    this.#lastSeenAt = at;
    this.#hits += 1;
    this.missed = 0;
    this.#confirm(config);
  }

  /** The wall clock was set back: what lies in the future was seen just now. */
  notAfter(at: UtcMs): void {
    this.#firstSeenAt = Math.min(this.#firstSeenAt, at);
    this.#lastSeenAt = Math.min(this.#lastSeenAt, at);
  }

  /** Where it should be this long after it was last seen, going straight on. */
  predict(elapsedMs: number): Box {
    const [x1, y1, x2, y2] = this.box;
    const dx = this.#velocity[0] * elapsedMs;
    const dy = this.#velocity[1] * elapsedMs;
    return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
  }

  get standing(): boolean {
    const length = lengthOf(this.box);
    const speed = Math.hypot(this.#velocity[0], this.#velocity[1]) * 1000;
    return this.#hits >= standingHits && speed < standingSpeed * length;
  }

  /** Both time and looks must have passed: a slow look rate or a gap in the stream removes nobody. */
  expired(at: UtcMs, config: TrackConfig): boolean {
    const unseenMs = at - this.#lastSeenAt;
    if (this.#confirmed) return this.missed > 3 && unseenMs > config.maxLostMs;
    return this.missed > 1 && unseenMs > config.maxTentativeLostMs;
  }

  toTrack(state: TrackState = this.#state): Track {
    return {
      id: this.id,
      state,
      class: this.class,
      box: this.box,
      score: this.#score,
      bestScore: this.#bestScore,
      firstSeenAt: this.#firstSeenAt,
      lastSeenAt: this.#lastSeenAt,
      hits: this.#hits,
      velocity: [this.#velocity[0] * 1000, this.#velocity[1] * 1000],
    };
  }

  get #state(): TrackState {
    if (this.missed > 0) return 'lost';
    return this.#confirmed ? 'confirmed' : 'tentative';
  }

  #confirm(config: TrackConfig): void {
    this.#confirmed ||= this.#hits >= config.confirmHits && this.#bestScore >= config.confirmScore;
  }
}
