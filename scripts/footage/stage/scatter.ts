import type { ObjectClass } from '../../../src/domain/object-class.ts';
import { scatterRounds } from '../scatter-rounds.ts';
import type { Actor } from './actor.ts';
import { catalogue, lookAlikes } from './actors/catalogue.ts';
import { cast } from './casting.ts';
import { type Footprint, overlap } from './footprint.ts';
import type { Random } from './random.ts';
import type { Ground, GroundUse, Site, Story } from './site.ts';
import { type Spot, SpotFinder } from './spot-finder.ts';
import { wayOnStage } from './way-on-stage.ts';

/** Labels of a round: a mask of one byte a pixel holds 255 for all rounds. */
const mostLabels = Math.floor(250 / scatterRounds);

/** Smaller (longest side) or larger than this nothing is put, pixels. */
const leastPixels = 14;
const mostPixels = 560;

/** Lower than this others stand on it: water on a road, a shadow. */
const flatM = 0.15;

/** What goes with the traffic of its road. */
const traffic: readonly (ObjectClass | undefined)[] = [
  ...(['car', 'bus', 'truck', 'fire_engine', 'bicycle', 'e-bike', 'motorcycle', 'tricycle'] as const),
];

/** What is where it likes, whoever stands there. */
const boundless: readonly (ObjectClass | undefined)[] = ['flame', 'smoke'];

const dryGrounds: readonly GroundUse[] = ['road', 'pavement', 'yard', 'grass', 'indoor'];

/** Puts actors of every kind about a place at will, in some castings, one after the other: pictures for training. */
export function scatter(story: Story, site: Site): void {
  const finder = new SpotFinder(site.camera, site.grounds);
  for (let round = 0; round < scatterRounds; round += 1) {
    const random = story.random.branch();
    new Round(story, finder, random, round).fill();
  }
}

/** One casting. */
class Round {
  readonly #story: Story;
  readonly #finder: SpotFinder;
  readonly #random: Random;
  readonly #round: number;
  readonly #taken: Footprint[] = [];
  #labels = 0;

  constructor(story: Story, finder: SpotFinder, random: Random, round: number) {
    this.#story = story;
    this.#finder = finder;
    this.#random = random;
    this.#round = round;
  }

  fill(): void {
    const { kinds, group } = cast(this.#random.branch());
    if (group !== undefined) this.#putGroup(group.class, group.count);
    for (const name of kinds) {
      const random = this.#random.branch();
      const { make, on } = name === undefined ? random.pick(lookAlikes) : catalogue[name];
      this.#putAnywhere(random, make(random.branch()), groundsFor(random, name, on));
    }
  }

  #putAnywhere(random: Random, actor: Actor, uses: readonly GroundUse[]): void {
    for (let tried = 0; tried < 8; tried += 1) {
      const spot = this.#finder.find(random, uses);
      if (spot === undefined) return;
      if (this.#put(random, actor, spot, headingOf(random, actor, spot.ground))) return;
    }
  }

  /** Side by side where it is vehicles, in a loose heap where it is people and things. */
  #putGroup(name: ObjectClass, count: number): void {
    const random = this.#random.branch();
    const { make, on } = catalogue[name];
    const spot = this.#finder.find(random, on);
    if (spot === undefined) return;
    const isRow = traffic.includes(name);
    const heading = random.between(-Math.PI, Math.PI);
    const along = heading + Math.PI / 2 + (random.chance(0.5) ? random.between(-0.5, 0.5) : 0);
    const radiusM = 0.5 * Math.sqrt(count) + random.between(0, 1.5);
    let wayM = 0;
    for (let member = 0; member < count; member += 1) {
      const actor = make(random.branch());
      const [, , width] = actor.size;
      if (isRow) {
        wayM += width / 2;
        const at = { ...spot, x: spot.x + Math.cos(along) * wayM, z: spot.z - Math.sin(along) * wayM };
        this.#put(random, actor, at, heading + random.between(-0.15, 0.15));
        wayM += width / 2 + random.between(0.05, 0.5);
      } else {
        const at = { ...spot, ...beside(random, spot, radiusM) };
        this.#put(random, actor, at, random.between(-Math.PI, Math.PI));
      }
    }
  }

  /** False where something else stands there, or it would be too small or too large to be worth it. */
  #put(random: Random, actor: Actor, { x, z, ground, pixelsPerMetre }: Spot, heading: number): boolean {
    const [length, height, width] = actor.size;
    const labels = (actor.class === undefined ? 0 : 1) + (actor.parts?.length ?? 0);
    const pixels = Math.max(length, height, width) * pixelsPerMetre;
    if (this.#labels + labels > mostLabels || pixels < leastPixels || pixels > mostPixels) return false;
    const footprint = { x, z, heading, halfLength: length / 2 + 0.05, halfWidth: width / 2 + 0.05 };
    const isBoundless = height < flatM || boundless.includes(actor.class);
    if (!isBoundless && this.#taken.some((each) => overlap(each, footprint))) return false;
    if (!isBoundless) this.#taken.push(footprint);
    this.#labels += labels;
    const stand = { x, z, y: ground.y ?? 0, heading };
    const isInWater = ground.use === 'water';
    this.#story.play(actor, wayOnStage(random, this.#round, stand, { class: actor.class, isInWater }));
    return true;
  }
}

/** Where it may be met, sometimes anywhere (a bag on the road, a car on the grass); people swim, too. */
function groundsFor(random: Random, name: ObjectClass | undefined, on: readonly GroundUse[]): readonly GroundUse[] {
  if (random.chance(0.1)) return dryGrounds;
  return name === 'person' ? [...on, 'water'] : on;
}

function headingOf(random: Random, actor: Actor, ground: Ground): number {
  if (ground.heading === undefined || !traffic.includes(actor.class) || random.chance(0.25))
    return random.between(-Math.PI, Math.PI);
  return ground.heading + random.pick([0, Math.PI]) + random.between(-0.06, 0.06);
}

function beside(random: Random, { x, z }: Spot, radiusM: number): { x: number; z: number } {
  const [angle, away] = [random.between(-Math.PI, Math.PI), radiusM * Math.sqrt(random.between(0, 1))];
  return { x: x + Math.cos(angle) * away, z: z + Math.sin(angle) * away };
}
