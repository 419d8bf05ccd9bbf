import { createBicycle } from '../actors/bicycle.ts';
import { createEBike } from '../actors/e-bike.ts';
import { createBikeRack, createBollards, createSign } from '../set/furniture.ts';
import { createMarking } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { edgeOf, passBy, traffic, walkEnd, walkers } from './life.ts';
import { parkBike } from './parked-bike.ts';
import { createAlley, createHouseRow, createSheet, createStreet, grouped, pavementY, rectangle } from './street.ts';
import { viewpoint } from './viewpoint.ts';

/** A wide pavement along x with a rack at one end. */
interface PavementSite extends Site {
  readonly pavementM: number;
  readonly roadM: number;
  /** Towards the rack. */
  readonly dir: 1 | -1;
  readonly rackX: number;
  readonly walkZ: readonly [number, number];
  /** Behind the fronts of the houses: who goes there is inside. */
  readonly doorZ: number;
}

const rackM = 5.6;
const rackStepM = 0.95;
const bikeStepM = 1.35;
/** So many bikes on the pavement are no case. */
const aboutAlways = 2;
const makers = [createBicycle, createEBike] as const;

/** The pavement before a station or a market: a rack at one end, and no bikes elsewhere. */
export const nonmotorMisparkingSite: SitePlan = {
  scene: 'nonmotor_misparking',
  lights: ['day', 'day', 'dusk', 'night', 'rain'],
  build(random): PavementSite {
    const pavementM = random.between(5, 6.5);
    const roadM = random.between(7, 10);
    const dir = random.pick([1, -1] as const);
    const rackX = dir * random.between(5.6, 6.2);
    const rackZ = -random.between(1.8, 2.4);
    const [near, far] = [rackX - dir * (rackM / 2 + 0.3), rackX + dir * (rackM / 2 + 0.3)];
    const rack = rectangle(Math.min(near, far), rackZ - 1.3, Math.max(near, far), rackZ + 1.4);
    const free = near - dir * 0.25;
    const pavement = rectangle(Math.min(-dir * 7, free), -pavementM + 0.5, Math.max(-dir * 7, free), -0.15);
    const set = grouped(
      createSheet(random, 'concrete'),
      createStreet(random, { farZ: 0, nearZ: roadM, pavementsM: [pavementM, random.between(2, 3)], centreLine: true }),
      createHouseRow(random, {
        z: -pavementM,
        heightM: [6, 24],
        ground: random.pick(['shops', 'shops', 'wall', 'lobby']),
      }),
      createAlley(random, {
        z: -0.6,
        everyM: random.between(7, 12),
        of: random.pick([['lamp'], ['tree', 'lamp']]),
        clear: [-8.5, 8.5],
      }),
      createBikeRack(random, { x: rackX, z: rackZ, lengthM: rackM }),
      createSign(random, { x: rackX + dir * (rackM / 2 + 0.6), z: rackZ }),
    );
    for (const z of [rackZ - 1.3, rackZ + 1.4]) {
      set.add(createMarking({ from: [near, z], to: [far, z], widthM: 0.1, colour: 'white' }).translateY(pavementY));
    }
    if (random.chance(0.4)) set.add(createBollards(random, { x: 0, z: -0.35, lengthM: 12 }));
    return {
      set,
      camera: viewpoint(random, {
        focus: [dir * 0.7, -2],
        awayM: [8.8, 11.5],
        heightM: [4.6, 7.5],
        turn: [0.05, 0.6],
        fovDeg: [46, 56],
      }),
      zones: [
        { id: 'pavement', kind: 'polygon', points: pavement, y: pavementY, tags: ['sidewalk'] },
        { id: 'rack', kind: 'polygon', points: rack, y: pavementY, tags: ['rack'] },
      ],
      grounds: [
        { use: 'pavement', points: pavement, y: pavementY },
        { use: 'pavement', points: rack, y: pavementY },
        { use: 'road', points: rectangle(-16, 0.4, 16, roadM / 2), heading: Math.PI },
        { use: 'road', points: rectangle(-11, roadM / 2, 11, roadM - 0.4), heading: 0 },
      ],
      pavementM,
      roadM,
      dir,
      rackX,
      walkZ: [-pavementM + 0.7, -pavementM + 1.4],
      doorZ: -pavementM - 0.8,
    };
  },
  takes: {
    fires: {
      about: 'Two bikes stand about on the pavement; four more are left beside them and fetched again.',
      light: 'day',
      lengthS: 54,
      tell(story, site: PavementSite) {
        const { dir } = site;
        const random = story.random;
        const places = bikePlaces(story, site);
        const parkS = (index: number) => 9 + (index - aboutAlways) * 1.9;
        const fetchS = (index: number) => 36 + (places.length - index) * 1.7;
        standAbout(story, places.slice(0, aboutAlways));
        for (const [index, { place, heading }] of places.entries()) {
          if (index < aboutAlways) continue;
          const before: GroundPoint = [place[0], place[1] + 1.8];
          const far = edgeOf(site, before, dir === 1 ? -1 : 1, { radiusM: 1, mostM: 22 });
          parkBike(story, {
            make: random.pick(makers),
            from: far,
            place,
            heading,
            parkS: parkS(index),
            walksTo: walkOff(site, place, random.pick([1, -1])),
            fetchS: fetchS(index),
            leavesTo: far,
            y: pavementY,
          });
        }
        if (random.chance(0.6)) fillRack(story, site, 0.4);
        // Five are too many: from the third that comes to the third that goes.
        story.during(parkS(aboutAlways + 2), fetchS(places.length - 2));
        surroundings(story, site, [0, 2]);
      },
    },
    near: {
      about: 'Bikes stand in their rack, one is added and fetched; two others stand about, and riders pass through.',
      light: 'dusk',
      lengthS: 46,
      tell(story, site: PavementSite) {
        const { dir } = site;
        const random = story.random;
        const free = fillRack(story, site, 0.85);
        const from = edgeOf(site, [free.place[0] - dir * 4, free.place[1] + 2], dir === 1 ? -1 : 1, {
          radiusM: 1,
          mostM: 22,
        });
        const walksTo = walkOff(site, free.place, dir === 1 ? -1 : 1);
        const stay = { ...free, parkS: 10, fetchS: 32, walksTo, leavesTo: from, y: pavementY };
        parkBike(story, { make: random.pick(makers), from, ...stay });
        standAbout(story, bikePlaces(story, site).slice(0, aboutAlways));
        for (const atS of [7, 18]) {
          const way = { atS, z: -0.8, y: pavementY, dir: random.pick([1, -1] as const), paceMps: 4.2, radiusM: 1 };
          passBy(story, site, random.pick(makers)(random.branch(), { rider: true }), way);
        }
        surroundings(story, site, [1, 3]);
      },
    },
  },
};

