import { Group } from 'three';
import type { Actor } from '../actor.ts';
import { createCar } from '../actors/car.ts';
import { createEBike } from '../actors/e-bike.ts';
import { createLookAlike } from '../actors/look-alikes.ts';
import { createPerson } from '../actors/person.ts';
import { createWaterSurface } from '../actors/water-surface.ts';
import type { Random } from '../random.ts';
import { createLampPost, createTree } from '../set/furniture.ts';
import { createHouse } from '../set/houses.ts';
import { createKerb, createMarking, createSurface } from '../set/surfaces.ts';
import type { SitePlan, Story } from '../site.ts';
import { Mirror } from './mirror.ts';
import { passBy, type TurnableSite } from './passing.ts';
import { sized } from './sized.ts';

interface Street extends TurnableSite {
  /** Half of the carriageway's width. */
  readonly halfM: number;
  /** Where the road is lowest, along it. */
  readonly lowX: number;
}

/** A street with a dip in which water stands after heavy rain. */
export const waterloggingSite: SitePlan = {
  scene: 'waterlogging',
  lights: ['rain', 'rain', 'day', 'dusk', 'night'],
  build(random): Street {
    const mirror = new Mirror(random);
    const set = new Group();
    const halfM = random.between(3.4, 4.6);
    const paveM = random.between(2.2, 3.4);
    addStreet(set, random, mirror, { halfM, paveM });
    addRoadside(set, random, mirror, { halfM, paveM });
    const lowX = random.between(-0.5, 2.5);
    return {
      set,
      mirror,
      halfM,
      lowX,
      camera: {
        position: [mirror.x(lowX - random.between(7, 12)), random.between(5, 7.5), halfM + random.between(0.5, 3)],
        target: [mirror.x(lowX + random.between(0, 1.5)), 0, random.between(-1.2, 0)],
        fovDeg: random.between(38, 50),
      },
      zones: [
        {
          id: 'road',
          kind: 'polygon',
          points: mirror.area([lowX - 5.5, -halfM + 0.2], [lowX + 8, halfM - 0.2]),
          tags: ['roadway'],
        },
      ],
      grounds: [
        { use: 'road', points: mirror.area([-14, -halfM], [26, 0]), heading: 0 },
        { use: 'road', points: mirror.area([-14, 0], [26, halfM]), heading: Math.PI },
        { use: 'pavement', points: mirror.area([-14, -halfM - paveM], [22, -halfM - 0.4]), y: 0.1 },
        { use: 'pavement', points: mirror.area([-8, halfM + 0.4], [16, halfM + paveM]), y: 0.1 },
      ],
    };
  },
  takes: {
    fires: {
      about: 'Water rises on a street in the rain, stands there and drains.',
      light: 'rain',
      lengthS: 58,
      tell(story, site: Street) {
        const { random } = story;
        const rises = (actor: Actor) =>
          sized(
            actor,
            [
              [5, 0.02],
              [11, 1],
              [41, 1],
              [47, 0.02],
            ],
            [5, 47],
          );
        const [x, z] = [site.lowX, random.between(-0.8, 0.8)];
        story.place(rises(createWaterSurface(random, { sizeM: site.halfM * 1.9 })), { x: site.mirror.x(x), z });
        const beside = { x: site.mirror.x(x + site.halfM * 1.1), z: z + random.between(-0.6, 0.6) };
        story.place(rises(createWaterSurface(random, { sizeM: site.halfM * 1.4 })), beside);
        drive(story, site, createCar(random), { atS: 3, lane: 1, paceMps: 8 });
        drive(story, site, createEBike(random, { rider: true }), { atS: 20, lane: -1, paceMps: 4.5 });
        drive(story, site, createCar(random), { atS: 30, lane: 1, paceMps: 5 });
        drive(story, site, createCar(random), { atS: 52, lane: -1, paceMps: 9 });
        strollers(story, site);
        story.during(11, 43);
      },
    },
    near: {
      about: 'A wet road in the rain, dark where it is patched and by the kerb: no water stands on it.',
      light: 'rain',
      lengthS: 46,
      tell(story, site: Street) {
        const { random, lengthS } = story;
        for (let index = 0; index < 3; index += 1) {
          const kind = index === 2 ? 'shadow-patch' : 'wet-patch';
          const place = {
            x: site.mirror.x(site.lowX + random.between(-4, 7)),
            z: random.between(-0.6, 0.6) * site.halfM,
          };
          story.place(createLookAlike(random, { kind }), { ...place, heading: random.between(-3, 3) });
        }
        const kerb = { x: site.mirror.x(site.lowX + random.between(2, 6)), z: -site.halfM + 0.6 };
        story.place(createWaterSurface(random, { sizeM: 1 }), kerb);
        for (let atS = 5; atS < lengthS - 6; atS += random.between(7, 10)) {
          drive(story, site, createCar(random), { atS, lane: random.pick([1, -1]), paceMps: random.between(7, 10) });
        }
        strollers(story, site);
      },
    },
  },
};

