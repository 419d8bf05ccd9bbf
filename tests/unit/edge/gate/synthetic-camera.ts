import type { Activity, ActivityInspector } from '../../../../src/domain/activity.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import { activityGate } from '../../../../src/edge/gate/activity-gate.ts';
import { gateSchema } from '../../../../src/edge/gate/config.ts';
import { seededRandom } from '../../../../src/simulator/seeded-random.ts';

/** Something in the picture: pixels of the gate's picture, and how much brighter (or darker) it is than what is behind it. */
export interface Thing {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly brighter: number;
}

/** What is different about one look. */
interface LookOptions {
  readonly afterMs?: number;
  readonly things?: readonly Thing[];
  /** Sensor noise, largest deviation in grey values. */
  readonly noise?: number;
  /** Changes every pixel last: light, weather. */
  readonly through?: (value: number, x: number, y: number) => number;
  /** Pixels by which the camera was turned. */
  readonly turned?: number;
}

/** A still street made of walls, a road and a textured hedge, seen by one camera through the gate. */
export class SyntheticCamera {
  readonly config = gateSchema.parse({});
  readonly gate: ActivityInspector = activityGate(this.config);
  readonly memory = new SharedArrayBuffer(this.gate.memoryBytes);
  readonly random = seededRandom(3);
  readonly #street = Float32Array.from({ length: this.gate.width * this.gate.height }, (_, at) =>
    street(at % this.gate.width, Math.floor(at / this.gate.width)),
  );
  at = 1_700_000_000_000;

  /** One look, two seconds after the last unless told otherwise. */
  look(options: LookOptions = {}): Activity {
    this.at += options.afterMs ?? 2000;
    return this.gate.inspect(this.memory, this.picture(options), this.at);
  }

  /** Several looks of one kind. */
  looks(count: number, options: LookOptions = {}): Activity[] {
    return Array.from({ length: count }, () => this.look(options));
  }

  picture({ things = [], noise = 3, through, turned = 0 }: LookOptions = {}): Uint8Array {
    const { width, height } = this.gate;
    return Uint8Array.from({ length: width * height }, (_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      let value = (turned === 0 ? (this.#street[at] ?? 0) : street(x + turned, y)) + (this.random() * 2 - 1) * noise;
      for (const thing of things) if (isIn(thing, x, y)) value += thing.brighter;
      if (through !== undefined) value = through(value, x, y);
      return Math.min(Math.max(Math.round(value), 0), 255);
    });
  }

  /** A thing's place in normalised coordinates. */
  boxOf({ x, y, width, height }: Thing): Box {
    return [x / this.gate.width, y / this.gate.height, (x + width) / this.gate.width, (y + height) / this.gate.height];
  }
}

/** Whether a region holds a whole box. */
export function holds(regions: readonly Box[], box: Box): boolean {
  return regions.some(([x1, y1, x2, y2]) => x1 <= box[0] && y1 <= box[1] && x2 >= box[2] && y2 >= box[3]);
}

function isIn(thing: Thing, x: number, y: number): boolean {
  return x >= thing.x && x < thing.x + thing.width && y >= thing.y && y < thing.y + thing.height;
}

/** Grey of the scene itself: houses with windows above, a hedge on the left, a road with markings. */
function street(x: number, y: number): number {
  if (y < 30) return Math.floor(x / 9) % 2 === 0 && Math.floor(y / 7) % 2 === 0 ? 70 : 150 + ((x * 7) % 11);
  if (x < 30) return 90 + 25 * Math.sin(x * 1.7) * Math.cos(y * 1.3);
  return Math.abs(x - 70 - (y - 30) / 2) < 2 ? 190 : 110 + y / 4;
}
