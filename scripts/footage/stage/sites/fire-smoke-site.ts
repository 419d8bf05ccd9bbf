import { Group } from 'three';
import { createBin } from '../actors/bin.ts';
import { createCar } from '../actors/car.ts';
import { createDebrisPile } from '../actors/debris-pile.ts';
import { createFlame } from '../actors/flame.ts';
import { createLookAlike } from '../actors/look-alikes.ts';
import { createPerson } from '../actors/person.ts';
import { createSmoke } from '../actors/smoke.ts';
import type { Random } from '../random.ts';
import { createLampPost, createTree } from '../set/furniture.ts';
import { createHouse, createWall } from '../set/houses.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, SitePlan } from '../site.ts';
import { Mirror } from './mirror.ts';
import { arrival, entryOf, passBy, type TurnableSite } from './passing.ts';
import { sized } from './sized.ts';

interface Yard extends TurnableSite {
  /** Where old timber lies. */
  readonly heap: GroundPoint;
  /** The wall at the back. */
  readonly backM: number;
}

/** A yard behind houses in which things are stored. */
export const fireSmokeSite: SitePlan = {
  scene: 'fire_smoke',
  lights: ['day', 'night', 'dusk', 'infrared', 'rain', 'day'],
  build(random): Yard {
    const mirror = new Mirror(random);
    const set = new Group();
    const backM = -random.between(7, 10);
    const halfM = random.between(8, 11);
    addYard(set, random, mirror, { backM, halfM });
    const heap = [random.between(-1.5, 2), random.between(-3.5, -0.5)] as const;
    return {
      set,
      mirror,
      heap,
      backM,
      camera: {
        position: [mirror.x(heap[0] - random.between(2, 8)), random.between(4.2, 7), random.between(9, 12)],
        target: [mirror.x(heap[0] + random.between(-0.8, 0.8)), random.between(0.6, 1.2), heap[1]],
        fovDeg: random.between(34, 42),
      },
      zones: [
        {
          id: 'yard',
          kind: 'polygon',
          points: mirror.area([-halfM + 0.5, backM + 0.3], [halfM - 0.5, 6]),
          tags: [],
        },
      ],
      grounds: [
        { use: 'yard', points: mirror.area([-halfM + 1.5, backM + 1.5], [halfM - 1.5, 4]) },
        { use: 'yard', points: mirror.area([-4, -4], [4, 4]) },
        { use: 'road', points: mirror.area([-halfM, 4.5], [halfM, 8]), heading: 0 },
      ],
    };
  },
  takes: {
    fires: {
      about: 'A heap of timber in a yard smokes, then burns; somebody puts the fire out.',
      light: 'day',
      lengthS: 54,
      tell(story, site: Yard) {
        const { random } = story;
        const { mirror, heap } = site;
        const [x, z] = [mirror.x(heap[0]), heap[1]];
        story.place(createDebrisPile(random, { kind: 'timber', sizeM: 1.8 }), { x, z });
        story.place(createBin(random), { x: mirror.x(heap[0] + 3.4), z: z - 1.2, heading: -Math.PI / 2 });
        const smoke = createSmoke(random, {
          sizeM: random.between(2.6, 3.4),
          shade: random.pick(['grey', 'black', 'grey']),
        });
        const flame = createFlame(random, { sizeM: random.between(2, 2.6) });
        story.place(
          sized(
            smoke,
            [
              [5, 0.25],
              [12, 1],
              [34, 1],
              [43, 0.2],
            ],
            [5, 43],
          ),
          { x, y: 0.5, z: z + 0.1 },
        );
        story.place(
          sized(
            flame,
            [
              [8, 0.25],
              [12, 1],
              [32, 1],
              [37, 0.2],
            ],
            [8, 37],
          ),
          { x, z: z + 0.75 },
        );
        addRescuer(story, site);
        passBy(story, site, createPerson(random), { over: [0, 3.6], atS: 3.5, heading: 0, paceMps: 1.5 });
        story.during(5, 43);
      },
    },
    near: {
      about: 'A yard at night: steam from a kitchen, a red lamp, a red banner, cars with their lamps on.',
      light: 'night',
      lengthS: 46,
      tell(story, site: Yard) {
        const { random, lengthS } = story;
        const { mirror, heap, backM } = site;
        const at = (x: number, z: number) => ({ x: mirror.x(x), z });
        story.place(createDebrisPile(random, { kind: 'timber', sizeM: 1.6 }), at(heap[0] + 2.5, heap[1]));
        story.place(createLookAlike(random, { kind: 'steam' }), at(heap[0] - 3, backM + 1.2));
        story.place(createLookAlike(random, { kind: 'lamp-glow' }), at(heap[0] + 1, backM + 1.5));
        story.place(createLookAlike(random, { kind: 'red-banner' }), at(heap[0] + 4, backM + 0.6));
        for (const [atS, heading] of [
          [12, 0],
          [29, Math.PI],
        ] as const) {
          passBy(story, site, createCar(random), { over: [0, 4.4], atS, heading, paceMps: 4, radiusM: 2.6 });
        }
        for (let atS = 6; atS < lengthS - 5; atS += random.between(9, 13)) {
          const over = [random.between(-2, 3), random.between(0, 3)] as const;
          passBy(story, site, createPerson(random), { over, atS, heading: random.pick([0, Math.PI]), paceMps: 1.3 });
        }
      },
    },
  },
};

