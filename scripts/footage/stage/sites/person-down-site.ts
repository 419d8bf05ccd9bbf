import { Group } from 'three';
import { createAnimal } from '../actors/animal.ts';
import { createLookAlike } from '../actors/look-alikes.ts';
import { createPerson } from '../actors/person.ts';
import type { Random } from '../random.ts';
import { createBench, createHedge, createLampPost, createTree } from '../set/furniture.ts';
import { createHouse } from '../set/houses.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, SitePlan, Story } from '../site.ts';
import { Mirror } from './mirror.ts';
import { arrival, entryOf, passBy, type TurnableSite } from './passing.ts';

interface Park extends TurnableSite {
  readonly spot: GroundPoint;
  readonly bench: GroundPoint;
}

/** A path through a small park before houses. */
export const personDownSite: SitePlan = {
  scene: 'person_down',
  lights: ['day', 'dusk', 'night', 'day', 'rain'],
  build(random): Park {
    const mirror = new Mirror(random);
    const set = new Group();
    const backM = -random.between(2.6, 4);
    const bench = [random.between(2.4, 3.4), backM + 0.5] as const;
    addPark(set, random, mirror, { backM, bench });
    const spot = [random.between(-1.2, 0.6), random.between(-0.6, 0.8)] as const;
    return {
      set,
      mirror,
      spot,
      bench,
      camera: {
        position: [mirror.x(spot[0] - random.between(-3.5, 3.5)), random.between(3.6, 5.2), random.between(8.5, 11)],
        target: [mirror.x(spot[0] + random.between(0, 1)), 0.6, spot[1] - random.between(0, 0.8)],
        fovDeg: random.between(38, 46),
      },
      zones: [{ id: 'path', kind: 'polygon', points: mirror.area([-6, backM + 0.2], [6, 3.6]), tags: ['sidewalk'] }],
      grounds: [
        { use: 'pavement', points: mirror.area([-6, backM + 1], [7, 3.4]) },
        { use: 'pavement', points: mirror.area([-3, -1], [3, 2]) },
        { use: 'grass', points: mirror.area([-12, backM - 6], [12, backM]) },
        { use: 'grass', points: mirror.area([-5, 4], [5, 6]) },
      ],
    };
  },
  takes: {
    fires: {
      about: 'Somebody falls on a path and lies there; a passer-by helps the person up.',
      light: 'day',
      lengthS: 52,
      tell(story, site: Park) {
        const { random } = story;
        const [x, z] = site.spot;
        // Across the picture, so that who lies is seen at full length.
        const heading = random.pick([0, Math.PI]) + acrossOf(site);
        const falls = arrival(site, [x, z], { byS: 10, heading, paceMps: 1.2 });
        falls
          .stayUntil(34, { pose: 'lie', heading })
          .stay(2.5, { pose: 'crouch', heading })
          .stay(3, { pose: 'stand', heading });
        const [outX, outZ] = entryOf(site, [x, z], heading);
        story.play(
          createPerson(random, { build: 'adult', carries: 'nothing', lies: 'front' }),
          falls.to(outX, outZ, 1.1).path,
        );
        const beside = [x + 1.1 * Math.cos(heading), z - 1.1 * Math.sin(heading) - 1] as const;
        const helps = arrival(site, beside, { byS: 29, heading: heading + Math.PI, paceMps: 1.7 });
        const facing = Math.atan2(beside[1] - z, x - beside[0]);
        helps.stayUntil(36, { heading: facing, pose: 'crouch' }).stay(3, { heading: facing, pose: 'stand' });
        const [goX, goZ] = entryOf(site, beside, heading + Math.PI);
        story.play(createPerson(random, { build: 'adult' }), helps.to(goX, goZ, 1.2).path);
        passBy(story, site, createPerson(random), { over: [x, z - 1.2], atS: 3, heading, paceMps: 1.4 });
        story.during(10.7, 34);
      },
    },
    near: {
      about: 'Somebody sits down on a bench, somebody crouches to tie a shoe, a dog lies about.',
      light: 'dusk',
      lengthS: 48,
      tell(story, site: Park) {
        const { random } = story;
        const [x, z] = site.spot;
        const [benchX, benchZ] = site.bench;
        const sits = arrival(site, [benchX, benchZ + 0.7], { byS: 9, heading: Math.PI, paceMps: 1.2 });
        sits
          .to(benchX, benchZ + 0.08, 0.8)
          .stay(22, { pose: 'sit', heading: -Math.PI / 2 })
          .to(benchX, benchZ + 0.8, 0.8);
        const [outX, outZ] = entryOf(site, [benchX, benchZ + 0.8], 0);
        story.play(createPerson(random), sits.to(outX, outZ, 1.2).path);
        const heading = random.pick([0, Math.PI]);
        const ties = arrival(site, [x, z], { byS: 14, heading, paceMps: 1.3 })
          .stay(12, { pose: 'crouch', heading })
          .stay(1.5, { heading });
        const [goX, goZ] = entryOf(site, [x, z], heading);
        story.play(createPerson(random, { build: 'adult' }), ties.to(goX, goZ, 1.3).path);
        const dog = { over: [x + 1, z + 1.4], atS: 20, heading: Math.PI, paceMps: 1.5 } as const;
        passBy(story, site, createAnimal(random, { kind: 'dog' }), dog);
        passBy(story, site, createPerson(random, { build: 'adult' }), { ...dog, over: [x + 1, z + 2.2], atS: 20.4 });
        story.place(createLookAlike(random, { kind: 'leaf-heap' }), { x: site.mirror.x(x - 3), z: z - 1.5 });
        stroll(story, site, 34);
      },
    },
  },
};

