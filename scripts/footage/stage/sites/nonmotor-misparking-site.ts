import { createBicycle } from '../actors/bicycle.ts';
import { createEBike } from '../actors/e-bike.ts';
import { createBikeRack, createBollards, createSign } from '../set/furniture.ts';
import { createMarking } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { passBy, traffic, walkers } from './life.ts';
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
}

const rackM = 5.6;
const bikeStepM = 1.35;
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
        awayM: [11, 14.5],
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
    };
  },
  takes: {
    fires: {
      about: 'Two bikes stand about on the pavement, four more are left beside them for a while; the rack stays empty.',
      light: 'day',
      lengthS: 54,
      tell(story, site: PavementSite) {
        const { dir, walkZ, roadM } = site;
        const random = story.random;
        const row = bikePlaces(story, site);
        for (const [index, { place, heading }] of row.entries()) {
          const make = random.pick(makers);
          if (index < 2) {
            story.place(make(random.branch(), { rider: false }), { x: place[0], z: place[1], y: pavementY, heading });
            continue;
          }
          const far: GroundPoint = [place[0] - dir * random.between(13, 16), place[1] + 1.2];
          parkBike(story, {
            make,
            from: far,
            place,
            heading,
            parkS: 6.5 + (index - 2) * 1.9,
            walksTo: [place[0] + random.pick([-1, 1]) * 11, walkZ[0]],
            fetchS: 36 + (row.length - index) * 1.7,
            leavesTo: [place[0] - dir * 15, place[1] + 1.4],
            y: pavementY,
          });
        }
        story.during(6.5 + 2 * 1.9, 36 + 1.7);
        walkers(story, { count: [0, 2], z: walkZ, y: pavementY, untilS: 34 });
        traffic(story, { count: [0, 2], z: roadM * 0.75, dir: 1 });
      },
    },
    near: {
      about:
        'Bikes stand in their rack, one is added and one fetched; two others stand about, and riders pass through.',
      light: 'dusk',
      lengthS: 44,
      tell(story, site: PavementSite) {
        const { dir, rackX, walkZ, roadM, zones } = site;
        const random = story.random;
        const rackZ = middleZ(zones[1]?.points ?? []);
        const places = Math.floor(rackM / 0.95);
        const comes = random.whole(1, places - 2);
        for (let index = 0; index < places; index += 1) {
          const place: GroundPoint = [rackX + (index - (places - 1) / 2) * 0.95, rackZ + 0.25];
          const heading = Math.PI / 2 + random.between(-0.12, 0.12);
          if (index === comes) {
            const from: GroundPoint = [place[0] - dir * 14, place[1] + 2.2];
            const walksTo: GroundPoint = [place[0] - dir * 10, walkZ[0]];
            parkBike(story, {
              make: random.pick(makers),
              from,
              place,
              heading,
              parkS: 9,
              walksTo,
              fetchS: 33,
              leavesTo: from,
              y: pavementY,
            });
          } else if (random.chance(0.85)) {
            const bike = random.pick(makers)(random.branch(), { rider: false });
            story.place(bike, { x: place[0], z: place[1], y: pavementY, heading });
          }
        }
        for (const { place, heading } of bikePlaces(story, site).slice(0, 2)) {
          story.place(random.pick(makers)(random.branch(), { rider: false }), {
            x: place[0],
            z: place[1],
            y: pavementY,
            heading,
          });
        }
        for (const atS of [4, 15]) {
          const way = { atS, z: -0.9, y: pavementY, dir: random.pick([1, -1] as const), paceMps: 3.2, reachM: 18 };
          passBy(story, random.pick(makers)(random.branch(), { rider: true }), way);
        }
        walkers(story, { count: [1, 3], z: walkZ, y: pavementY });
        traffic(story, { count: [0, 2], z: roadM * 0.75, dir: 1 });
      },
    },
  },
};

/** Six places side by side on the free pavement, more or less in order. */
function bikePlaces(story: Story, { dir, zones }: PavementSite): { place: GroundPoint; heading: number }[] {
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