/** Runs there with an extinguisher, stays before the fire until it is out, looks at it and leaves. */
function addRescuer(story: Parameters<SitePlan['takes']['fires']['tell']>[0], site: Yard): void {
  const { random } = story;
  const side = random.pick([1, -1]);
  const spot = [site.heap[0] + side * 2.6, site.heap[1] + 1.4] as const;
  const facing = Math.atan2(spot[1] - site.heap[1], site.heap[0] - spot[0]);
  const way = arrival(site, spot, { byS: 28, heading: side === 1 ? Math.PI : 0, paceMps: 2.6 });
  way.stayUntil(33, { heading: facing }).stayUntil(38, { heading: facing, pose: 'crouch' });
  way.stayUntil(44, { heading: facing, pose: 'stand' });
  const [x, z] = entryOf(site, spot, side === 1 ? 0 : Math.PI);
  story.play(createPerson(random, { build: 'adult', carries: 'nothing' }), way.to(x, z, 1.6).path);
}

interface Extent {
  readonly backM: number;
  readonly halfM: number;
}

function addYard(set: Group, random: Random, mirror: Mirror, { backM, halfM }: Extent): void {
  const kind = random.pick(['concrete', 'concrete', 'asphalt', 'soil'] as const);
  set.add(
    createSurface(random, { kind: 'asphalt', points: mirror.area([-45, -45], [45, 30]), y: -0.02 }),
    createSurface(random, { kind, points: mirror.area([-halfM - 2, backM], [halfM + 2, 7]) }),
    createWall(random, {
      from: mirror.point([-halfM - 8, backM]),
      to: mirror.point([halfM + 8, backM]),
      heightM: random.between(2.2, 3.2),
    }),
  );
  for (let x = -halfM - 9; x < halfM + 8; ) {
    const widthM = random.between(8, 14);
    const place = { x: mirror.x(x + widthM / 2), z: backM - 6 - random.between(0, 3) };
    set.add(createHouse(random, { ...place, widthM, depthM: 8, heightM: random.between(4, 12), ground: 'wall' }));
    x += widthM + random.between(0, 5);
  }
  const shed = {
    x: mirror.x(halfM + 3),
    z: random.between(-5, -1),
    widthM: 8,
    depthM: 5,
    heightM: random.between(3, 6),
  };
  set.add(createHouse(random, { ...shed, heading: Math.PI / 2, ground: 'wall' }));
  for (let count = random.whole(1, 3); count > 0; count -= 1) {
    const place = { x: mirror.x(random.between(-halfM, halfM)), z: backM + random.between(0.8, 1.2) };
    set.add(random.chance(0.5) ? createTree(random, place) : createLampPost(random, place));
  }
}
