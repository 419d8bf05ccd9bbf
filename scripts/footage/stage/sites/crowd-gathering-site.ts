import { Group } from 'three';
import { createPerson } from '../actors/person.ts';
import type { Random } from '../random.ts';
import { createBench, createHedge, createLampPost, createTree } from '../set/furniture.ts';
import { createHouse } from '../set/houses.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, SitePlan, Story } from '../site.ts';
import { Mirror } from './mirror.ts';
import { arrival, entryOf, passBy, type TurnableSite } from './passing.ts';

interface Square extends TurnableSite {
  /** Where people meet. */
  readonly middle: GroundPoint;
}

/** Rings in which people stand: radius in metres, and how many. */
const rings = [
  [1.5, 5],
  [3, 8],
  [4.4, 10],
] as const;

/** A paved square before a public building. */
export const crowdGatheringSite: SitePlan = {
  scene: 'crowd_gathering',
  lights: ['day', 'dusk', 'rain', 'night'],
  build(random): Square {
    const mirror = new Mirror(random);
    const set = new Group();
    const halfM = random.between(12, 17);
    const backM = -random.between(9, 12);
    addGround(set, random, mirror, { halfM, backM });
    addBuildings(set, random, mirror, { halfM, backM });
    addFurniture(set, random, mirror, { halfM, backM });
    const middle = [random.between(-1.5, 1.5), random.between(-2, 0.5)] as const;
    const aheadM = random.between(12, 15.5);
    const asideM = random.between(-8, 8);
    return {
      set,
      mirror,
      middle,
      camera: {
        position: [mirror.x(middle[0] + asideM), random.between(7.2, 9), middle[1] + aheadM],
        target: [mirror.x(middle[0] + random.between(-0.7, 0.7)), 0.3, middle[1] - random.between(0, 1)],
        fovDeg: random.between(29, 34),
      },
      zones: [
        {
          id: 'square',
          kind: 'polygon',
          points: mirror.area([middle[0] - 7, middle[1] - 6.5], [middle[0] + 7, middle[1] + 5.8]),
          tags: ['square'],
        },
      ],
      grounds: [
        { use: 'pavement', points: mirror.area([-halfM + 2, backM + 2.5], [halfM - 2, 7]) },
        { use: 'pavement', points: mirror.area([-5, -6], [5, 5]) },
        { use: 'grass', points: mirror.area([-halfM - 6, backM], [-halfM, 7]) },
        { use: 'road', points: mirror.area([-20, 9], [20, 15]), heading: 0 },
      ],
    };
  },
  takes: {
    fires: {
      about: 'Two dozen people come together on a square, stay for half a minute and go their ways.',
      light: 'day',
      lengthS: 58,
      tell(story, site: Square) {
        const { random } = story;
        for (const [radiusM, count] of rings) {
          for (let index = 0; index < count; index += 1) {
            const angle = ((index + random.between(-0.25, 0.25)) / count) * 2 * Math.PI;
            joinCrowd(story, site, [
              site.middle[0] + radiusM * Math.cos(angle) + random.between(-0.25, 0.25),
              site.middle[1] + radiusM * Math.sin(angle) + random.between(-0.25, 0.25),
            ]);
          }
        }
        crossSquare(story, site, 5);
        story.during(17, 43);
      },
    },
    near: {
      about: 'Some people chat on a square, others cross it: fewer than a crowd.',
      light: 'dusk',
      lengthS: 48,
      tell(story, site: Square) {
        const { random, lengthS } = story;
        for (let index = 0; index < 6; index += 1) {
          const angle = (index / 6) * 2 * Math.PI;
          const radiusM = random.between(0.9, 1.4);
          const spot = [
            site.middle[0] + radiusM * Math.cos(angle),
            site.middle[1] + radiusM * Math.sin(angle),
          ] as const;
          const facing = Math.atan2(spot[1] - site.middle[1], site.middle[0] - spot[0]);
          const way = arrival(site, spot, { byS: 8 + random.between(0, 5), heading: sideways(random), paceMps: 1.4 });
          way.stay(random.between(16, 20), { heading: facing });
          const [x, z] = entryOf(site, spot, sideways(random));
          story.play(createPerson(random), way.to(x, z, random.between(1.3, 1.6)).path);
        }
        for (let atS = 6; atS < lengthS - 9; atS += random.between(6, 9)) crossSquare(story, site, atS);
      },
    },
  },
};

