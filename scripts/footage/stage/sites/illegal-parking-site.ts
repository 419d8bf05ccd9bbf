import { createCar } from '../actors/car.ts';
import { createPerson } from '../actors/person.ts';
import { createSign } from '../set/furniture.ts';
import { createHatching, createMarking } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { traffic, walkers } from './life.ts';
import { endOf, type Leg, route } from './route.ts';
import {
  createAlley,
  createHouseRow,
  createSheet,
  createStreet,
  grouped,
  line,
  pavementY,
  rectangle,
} from './street.ts';
import { viewpoint } from './viewpoint.ts';
import { visit } from './visit.ts';

/** Width of the strip along the kerb in which nobody may park, metres. */
const stripM = 3;

/** Which way things are on this street. */
interface KerbSite extends Site {
  /** Of the watched kerb; `out`: towards the middle of the road. */
  readonly kerbZ: number;
  readonly out: 1 | -1;
  /** Of the traffic beside it: on the right of the road. */
  readonly dir: 1 | -1;
  readonly laneZ: number;
  readonly otherLaneZ: number;
  readonly walkZ: readonly [number, number];
  /** Behind the fronts of the houses: who goes there is inside. */
  readonly doorZ: number;
}

/** A street with a kerb along which parking is forbidden. */
export const illegalParkingSite: SitePlan = {
  scene: 'illegal_parking',
  lights: ['day', 'day', 'dusk', 'night', 'rain', 'infrared'],
  build(random): KerbSite {
    const roadM = random.between(9.6, 12);
    const pavements = [random.between(2.6, 5), random.between(2.5, 4)] as const;
    const isFar = random.chance(0.6);
    const [kerbZ, out] = isFar ? ([0, 1] as const) : ([roadM, -1] as const);
    const lengthM = random.between(11, 15);
    const half = roadM / 2;
    const set = grouped(
      createSheet(random, 'concrete'),
      createStreet(random, { farZ: 0, nearZ: roadM, pavementsM: pavements, centreLine: true }),
      createHouseRow(random, { z: -pavements[0], heightM: [6, 22], ground: random.pick(['shops', 'shops', 'wall']) }),
      createAlley(random, {
        z: -0.9,
        everyM: random.between(7, 13),
        of: random.pick([['tree'], ['tree', 'lamp'], ['lamp']]),
      }),
      createSign(random, { x: random.pick([-1, 1]) * (lengthM / 2 + 0.4), z: kerbZ - out * 0.5 }),
    );
    const stripEdge = kerbZ + out * stripM;
    const [low, high] = [Math.min(kerbZ, stripEdge), Math.max(kerbZ, stripEdge)];
    const ground = rectangle(-lengthM / 2, low, lengthM / 2, high);
    if (random.chance(0.5)) set.add(createHatching({ points: ground, colour: 'yellow' }));
    else set.add(line(kerbZ + out * 0.3, 0.15, { colour: 'yellow', dashed: random.chance(0.3) }));
    if (random.chance(0.5)) {
      set.add(createMarking({ from: [-70, stripEdge], to: [70, stripEdge], widthM: 0.12, dashed: true }));
    }
    return {
      set,
      camera: viewpoint(random, {
        focus: [0, kerbZ + out * 1.5],
        awayM: [10.5, 15],
        heightM: [4.8, 8],
        turn: [0.15, 0.7],
        fovDeg: [40, 52],
      }),
      zones: [{ id: 'kerb', kind: 'polygon', points: ground, tags: ['roadway'] }],
      grounds: [
        { use: 'road', points: rectangle(-20, half + 0.4, 20, roadM - 0.4), heading: 0 },
        { use: 'road', points: rectangle(-20, 0.4, 20, half - 0.4), heading: Math.PI },
        { use: 'pavement', points: rectangle(-18, -pavements[0] + 0.5, 18, -0.4), y: pavementY },
        { use: 'pavement', points: rectangle(-10, roadM + 0.4, 10, roadM + pavements[1] - 0.2), y: pavementY },
      ],
      kerbZ,
      out,
      dir: isFar ? -1 : 1,
      laneZ: kerbZ + out * (stripM + (half - stripM) / 2 + 0.1),
      otherLaneZ: kerbZ + out * (roadM - half / 2 - 0.2),
      walkZ: isFar ? [-pavements[0] + 0.5, -1.3] : [roadM + 0.8, roadM + 1.6],
      doorZ: -pavements[0] - 0.8,
    };
  },
  takes: {
    fires: {
      about: 'A car pulls in at the kerb, stands there while its driver is in a shop, and drives off.',
      light: 'day',
      lengthS: 46,
      tell(story, site: KerbSite) {
        const { kerbZ, out, dir, laneZ } = site;
        const random = story.random;
        const [x, z] = [random.between(-1.2, 1.2), kerbZ + out * random.between(1.15, 1.4)];
        const stand = { at: [x, z] as const, laneZ, dir, paceMps: 8, arriveS: 8.5, waitS: 23 };
        const { path, stopS, goS } = visit(site, stand);
        const kind = random.pick(['sedan', 'hatchback', 'suv', 'van', 'taxi'] as const);
        story.play(createCar(random.branch(), { kind }), path);
        story.during(stopS, goS);
        if (random.chance(0.7)) driverInShop(story, site, [x, z], [stopS, goS]);
        surroundings(story, site);
      },
    },
    near: {
      about: 'Cars wait one behind the other at a red light, the last of them along the kerb, and drive on.',
      light: 'dusk',
      // Longer than a queue is remembered, so that the clip’s next queue is another one.
      lengthS: 52,
      tell(story, site: KerbSite) {
        const { kerbZ, out, dir } = site;
        const random = story.random;
        const cars = random.whole(4, 5);
        const first = dir * random.between(6, 7.5);
        const z = kerbZ + out * random.between(1.35, 1.6);
        for (let place = 0; place < cars; place += 1) {
          const x = first - dir * place * random.between(5.5, 5.9);
          const [arriveS, goS] = [9.5 + place * 1.3, 22.5 + place * 1.1];
          const { path } = visit(site, { at: [x, z], laneZ: z, dir, paceMps: 9, arriveS, waitS: goS - arriveS });
          story.play(createCar(random.branch()), path);
        }
        surroundings(story, site);
      },
    },
  },
};

