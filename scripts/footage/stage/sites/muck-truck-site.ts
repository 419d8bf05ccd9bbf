import { Group } from 'three';
import { createCar } from '../actors/car.ts';
import { createDebrisPile } from '../actors/debris-pile.ts';
import { createExcavator } from '../actors/excavator.ts';
import { createPerson } from '../actors/person.ts';
import { createTruck } from '../actors/truck.ts';
import type { Random } from '../random.ts';
import { createBollards, createLampPost, createSign } from '../set/furniture.ts';
import { createHouse, createWall } from '../set/houses.ts';
import { createMarking, createSurface } from '../set/surfaces.ts';
import type { SitePlan, Story } from '../site.ts';
import { Mirror } from './mirror.ts';
import { entryOf, passBy, type TurnableSite } from './passing.ts';
import { Way } from './way.ts';

interface GateSite extends TurnableSite {
  /** Middle of the opening, along the fence. */
  readonly gateX: number;
  /** Middle of the road before the gate. */
  readonly roadZ: number;
}

/** Of the bend from the gate into the road, metres. */
const bendM = 6;

/** The gate of a construction site, seen from across the road. */
export const muckTruckSite: SitePlan = {
  scene: 'muck_truck',
  lights: ['day', 'dusk', 'rain', 'night', 'day'],
  build(random): GateSite {
    const mirror = new Mirror(random);
    const set = new Group();
    const gateX = random.between(-1, 1);
    const openM = random.between(7, 9);
    const roadZ = random.between(7, 8.5);
    addGround(set, random, mirror, { gateX, openM, roadZ });
    addHoarding(set, random, mirror, { gateX, openM, roadZ });
    return {
      set,
      mirror,
      gateX,
      roadZ,
      camera: {
        position: [mirror.x(gateX - random.between(6, 10)), random.between(6.5, 8.5), roadZ + random.between(5.5, 8)],
        target: [mirror.x(gateX + random.between(0.2, 1.4)), 0.9, random.between(0.4, 2)],
        fovDeg: random.between(38, 46),
      },
      zones: [
        {
          id: 'gate',
          kind: 'polygon',
          points: mirror.area([gateX - openM / 2 - 1, -3], [gateX + openM / 2 + 3, roadZ + 2]),
          tags: ['site'],
        },
      ],
      grounds: [
        { use: 'yard', points: mirror.area([-12, -16], [12, -2]) },
        {
          use: 'yard',
          points: mirror.area([gateX - 3.5, -4], [gateX + 3.5, 3]),
          heading: mirror.heading(-Math.PI / 2),
        },
        { use: 'road', points: mirror.area([-16, roadZ - 3.5], [20, roadZ]), heading: Math.PI },
        { use: 'road', points: mirror.area([-14, roadZ], [18, roadZ + 3.5]), heading: 0 },
      ],
    };
  },
  takes: {
    fires: {
      about: 'A muck truck leaves a site with its load uncovered and drives off along the road.',
      light: 'day',
      lengthS: 44,
      tell(story, site: GateSite) {
        const { random } = story;
        addSiteLife(story, site);
        leaveSite(story, site, createTruck(random, { kind: 'muck', load: 'uncovered' }), { atS: 6, waitsS: 7 });
        drivePast(story, site, 2.5);
        drivePast(story, site, 34);
        story.during(8, 26);
      },
    },
    near: {
      about: 'A muck truck with its load covered leaves a site, an empty one and a box truck drive past.',
      light: 'dusk',
      lengthS: 52,
      tell(story, site: GateSite) {
        const { random } = story;
        addSiteLife(story, site);
        leaveSite(story, site, createTruck(random, { kind: 'muck', load: 'covered' }), { atS: 6, waitsS: 6 });
        const late = { over: [site.gateX, site.roadZ + 1.8], heading: 0, paceMps: 6, radiusM: 5 } as const;
        passBy(story, site, createTruck(random, { kind: 'box' }), { ...late, atS: 31 });
        passBy(story, site, createTruck(random, { kind: 'muck', load: 'empty' }), { ...late, atS: 40 });
      },
    },
  },
};

/** Comes out of the yard, stops in the gate, turns into the road and drives off. */
function leaveSite(
  story: Story,
  site: GateSite,
  truck: ReturnType<typeof createTruck>,
  { atS, waitsS }: { atS: number; waitsS: number },
): void {
  const { gateX, roadZ } = site;
  const laneZ = roadZ + 1.7;
  const way = new Way(site.mirror, { atS: atS - 5, x: gateX, z: -26 });
  way.to(gateX, -17, 3.2).stopAt(gateX, -1, 3.2).stay(waitsS);
  way.startTo(gateX, laneZ - bendM, 2.6).bend([gateX + bendM, laneZ - bendM], bendM, [Math.PI, 1.5 * Math.PI], 2.8);
  const [x] = entryOf(site, [gateX + bendM, laneZ], 0, 5);
  story.play(truck, way.to(gateX + bendM + 4, laneZ, 4).to(Math.max(x, gateX + bendM + 5), laneZ, 6.5).path);
}

