import type { Box } from '../../src/domain/geometry.ts';
import type { TrackId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { SceneEvent } from '../../src/domain/scene-event.ts';
import type { Track } from '../../src/domain/track.ts';
import type { CameraScenes } from '../../src/edge/scene/camera-scenes.ts';

interface Actor {
  readonly id: string;
  readonly class: ObjectClass;
  readonly boxAt: (second: number) => Box;
  readonly seenAt: (second: number) => boolean;
  readonly state: Track['state'];
}

/** Scripted looks at one camera: who is where on which second. */
export class SceneTimeline {
  readonly #actors: Actor[] = [];
  #lookEveryS = 2;
  #gap: readonly [from: number, to: number] | undefined;

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

  /** Something that stands still; `missed`: seconds on which the detector misses it. */
  stands(
    id: string,
    where: {
      box: Box;
      from: number;
      to: number;
      missed?: readonly number[];
      class?: ObjectClass;
      state?: Track['state'];
    },
  ): this {
    this.#actors.push({
      id,
      class: where.class ?? 'car',
      boxAt: () => where.box,
      seenAt: (second) => second >= where.from && second < where.to && !(where.missed ?? []).includes(second),
      state: where.state ?? 'confirmed',
    });
    return this;
  }

  /** Something that goes in a straight line from one box to another. */
  moves(id: string, way: { from: number; to: number; start: Box; end: Box; class?: ObjectClass }): this {
    const share = (second: number) => (second - way.from) / (way.to - way.from);
    const mix = (a: number, b: number, second: number) => a + (b - a) * share(second);
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
      state: 'confirmed',
    });
    return this;
  }

  /** Plays the looks through the scenes; `second` of an event is when it was reported. */
  play(scenes: CameraScenes, untilS: number): (SceneEvent & { second: number })[] {
    const events: (SceneEvent & { second: number })[] = [];
    for (let second = 0; second <= untilS; second += this.#lookEveryS) {
      if (this.#gap !== undefined && second >= this.#gap[0] && second < this.#gap[1]) continue;
      const at = second * 1000;
      const tracks = this.#actors.filter((actor) => actor.seenAt(second)).map((actor) => trackOf(actor, second, at));
      events.push(...scenes.update({ at, tracks, aspect: 16 / 9 }).map((event) => ({ ...event, second })));
    }
    return events;
  }
}

function trackOf(actor: Actor, second: number, at: number): Track {
  return {
    id: actor.id as TrackId,
    state: actor.state,
    class: actor.class,
    box: actor.boxAt(second),
    score: 0.8,
    bestScore: 0.9,
    firstSeenAt: 0,
    lastSeenAt: at,
    hits: 5,
    velocity: [0, 0],
  };
}