function surroundings(story: Story, site: KerbSite): void {
  const { laneZ, otherLaneZ, dir, out, walkZ, doorZ } = site;
  const isFar = out === 1;
  // Before the far kerb little may drive: it would hide what stands there.
  traffic(story, site, { count: isFar ? [1, 2] : [2, 4], z: otherLaneZ, dir: dir === 1 ? -1 : 1 });
  traffic(story, site, { count: [0, 2], z: laneZ, dir, fromS: 14, untilS: 28 });
  walkers(story, site, { count: [1, 3], z: walkZ, y: pavementY, ...(isFar && { doorZ }) });
}

/** Gets out on the side of the road, walks round the car to the houses and is back before it drives off. */
function driverInShop(
  story: Story,
  site: KerbSite,
  [x, z]: GroundPoint,
  [stopS, goS]: readonly [number, number],
): void {
  const { out, dir, walkZ, doorZ } = site;
  const door: GroundPoint = [x + dir * 0.4, z + out * 1.25];
  const front: GroundPoint = [x + dir * 3.1, door[1]];
  const kerb: GroundPoint = [front[0], (walkZ[0] + walkZ[1]) / 2];
  const shop: GroundPoint = [front[0] + dir * story.random.between(-0.5, 1.5), out === 1 ? doorZ : kerb[1] + 1];
  const there: Leg[] = [
    { to: front, paceMps: 1.5 },
    { to: kerb, y: pavementY },
  ];
  const back: Leg[] = [{ to: kerb, y: pavementY }, { to: front, y: 0 }, { to: door }];
  const startS = stopS + 1.5;
  const aboutS = endOf(startS, door, [...there, { to: shop }, ...back]);
  const inside: Leg = { to: shop, y: pavementY, waitS: Math.max(0.5, goS - 1 - aboutS) };
  story.play(createPerson(story.random.branch()), route(startS, door, [...there, inside, ...back]));
}