/** Comes, stands looking inwards, shifts a little, and leaves. */
function joinCrowd(story: Story, site: Square, spot: GroundPoint): void {
  const { random } = story;
  const [x, z] = spot;
  const facing = Math.atan2(z - site.middle[1], site.middle[0] - x) + random.between(-0.5, 0.5);
  const way = arrival(site, spot, {
    byS: random.between(9, 16.5),
    heading: sideways(random),
    paceMps: random.between(1.4, 1.9),
  });
  const leavesS = random.between(43, 45.5);
  if (random.chance(0.35)) {
    way.stayUntil(way.atS + random.between(5, 9), { heading: facing });
    way.to(x + random.between(-0.4, 0.4), z + random.between(-0.4, 0.4), 0.7);
  }
  const waves = random.chance(0.15);
  way.stayUntil(leavesS, { heading: facing, ...(waves && { pose: 'wave' }) });
  const [toX, toZ] = entryOf(site, spot, sideways(random));
  story.play(createPerson(random), way.to(toX, toZ, random.between(1.7, 2.2)).path);
}

function crossSquare(story: Story, site: Square, atS: number): void {
  const { random } = story;
  const over = [site.middle[0] + random.between(-3, 3), site.middle[1] + random.between(-4, 4)] as const;
  passBy(story, site, createPerson(random), {
    over,
    atS,
    heading: sideways(random),
    paceMps: random.between(1.1, 1.5),
  });
}

/** To the left or to the right of the picture, more or less: there is a house behind and the camera in front. */
function sideways(random: Random): number {
  return random.pick([0, Math.PI]) + random.between(-0.35, 0.35);
}

interface Extent {
  readonly halfM: number;
  readonly backM: number;
}

function addGround(set: Group, random: Random, mirror: Mirror, { halfM, backM }: Extent): void {
  const area = (from: GroundPoint, to: GroundPoint) => mirror.area(from, to);
  set.add(
    createSurface(random, { kind: 'asphalt', points: area([-60, -50], [60, 30]), y: -0.02 }),
    createSurface(random, {
      kind: random.pick(['paving', 'concrete', 'paving']),
      points: area([-halfM, backM], [halfM, 8]),
    }),
    createSurface(random, { kind: 'grass', points: area([-halfM - 8, backM], [-halfM, 8]), y: 0.01 }),
    createSurface(random, { kind: 'grass', points: area([halfM, backM], [halfM + 8, 8]), y: 0.01 }),
  );
}

function addBuildings(set: Group, random: Random, mirror: Mirror, { halfM, backM }: Extent): void {
  let x = -halfM - 10;
  while (x < halfM + 10) {
    const widthM = random.between(9, 16);
    const heightM = random.between(6, 14);
    const ground = random.pick(['lobby', 'shops', 'wall'] as const);
    const place = { x: mirror.x(x + widthM / 2), z: backM - 5 - random.between(0, 2) };
    set.add(createHouse(random, { ...place, widthM, depthM: 8, heightM, ground }));
    x += widthM + random.between(0, 3);
  }
}

function addFurniture(set: Group, random: Random, mirror: Mirror, { halfM, backM }: Extent): void {
  for (const side of [-1, 1]) {
    for (let z = backM + 1; z < 6; z += random.between(4, 6)) {
      const place = { x: mirror.x(side * (halfM + random.between(-0.5, 2))), z };
      set.add(random.chance(0.7) ? createTree(random, place) : createLampPost(random, place));
    }
    set.add(
      createBench(random, { x: mirror.x(side * (halfM - 2)), z: random.between(-4, 3), heading: Math.PI / 2 }),
      createHedge(random, { x: mirror.x(side * halfM * 0.6), z: backM + 1.4, lengthM: random.between(3, 7) }),
    );
  }
}