function stroll(story: Story, site: Park, atS: number): void {
  const { random } = story;
  const over = [site.spot[0], site.spot[1] - random.between(0.5, 1.2)] as const;
  passBy(story, site, createPerson(random), { over, atS, heading: random.pick([0, Math.PI]), paceMps: 1.3 });
}

/** The heading at right angles to the line of sight to the spot, in the coordinates of the layout. */
function acrossOf({ camera, mirror, spot }: Park): number {
  const [x, , z] = camera.position;
  const sight = Math.atan2(z - spot[1], spot[0] - mirror.x(x));
  return sight - Math.PI / 2;
}

interface Extent {
  readonly backM: number;
  readonly bench: GroundPoint;
}

function addPark(set: Group, random: Random, mirror: Mirror, { backM, bench }: Extent): void {
  const kind = random.pick(['paving', 'paving', 'concrete', 'asphalt'] as const);
  set.add(
    createSurface(random, {
      kind: random.pick(['grass', 'grass', 'asphalt']),
      points: mirror.area([-40, -40], [40, 25]),
      y: -0.02,
    }),
    createSurface(random, { kind, points: mirror.area([-40, backM], [40, 3.8]) }),
    createBench(random, { x: mirror.x(bench[0]), z: bench[1], heading: 0 }),
    createHedge(random, { x: mirror.x(random.between(-6, -3)), z: backM - 0.4, lengthM: random.between(3, 8) }),
  );
  for (let x = -16; x < 16; x += random.between(4, 7)) {
    const place = { x: mirror.x(x), z: backM - random.between(1.2, 4) };
    set.add(random.chance(0.75) ? createTree(random, place) : createLampPost(random, place));
  }
  for (let x = -20; x < 20; ) {
    const widthM = random.between(9, 15);
    const place = { x: mirror.x(x + widthM / 2), z: backM - 13 - random.between(0, 4) };
    const ground = random.pick(['shops', 'lobby', 'wall'] as const);
    set.add(createHouse(random, { ...place, widthM, depthM: 8, heightM: random.between(6, 14), ground }));
    x += widthM + random.between(0, 5);
  }
}
