import type { Detection } from '../../src/domain/detection.ts';
import type { Box } from '../../src/domain/geometry.ts';
import type { TrackId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { Track } from '../../src/domain/track.ts';
import type { Tracker } from '../../src/edge/track/tracker.ts';

interface Actor {
  readonly from: number;
  readonly to: number;
  readonly missed: readonly number[];
  readonly detectionAt: (second: number) => Detection;
}

interface Common {
  readonly from: number;
  /** Last second it is there. */
  readonly to: number;
  /** 0.8 unless given; a function of the second for a flickering score. */
  readonly score?: number | ((second: number) => number);
  readonly class?: ObjectClass | ((second: number) => ObjectClass);
  /** Seconds on which the detector misses it. */
  readonly missed?: readonly number[];
}

/** What a tracker said on one look. */
export interface TrackedLook {
  readonly second: number;
  readonly tracks: readonly Track[];
}

/** Scripted detections for a tracker: `tracks().stands(…).walks(…).play(tracker, { until: 20 })`. */
class TrackScript {
  readonly #actors: Actor[] = [];
  #clock = (second: number) => second * 1000;

  stands(at: Common & { readonly box: Box; readonly jitter?: number }): this {
    const shift = (second: number) => (Math.floor(second / 2) % 2 === 0 ? 1 : -1) * (at.jitter ?? 0);
    const [x1, y1, x2, y2] = at.box;
    return this.#add(at, (second) => [x1 + shift(second), y1, x2 + shift(second), y2]);
  }

  /** In a straight line and at an even pace from one box to another. */
  walks(way: Common & { readonly start: Box; readonly end: Box }): this {
    const mix = (index: 0 | 1 | 2 | 3, second: number) =>
      way.start[index] + ((way.end[index] - way.start[index]) * (second - way.from)) / (way.to - way.from);
    return this.#add(way, (second) => [mix(0, second), mix(1, second), mix(2, second), mix(3, second)]);
  }

  /** The node's clock by second of the script; it runs true unless set here. */
  clock(wall: (second: number) => number): this {
    this.#clock = wall;
    return this;
  }

  play(
    tracker: Pick<Tracker, 'update'>,
    way: { until: number; everyS?: number; except?: readonly number[] },
  ): TrackedLook[] {
    const looks: TrackedLook[] = [];
    for (let second = 0; second <= way.until; second += way.everyS ?? 2) {
      if (way.except?.includes(second)) continue;
      const detections = this.#actors
        .filter((actor) => second >= actor.from && second <= actor.to && !actor.missed.includes(second))
        .map((actor) => actor.detectionAt(second));
      looks.push({ second, tracks: tracker.update(detections, this.#clock(second)) });
    }
    return looks;
  }

  #add(common: Common, boxAt: (second: number) => Box): this {
    const { score = 0.8, class: kind = 'car' } = common;
    this.#actors.push({
      from: common.from,
      to: common.to,
      missed: common.missed ?? [],
      detectionAt: (second) => ({
        box: boxAt(second),
        score: typeof score === 'number' ? score : score(second),
        class: typeof kind === 'string' ? kind : kind(second),
      }),
    });
    return this;
  }
}

/** Starts a script. */
export const tracks = () => new TrackScript();

/** Ids `t1`, `t2`, … in order. */
export function countedIds(): () => TrackId {
  let n = 0;
  return () => `t${++n}` as TrackId;
}
