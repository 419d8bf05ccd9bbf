import { createBicycle } from '../actors/bicycle.ts';
import { createCar } from '../actors/car.ts';
import { createEBike } from '../actors/e-bike.ts';
import { createFireEngine } from '../actors/fire-engine.ts';
import { createPerson } from '../actors/person.ts';
import { createBollards, createHedge, createLampPost, createSign } from '../set/furniture.ts';
import { createHatching, createMarking, createSurface } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { edgeOf, passBy, walkEnd, walkers } from './life.ts';
import { parkBike } from './parked-bike.ts';
import { route } from './route.ts';
import { createAlley, createHouseRow, createSheet, createStreet, grouped, pavementY, rectangle } from './street.ts';
import { viewpoint } from './viewpoint.ts';
import { visit } from './visit.ts';

/** Which way the lane runs. */
interface LaneSite extends Site {
  readonly laneM: number;
  readonly dir: 1 | -1;
  readonly walkZ: readonly [number, number];
}

/** A lane between the houses of an estate that is kept free for the fire brigade. */
export const fireLaneBlockedSite: SitePlan = {
  scene: 'fire_lane_blocked',
  lights: ['day', 'day', 'dusk', 'night', 'rain', 'infrared'],
  build(random): LaneSite {
    const laneM = random.between(4, 4.8);
    const lengthM = random.between(7.6, 8.8);
    const stripM = random.between(3.4, 5.5);
    const zone = rectangle(-lengthM / 2, 0, lengthM / 2, laneM);
    const set = grouped(
      createSheet(random, random.pick(['grass', 'concrete'])),
      createStreet(random, { farZ: 0, nearZ: laneM, pavementsM: [random.between(1.2, 1.8), 1.2], centreLine: false }),
      createSurface(random, {
        kind: random.pick(['grass', 'paving', 'grass']),
        points: rectangle(-70, -stripM, 70, -1.2),
        y: 0.05,
      }),
      createHouseRow(random, { z: -stripM, heightM: [9, 20], ground: random.pick(['lobby', 'wall', 'lobby']) }),
      createAlley(random, { z: -stripM + 1.2, everyM: random.between(6, 11), of: ['tree'] }),
      createHedge(random, { x: random.between(-14, -9), z: -1.9, lengthM: random.between(5, 9) }),
      createHedge(random, { x: random.between(9, 14), z: -1.9, lengthM: random.between(5, 9) }),
      createSign(random, { x: random.pick([-1, 1]) * (lengthM / 2 + 0.7), z: -0.6 }),
      createLampPost(random, { x: random.between(-12, 12), z: -0.8 }),
    );
    if (random.chance(0.75))
      set.add(createHatching({ points: zone, colour: random.pick(['yellow', 'yellow', 'white']) }));
    for (const z of [0.12, laneM - 0.12]) {
      set.add(createMarking({ from: [-lengthM / 2, z], to: [lengthM / 2, z], widthM: 0.14, colour: 'yellow' }));
    }
    if (random.chance(0.5)) {
      set.add(createBollards(random, { x: 0, z: laneM + 0.4, lengthM }));
    }
    return {
      set,
      camera: viewpoint(random, {
        focus: [0, laneM / 2],
        awayM: [9.5, 13],
        heightM: [4.6, 7.5],
        turn: [0.15, 0.85],
        fovDeg: [42, 54],
      }),
      zones: [{ id: 'lane', kind: 'polygon', points: zone }],
      grounds: [
        { use: 'road', points: rectangle(-16, 0.3, 16, laneM - 0.3), heading: 0 },
        { use: 'yard', points: rectangle(-9, laneM + 0.6, 9, laneM + 4.5) },
        { use: 'grass', points: rectangle(-14, -stripM + 1, 14, -1.6) },
        { use: 'pavement', points: rectangle(-14, -1.2, 14, -0.2), y: pavementY },
      ],
      laneM,
      dir: random.pick([1, -1]),
      walkZ: [-1, -0.4],
    };
  },
  takes: {
    fires: {
      about: 'A car is left standing on the fire lane behind an e-bike, and both drive off again.',
      light: 'rain',
      lengthS: 48,
      tell(story, site: LaneSite) {
        const { laneM, dir } = site;
        const random = story.random;
        const [x, z] = [random.between(-0.8, 0.8), laneM * random.between(0.45, 0.55)];
        const kind = random.pick(['van', 'suv', 'sedan'] as const);
        const stand = { at: [x, z] as const, laneZ: z, dir, paceMps: 6, arriveS: 11, waitS: 24 };
        const { path, stopS, goS } = visit(site, stand);
        story.play(createCar(random.branch(), { kind }), path);
        story.during(stopS, goS);
        // The driver goes home; whoever stays beside a car is unloading it.
        story.play(
          createPerson(random.branch()),
          route(
            stopS + 1,
            [x + dir * 0.4, z - 1.25],
            [
              { to: [x + dir * 2, -0.7], y: pavementY },
              { to: walkEnd(site, [x + dir * 2, -0.8], dir), y: pavementY, paceMps: 1.5 },
            ],
          ),
        );
        if (random.chance(0.65)) eBikeBefore(story, site, [x + dir * 3.4, z], goS - 3);
        walkers(story, site, { count: [0, 2], z: site.walkZ, y: pavementY });
      },
    },
    near: {
      about:
        'A fire engine stands on its lane for an exercise and drives off; a bicycle and a car pass through before.',
      light: 'night',
      lengthS: 48,
      tell(story, site: LaneSite) {
        const { laneM, dir, walkZ } = site;
        const random = story.random;
        const z = laneM / 2;
        passBy(story, site, createBicycle(random.branch(), { rider: true }), {
          atS: 4,
          z: laneM * 0.4,
          dir,
          paceMps: 4.5,
          radiusM: 1,
        });
        passBy(story, site, createCar(random.branch()), { atS: 7, z, dir, paceMps: 7, radiusM: 2.6 });
        const x = random.between(-1, 1);
        const stand = { at: [x, z] as const, laneZ: z, dir, paceMps: 6, arriveS: 15, waitS: 18, radiusM: 4.5 };
        const { path, stopS } = visit(site, stand);
        story.play(createFireEngine(random.branch()), path);
        for (const side of [1, -1]) {
          story.play(
            createPerson(random.branch(), { outfit: 'worker' }),
            route(
              stopS + 2,
              [x + dir * 2.6, z + side * 1.8],
              [
                { to: [x - dir * 2, z + side * 1.9], waitS: 6, waitHeading: (side * Math.PI) / 2 },
                { to: [x + dir * 2.6, z + side * 1.8], waitS: 3 },
              ],
            ),
          );
        }
        walkers(story, site, { count: [0, 2], z: walkZ, y: pavementY });
      },
    },
  },
};

/** Somebody leaves an e-bike there before the car comes: who walks about beside a car unloads it. */
function eBikeBefore(story: Story, site: LaneSite, [x, z]: GroundPoint, fetchS: number): void {
  const { laneM, dir } = site;
  const place: GroundPoint = [x, Math.min(laneM - 0.7, z + 0.4)];
  const far = edgeOf(site, place, dir, { radiusM: 1, mostM: 18 });
  const heading = dir === 1 ? Math.PI : 0;
  const walksTo = walkEnd(site, [x + dir, laneM + 1.2], dir);
  parkBike(story, { make: createEBike, from: far, place, heading, parkS: 7.6, walksTo, fetchS, leavesTo: far });
}
