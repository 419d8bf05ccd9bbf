import { type Box, distance } from '../../src/domain/geometry.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';

/** Somebody's feet (bottom centre, normalised) at a second; straight and even between two. */
export interface Waypoint {
  readonly second: number;
  readonly x: number;
  readonly y: number;
}

/** Somebody in the picture, from the first waypoint to the last. */
export interface WorldActor {
  readonly id: number;
  readonly class: Extract<ObjectClass, 'person' | 'car' | 'bus'>;
  readonly path: readonly Waypoint[];
  /** Seconds in which the detector does not see it: headlights, dusk. */
  readonly unseen?: readonly [from: number, to: number];
}

/** A scripted street. */
export interface WorldScript {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  readonly actors: readonly WorldActor[];
}

/** Metres: height and length across the picture. */
const sizes = {
  person: { height: 1.7, length: 0.65 },
  car: { height: 1.5, length: 4.4 },
  bus: { height: 3.1, length: 11 },
} as const;
/** Of a picture of 16:9. */
const aspect = 16 / 9;

/** Pictures' heights a metre, for who stands at this height of the picture: 0.3 is far, 1 in front. */
export function scaleAt(y: number): number {
  return 0.03 + 0.2 * (y - 0.3);
}

/** Box of an actor; undefined while it is not there or outside the picture. */
export function boxAt({ path, class: kind }: WorldActor, second: number): Box | undefined {
  const after = path.findIndex((each) => each.second >= second);
  const [from, to] = [path[Math.max(0, after - 1)], path[after]];
  if (from === undefined || to === undefined || second < from.second) return undefined;
  const share = to.second > from.second ? (second - from.second) / (to.second - from.second) : 0;
  const x = from.x + (to.x - from.x) * share;
  const y = from.y + (to.y - from.y) * share;
  const width = (sizes[kind].length * scaleAt(y)) / aspect;
  const box: Box = [x - width / 2, y - sizes[kind].height * scaleAt(y), x + width / 2, y];
  return x > 0 && x < 1 && y < 1 ? box : undefined;
}

const crossingY = [0.42, 0.95] as const;

/** All scripts of one seed. */
export function worldScripts(seed: number, seconds: number): WorldScript[] {
  const draw = seededRandom(seed);
  return [crowd(draw, seconds), busStop(draw, seconds), parking(draw, seconds), dusk(draw, seconds)];
}

/** People who cross a square in all directions, stop, and go on another way. */
function crowd(draw: () => number, seconds: number): WorldScript {
  const actors: WorldActor[] = [];
  for (let second = 0; second < seconds; second += 1.5 + 3 * draw()) {
    const start = { second, x: draw() < 0.5 ? 0.02 : 0.98, y: between(draw, crossingY) };
    const path = [start];
    for (let turns = 0; turns < 3; turns += 1) {
      const last = turns === 2;
      const goal = { x: last ? 0.99 - start.x : between(draw, [0.15, 0.85]), y: between(draw, crossingY) };
      path.push(walk(path.at(-1) ?? start, goal, between(draw, [0.9, 1.6])));
      if (draw() < 0.4) path.push(wait(path.at(-1) ?? start, between(draw, [2, 12])));
    }
    actors.push({ id: actors.length + 1, class: 'person', path });
  }
  return { name: 'crowd', what: 'people crossing a square, stopping, turning', seconds, actors };
}

/** A bus stands in front; people and cars pass behind it. */
function busStop(draw: () => number, seconds: number): WorldScript {
  const actors: WorldActor[] = [{ id: 1, class: 'bus', path: stay(0.5, 0.8, 5, seconds - 5) }];
  for (let second = 0; second < seconds; second += 3 + 4 * draw()) {
    const y = between(draw, [0.5, 0.68]);
    const rightward = draw() < 0.5;
    const start = { second, x: rightward ? 0.01 : 0.99, y };
    const isCar = draw() < 0.3;
    const goal = walk(start, { x: rightward ? 0.99 : 0.01, y }, isCar ? between(draw, [3, 9]) : between(draw, [1, 2]));
    actors.push({ id: actors.length + 1, class: isCar ? 'car' : 'person', path: [start, goal] });
  }
  return { name: 'bus', what: 'people and cars passing behind a standing bus', seconds, actors };
}

/** Cars parked at the far kerb; others drive by in front; a bus stands before two of them for a third of the time. */
function parking(draw: () => number, seconds: number): WorldScript {
  const kerb = 0.62;
  const actors: WorldActor[] = [0.14, 0.38, 0.62, 0.86].map((x, index) => ({
    id: index + 1,
    class: 'car',
    path: stay(x, kerb, 0, seconds),
  }));
  const leaves = [...stay(0.14, kerb, 0, seconds * 0.6), { second: seconds * 0.6 + 4, x: 0.95, y: 0.7 }];
  actors[0] = { id: 1, class: 'car', path: leaves };
  const bus = [
    { second: seconds * 0.3 - 4, x: 0.01, y: 0.76 },
    ...stay(0.5, 0.76, seconds * 0.3, seconds * 0.65),
    { second: seconds * 0.65 + 4, x: 0.99, y: 0.76 },
  ];
  actors.push({ id: 5, class: 'bus', path: bus });
  for (let second = 0; second < seconds; second += 3 + 5 * draw()) {
    const rightward = draw() < 0.6;
    const y = rightward ? 0.74 : 0.7;
    const start = { second, x: rightward ? 0.01 : 0.99, y };
    const goal = walk(start, { x: rightward ? 0.99 : 0.01, y }, between(draw, [3, 12]));
    actors.push({ id: actors.length + 1, class: 'car', path: [start, goal] });
  }
  return { name: 'parking', what: 'parked cars, others passing, a bus before them', seconds, actors };
}

/** Parked cars that the detector loses for a while as the light changes; people walk by. */
function dusk(draw: () => number, seconds: number): WorldScript {
  const actors: WorldActor[] = [0.2, 0.5, 0.8].map((x, index) => {
    const from = seconds * between(draw, [0.35, 0.5]);
    return {
      id: index + 1,
      class: 'car',
      path: stay(x, 0.6, 0, seconds),
      unseen: [from, from + between(draw, [10, 35])],
    };
  });
  for (let second = 0; second < seconds; second += 4 + 6 * draw()) {
    const start = { second, x: draw() < 0.5 ? 0.02 : 0.98, y: between(draw, [0.66, 0.9]) };
    const goal = walk(start, { x: 1 - start.x, y: start.y }, between(draw, [1, 1.6]));
    actors.push({ id: actors.length + 1, class: 'person', path: [start, goal] });
  }
  return { name: 'dusk', what: 'parked cars unseen for 10–35 s, people walking by', seconds, actors };
}

function between(draw: () => number, [from, to]: readonly [number, number]): number {
  return from + (to - from) * draw();
}

/** Metres a second; a metre of the picture is as high as it is wide. */
function walk(from: Waypoint, to: { readonly x: number; readonly y: number }, speed: number): Waypoint {
  const metre = scaleAt((from.y + to.y) / 2);
  const metres = distance([from.x * aspect, from.y], [to.x * aspect, to.y]) / metre;
  return { ...to, second: from.second + metres / speed };
}

function wait(at: Waypoint, seconds: number): Waypoint {
  return { ...at, second: at.second + seconds };
}

function stay(x: number, y: number, from: number, to: number): Waypoint[] {
  return [
    { second: from, x, y },
    { second: to, x, y },
  ];
}