/** An excavator, heaps of soil, and a guard at the gate. */
function addSiteLife(story: Story, site: GateSite): void {
  const { random } = story;
  const { mirror, gateX } = site;
  const side = random.pick([1, -1]);
  story.place(createExcavator(random), {
    x: mirror.x(gateX + side * random.between(6.5, 9)),
    z: -random.between(8, 11),
    heading: random.between(-3, 3),
  });
  story.place(createDebrisPile(random, { kind: 'sand', sizeM: 3 }), { x: mirror.x(gateX - side * 7), z: -9 });
  const guard = createPerson(random, { outfit: 'worker', build: 'adult' });
  story.place(guard, { x: mirror.x(gateX - 4.6), z: 1.4, heading: mirror.heading(0.4) });
}

function drivePast(story: Story, site: GateSite, atS: number): void {
  const lane = story.random.pick([1, -1]);
  const over = [site.gateX, site.roadZ + lane * 1.8] as const;
  const heading = lane === 1 ? 0 : Math.PI;
  passBy(story, site, createCar(story.random), {
    over,
    atS,
    heading,
    paceMps: story.random.between(8, 10),
    radiusM: 2.6,
  });
}

interface Extent {
  readonly gateX: number;
  readonly openM: number;
  readonly roadZ: number;
}

function addGround(set: Group, random: Random, mirror: Mirror, { gateX, openM, roadZ }: Extent): void {
  const [near, far] = [roadZ - 3.8, roadZ + 3.8];
  set.add(
    createSurface(random, { kind: 'soil', points: mirror.area([-50, -60], [50, 0]), y: -0.01 }),
    createSurface(random, { kind: random.pick(['concrete', 'paving']), points: mirror.area([-60, 0], [60, near]) }),
    createSurface(random, { kind: 'asphalt', points: mirror.area([-60, near], [60, far]) }),
    createSurface(random, { kind: 'paving', points: mirror.area([-60, far], [60, far + 12]) }),
    // Wheels carry mud out.
    createSurface(random, {
      kind: random.pick(['concrete', 'soil']),
      points: mirror.points([
        [gateX - openM / 2, -14],
        [gateX + openM / 2, -14],
        [gateX + openM / 2 + 1.2, near],
        [gateX - openM / 2 - 0.6, near],
      ]),
      y: 0.012,
    }),
  );
  const line = { from: mirror.point([-60, roadZ]), to: mirror.point([60, roadZ]) };
  set.add(createMarking({ ...line, widthM: 0.14, colour: 'yellow', dashed: random.chance(0.5), y: 0.02 }));
}

function addHoarding(set: Group, random: Random, mirror: Mirror, { gateX, openM, roadZ }: Extent): void {
  const heightM = random.between(2, 2.8);
  const look = random.pick(['hoarding', 'hoarding', 'hoarding', 'brick'] as const);
  for (const side of [-1, 1]) {
    const end = gateX + (side * openM) / 2;
    set.add(
      createWall(random, { from: mirror.point([end, 0]), to: mirror.point([side * 50, 0]), heightM, look }),
      createWall(random, {
        from: mirror.point([end, 0.3]),
        to: mirror.point([end, -0.9]),
        heightM: heightM + 0.8,
        look: 'plaster',
      }),
    );
  }
  const cabin = {
    widthM: random.between(5, 8),
    depthM: 2.6,
    heightM: random.between(2.6, 5.4),
    ground: 'wall',
  } as const;
  set.add(
    createHouse(random, { x: mirror.x(gateX - openM / 2 - 6), z: -4.5, ...cabin }),
    createHouse(random, {
      x: mirror.x(gateX + random.between(-6, 14)),
      z: -34,
      widthM: 22,
      depthM: 12,
      heightM: random.between(9, 24),
    }),
    createSign(random, { x: mirror.x(gateX + openM / 2 + 1.2), z: 0.9 }),
    createBollards(random, { x: mirror.x(gateX - openM / 2 - 3), z: roadZ - 4.2, lengthM: 3 }),
  );
  for (let x = -16; x < 24; x += random.between(11, 16)) {
    if (Math.abs(x - gateX) > openM) set.add(createLampPost(random, { x: mirror.x(x), z: roadZ - 4.4 }));
  }
}