interface BikePlace {
  readonly place: GroundPoint;
  readonly heading: number;
}

/** Bikes that stand there all the time. */
function standAbout(story: Story, places: readonly BikePlace[]): void {
  for (const { place, heading } of places) {
    const bike = story.random.pick(makers)(story.random.branch(), { rider: false });
    story.place(bike, { x: place[0], z: place[1], y: pavementY, heading });
  }
}

/** Bikes in so much of the rack; gives a place that is left free. */
function fillRack(story: Story, { rackX, zones }: PavementSite, share: number): BikePlace {
  const random = story.random;
  const z = middleZ(zones[1]?.points ?? []) + 0.2;
  const count = Math.floor(rackM / rackStepM);
  const places = Array.from(
    { length: count },
    (_, index): BikePlace => ({
      place: [rackX + (index - (count - 1) / 2) * rackStepM, z],
      heading: Math.PI / 2 + random.between(-0.12, 0.12),
    }),
  );
  const free = random.pick(places.slice(1, -1));
  standAbout(
    story,
    places.filter((each) => each !== free && random.chance(share)),
  );
  return free;
}

function walkOff(site: PavementSite, place: GroundPoint, dir: 1 | -1): GroundPoint {
  return walkEnd(site, [place[0], site.walkZ[0]], dir, site.doorZ);
}

function surroundings(story: Story, site: PavementSite, people: readonly [number, number]): void {
  const { walkZ, doorZ, roadM } = site;
  walkers(story, site, { count: people, z: walkZ, y: pavementY, untilS: 34, doorZ });
  traffic(story, site, { count: [0, 2], z: roadM * 0.75, dir: 1 });
}

/** Six places side by side on the free pavement, more or less in order. */
function bikePlaces(story: Story, { dir, zones }: PavementSite): BikePlace[] {
  const random = story.random;
  const z = middleZ(zones[0]?.points ?? []) + random.between(-0.2, 0.5);
  const lean = random.between(-0.5, 0.5);
  const firstX = -dir * random.between(5.4, 5.9);
  return Array.from({ length: 6 }, (_, index) => ({
    place: [firstX + dir * index * bikeStepM, z + random.between(-0.25, 0.25)] as const,
    heading: Math.PI / 2 + lean + random.between(-0.25, 0.25),
  }));
}

function middleZ(points: readonly GroundPoint[]): number {
  return points.reduce((sum, [, z]) => sum + z, 0) / Math.max(1, points.length);
}
