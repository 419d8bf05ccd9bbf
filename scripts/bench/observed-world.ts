import type { Box } from '../../src/domain/geometry.ts';
import type { TrackId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import { recordableTrack } from '../../src/domain/recordable-track.ts';
import type { Track } from '../../src/domain/track.ts';
import type { ObservedLook } from '../../src/edge/observe/block-format.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';

/** Share of the time in which something goes on, and how often a camera is then, and else, looked at. */
export const observedPace = { busyShare: 0.15, busyMs: 2_000, idleMs: 10_000 } as const;

const busyForMs = 180_000;
const aspect = 16 / 9;

interface Actor {
  readonly id: TrackId;
  readonly kind: ObjectClass;
  readonly size: readonly [number, number];
  readonly from: number;
  readonly to: number;
  readonly start: readonly [number, number];
  /** Normalised units a second; nobody stands wholly still in boxes. */
  readonly speed: readonly [number, number];
  hits: number;
}

/**
 * What a tracker says of a street for a while, the same for the same seed: mostly nothing or one parked car, and for
 * three of twenty minutes three to eight people and vehicles, some of which stand.
 */
export function* observedWorld(seed: number, from: number, to: number): Generator<ObservedLook> {
  const random = seededRandom(seed);
  let born = 0;
  const actor = (at: number, forMs: number, standing: boolean): Actor => {
    const kinds: readonly ObjectClass[] = standing
      ? ['car', 'car', 'truck', 'e-bike', 'stall', 'garbage_bag', 'debris_pile', 'person']
      : ['person', 'person', 'person', 'car', 'e-bike', 'bicycle', 'bus'];
    return {
      id: `33050200001320000001-bench-${++born}` as TrackId,
      kind: kinds[Math.floor(random() * kinds.length)] ?? 'person',
      size: [0.04 + random() * 0.1, 0.06 + random() * 0.15],
      from: at,
      to: at + forMs,
      start: [random() * 0.8, 0.2 + random() * 0.6],
      speed: standing ? [0, 0] : [(random() - 0.5) * 0.04, (random() - 0.5) * 0.02],
      hits: 0,
    };
  };
  let actors: Actor[] = [];
  let at = from;
  while (at < to) {
    const idleForMs = (busyForMs * (1 - observedPace.busyShare)) / observedPace.busyShare;
    actors = random() < 0.4 ? [actor(at, idleForMs, true)] : [];
    for (const end = at + idleForMs; at < end && at < to; at += observedPace.idleMs) yield look(actors, at, random);
    const wanted = 3 + Math.floor(random() * 6);
    for (const end = at + busyForMs; at < end && at < to; at += observedPace.busyMs) {
      actors = actors.filter((each) => each.to > at);
      while (actors.length < wanted) actors.push(actor(at, 20_000 + random() * 100_000, random() < 0.4));
      yield look(actors, at, random);
    }
  }
}

function look(actors: readonly Actor[], at: number, random: () => number): ObservedLook {
  const tracks = actors.map((actor): Track => {
    const seen = random() < 0.93;
    if (seen) actor.hits += 1;
    const seconds = (at - actor.from) / 1000;
    const jitter = () => (random() - 0.5) / 250;
    const [x, y] = [actor.start[0] + actor.speed[0] * seconds, actor.start[1] + actor.speed[1] * seconds];
    const box: Box = [x + jitter(), y + jitter(), x + actor.size[0] + jitter(), y + actor.size[1] + jitter()];
    return recordableTrack({
      id: actor.id,
      state: seen ? 'confirmed' : 'lost',
      class: actor.kind,
      box,
      score: 0.5 + random() * 0.45,
      bestScore: 0.95,
      firstSeenAt: actor.from,
      lastSeenAt: seen ? at : at - observedPace.busyMs,
      hits: actor.hits,
      velocity: [actor.speed[0] + jitter(), actor.speed[1] + jitter()],
    });
  });
  return { at, tracks, aspect };
}