function drive(
  story: Story,
  site: Street,
  actor: Actor,
  { atS, lane, paceMps }: { atS: number; lane: 1 | -1; paceMps: number },
): void {
  const over = [site.lowX, lane * site.halfM * 0.48] as const;
  passBy(story, site, actor, { over, atS, heading: lane === 1 ? Math.PI : 0, paceMps, radiusM: 2.6 });
}

/** Two people with umbrellas on the far pavement. */
function strollers(story: Story, site: Street): void {
  const { random } = story;
  for (const atS of [14, 32]) {
    const person = createPerson(random, { carries: 'umbrella' });
    const over = [site.lowX + 1, -site.halfM - 1.3] as const;
    passBy(story, site, person, {
      over,
      atS,
      heading: random.pick([0, Math.PI]),
      paceMps: random.between(1.1, 1.5),
      y: 0.1,
    });
  }
}

interface Widths {
  readonly halfM: number;
  readonly paveM: number;
}

function addStreet(set: Group, random: Random, mirror: Mirror, { halfM, paveM }: Widths): void {
  set.add(createSurface(random, { kind: 'asphalt', points: mirror.area([-40, -halfM - 20], [70, halfM + 20]) }));
  for (const side of [-1, 1]) {
    const [inner, outer] = [side * halfM, side * (halfM + paveM)];
    const kind = random.pick(['paving', 'concrete'] as const);
    set.add(
      createSurface(random, { kind, points: mirror.area([-40, inner], [70, outer + side * 6]), y: 0.1 }),
      createKerb({
        points: mirror.points([
          [-40, inner],
          [70, inner],
        ]),
        heightM: 0.12,
      }),
    );
  }
  const dashed = random.chance(0.7);
  const colour = random.pick(['white', 'yellow'] as const);
  set.add(
    createMarking({ from: mirror.point([-40, 0]), to: mirror.point([70, 0]), widthM: 0.13, colour, dashed, y: 0.012 }),
  );
}

function addRoadside(set: Group, random: Random, mirror: Mirror, { halfM, paveM }: Widths): void {
  for (let x = -22; x < 55; ) {
    const widthM = random.between(8, 15);
    const place = { x: mirror.x(x + widthM / 2), z: -halfM - paveM - 4 - random.between(0, 1) };
    const ground = random.pick(['shops', 'shops', 'wall'] as const);
    set.add(createHouse(random, { ...place, widthM, depthM: 7, heightM: random.between(5, 15), ground }));
    x += widthM + random.between(0, 4);
  }
  for (let x = -12; x < 34; x += random.between(6, 10)) {
    const place = { x: mirror.x(x), z: -halfM - 0.7 };
    set.add(random.chance(0.65) ? createTree(random, place) : createLampPost(random, place));
  }
}
