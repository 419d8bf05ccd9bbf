import type { ObjectAttributes } from '../../src/domain/detection.ts';
import { type Box, centre, type Point } from '../../src/domain/geometry.ts';
import type { TrackId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { SceneEvent } from '../../src/domain/scene-event.ts';
import type { Track } from '../../src/domain/track.ts';
import type { CameraScenes } from '../../src/edge/scene/camera-scenes.ts';
import type { SceneTrace } from '../../src/edge/scene/running-scene.ts';

interface Actor {
  readonly id: string;
  readonly class: ObjectClass;
  readonly boxAt: (second: number) => Box;
  readonly seenAt: (second: number) => boolean;
  readonly velocity: Point;
  readonly looks: Looks;
}

/** What the detector makes of an actor; a function of the second where it flickers. */
interface Looks {
  readonly state?: Track['state'];
  /** 0.8 unless given; the best score is at least 0.9. */
  readonly score?: number | ((second: number) => number);
  readonly bestScore?: number;
  readonly fill?: number | ((second: number) => number);
  readonly attributes?: ObjectAttributes;
}

/** Scripted looks at one camera: who is where on which second. */
export class SceneTimeline {
  readonly #actors: Actor[] = [];
  #lookEveryS = 2;
  #gap: readonly [from: number, to: number] | undefined;
  #startsAt = 0;
  #aspect = 16 / 9;

  /** One look every so many seconds (2 unless told). */
  lookEvery(seconds: number): this {
    this.#lookEveryS = seconds;
    return this;
  }

  /** No looks at all in this interval, as when the stream is down. */
  gap(from: number, to: number): this {
    this.#gap = [from, to];
    return this;
  }

  /** What the wall clock says at second 0, as an ISO time; 1970 unless told. */
  startsAt(time: string): this {
    this.#startsAt = Date.parse(time);
    return this;
  }

  /** Width of the picture by its height; 16:9 unless told. */
  aspect(aspect: number): this {
    this.#aspect = aspect;
    return this;
  }

  /** Something that stays where it is; `missed`: seconds on which the detector misses it. */
  stands(
    id: string,
    where: Looks & {
      /** As a function of the second for what flickers in its place. */
      box: Box | ((second: number) => Box);
      from: number;
      to: number;
      missed?: readonly number[];
      class?: ObjectClass;
    },
  ): this {
    const { box } = where;
    this.#actors.push({
      id,
      class: where.class ?? 'car',
      boxAt: typeof box === 'function' ? box : () => box,
      seenAt: (second) => second >= where.from && second < where.to && !(where.missed ?? []).includes(second),
      velocity: [0, 0],
      looks: where,
    });
    return this;
  }

  /** Something that goes in a straight line from one box to another. */
  moves(id: string, way: Looks & { from: number; to: number; start: Box; end: Box; class?: ObjectClass }): this {
    const share = (second: number) => (second - way.from) / (way.to - way.from);
    const mix = (a: number, b: number, second: number) => a + (b - a) * share(second);
    const [fromX, fromY] = centre(way.start);
    const [toX, toY] = centre(way.end);
    this.#actors.push({
      id,
      class: way.class ?? 'car',
      boxAt: (second) => [
        mix(way.start[0], way.end[0], second),
        mix(way.start[1], way.end[1], second),
        mix(way.start[2], way.end[2], second),
        mix(way.start[3], way.end[3], second),
      ],
      seenAt: (second) => second >= way.from && second <= way.to,
      velocity: [(toX - fromX) / (way.to - way.from), (toY - fromY) / (way.to - way.from)],
      looks: way,
    });
    return this;
  }

  /**
   * Plays the looks through the scenes; `second` of an event is when it was reported. `from`: the first second played,
   * for a play that goes on after a restart.
   */
  play(
    scenes: Pick<CameraScenes, 'update'>,
    untilS: number,
    more: { from?: number; trace?: SceneTrace } = {},
  ): (SceneEvent & { second: number })[] {
    const events: (SceneEvent & { second: number })[] = [];
    for (let second = 0; second <= untilS; second += this.#lookEveryS) {
      if (second < (more.from ?? 0)) continue;
      if (this.#gap !== undefined && second >= this.#gap[0] && second < this.#gap[1]) continue;
      const at = this.#startsAt + second * 1000;
      const tracks = this.#actors.filter((actor) => actor.seenAt(second)).map((actor) => trackOf(actor, second, at));
      const reported = scenes.update({ at, tracks, aspect: this.#aspect }, more.trace);
      events.push(...reported.map((event) => ({ ...event, second })));
    }
    return events;
  }
}

function trackOf(actor: Actor, second: number, at: number): Track {
  const { state = 'confirmed', score = 0.8, fill, attributes, bestScore } = actor.looks;
  const now = typeof score === 'function' ? score(second) : score;
  return {
    id: actor.id as TrackId,
    state,
    class: actor.class,
    box: actor.boxAt(second),
    score: now,
    bestScore: bestScore ?? Math.max(0.9, now),
    firstSeenAt: 0,
    lastSeenAt: at,
    hits: 5,
    velocity: actor.velocity,
    ...(fill !== undefined && { fill: typeof fill === 'function' ? fill(second) : fill }),
    ...(attributes !== undefined && { attributes }),
  };
}
