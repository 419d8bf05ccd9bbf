import type { Box } from '../../src/domain/geometry.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';
import type { MotBox } from '../mot/mot-file.ts';
import { boxAt, scaleAt, type WorldActor, type WorldScript } from './tracking-world.ts';

/** MOTChallenge's numbers for what is in the scripts; a bus is a vehicle like a car. */
const motClass = { person: 1, car: 3, bus: 3 } as const;

/** Who shows less of itself than this is not asked for, and not detected. */
const leastVisible = 0.3;
/** Misses of who is in full view; who is half hidden is missed more. */
const missed = 0.04;
const missedHidden = 0.4;
/** Spread of each side of a box, in its sizes. */
const jitter = 0.025;
/** Score in full view, its spread, and what hiding takes off. */
const fairScore = 0.8;
const scoreSpread = 0.08;
const hiddenScore = 0.35;
/** A dip takes this much off for so many seconds, so often. */
const dip = { depth: 0.38, seconds: 1.5, everySeconds: 20 } as const;
/** False detections a picture. */
const falseOnes = 0.05;
/** Points a side at which a box is asked whether something stands before it. */
const grid = 10;

/** What a camera saw, frame by frame, in units of the picture: the truth, and what a detector makes of it. */
export interface Recording {
  readonly truth: readonly MotBox[];
  readonly detections: readonly MotBox[];
}

/** A detector that jitters, misses, dips and sees what is not there, the same for the same seed. */
export function record(script: WorldScript, framesPerSecond: number, seed: number): Recording {
  const draw = seededRandom(seed);
  const truth: MotBox[] = [];
  const detections: MotBox[] = [];
  for (let frame = 1; frame <= script.seconds * framesPerSecond; frame += 1) {
    const second = (frame - 1) / framesPerSecond;
    const present = script.actors.flatMap((actor) => {
      const box = boxAt(actor, second);
      return box === undefined ? [] : { actor, box };
    });
    for (const { actor, box } of present) {
      const before = present.filter((other) => other.actor !== actor && other.box[3] > box[3]);
      const view = viewOf(
        box,
        before.map((other) => other.box),
      );
      if (view.share < leastVisible) continue;
      const line = { frame, class: motClass[actor.class], visibility: view.share };
      truth.push({ ...line, id: actor.id, box, confidence: 1 });
      const score = scoreOf(actor, second, view.share, draw);
      if (score === undefined) continue;
      detections.push({ ...line, id: -1, box: shaken(view.box, draw), confidence: score });
    }
    if (draw() < falseOnes) detections.push(falseDetection(frame, draw));
  }
  return { truth, detections };
}

/** How much of a box can be seen, and the box around it. */
function viewOf(box: Box, before: readonly Box[]): { readonly share: number; readonly box: Box } {
  const near = before.filter((each) => each[0] < box[2] && each[2] > box[0] && each[1] < box[3] && each[3] > box[1]);
  if (near.length === 0) return { share: 1, box };
  const [width, height] = [(box[2] - box[0]) / grid, (box[3] - box[1]) / grid];
  let [seen, x1, y1, x2, y2] = [0, 1, 1, 0, 0];
  for (let row = 0; row < grid; row += 1) {
    for (let column = 0; column < grid; column += 1) {
      const [x, y] = [box[0] + column * width, box[1] + row * height];
      const [midX, midY] = [x + width / 2, y + height / 2];
      if (near.some((each) => midX > each[0] && midX < each[2] && midY > each[1] && midY < each[3])) continue;
      seen += 1;
      [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + width), Math.max(y2, y + height)];
    }
  }
  return { share: seen / grid ** 2, box: [x1, y1, x2, y2] };
}

function scoreOf({ id, unseen }: WorldActor, second: number, visible: number, draw: () => number): number | undefined {
  const [chance, spread] = [draw(), gaussian(draw)];
  if (unseen !== undefined && second >= unseen[0] && second < unseen[1]) return undefined;
  if (chance < missed + missedHidden * (1 - visible)) return undefined;
  // Each dips in its own time.
  const dips = (second + id * 7.3) % dip.everySeconds < dip.seconds ? dip.depth : 0;
  return Math.min(0.99, Math.max(0, fairScore + scoreSpread * spread - hiddenScore * (1 - visible) - dips));
}

function shaken([x1, y1, x2, y2]: Box, draw: () => number): Box {
  const [dx, dy] = [(x2 - x1) * jitter, (y2 - y1) * jitter];
  return [x1 + dx * gaussian(draw), y1 + dy * gaussian(draw), x2 + dx * gaussian(draw), y2 + dy * gaussian(draw)];
}

function falseDetection(frame: number, draw: () => number): MotBox {
  const [x, y, isCar] = [draw(), 0.4 + 0.6 * draw(), draw() < 0.3];
  const size = scaleAt(y);
  const [width, height] = isCar ? [2.4 * size, 1.5 * size] : [0.4 * size, 1.7 * size];
  const box: Box = [x - width / 2, y - height, x + width / 2, y];
  return { frame, id: -1, box, confidence: 0.3 + 0.35 * draw(), class: isCar ? 3 : 1, visibility: 1 };
}

/** Standard normal (Box and Muller 1958). */
function gaussian(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
