import { Group } from 'three';
import { createAnimal } from '../actors/animal.ts';
import { createPerson } from '../actors/person.ts';
import type { Random } from '../random.ts';
import { createFence, createLampPost, createSign, createTree } from '../set/furniture.ts';
import { createHouse } from '../set/houses.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, SitePlan, Story } from '../site.ts';
import { Mirror } from './mirror.ts';
import { entryOf, passBy, type TurnableSite } from './passing.ts';
import { Way } from './way.ts';

interface Enclosure extends TurnableSite {
  /** Where a piece of the fence is missing. */
  readonly gapZ: number;
  readonly pathX: number;
}

/** The fenced edge of a field or of a works yard; the fence runs along x = 0, away from the camera. */
export const zoneIntrusionSite: SitePlan = {
  scene: 'zone_intrusion',
  lights: ['infrared', 'day', 'night', 'dusk', 'infrared'],
  build(random): Enclosure {
    const mirror = new Mirror(random);
    const set = new Group();
    const isField = random.chance(0.5);
    const gapZ = -random.between(2.5, 4.5);
    const pathX = random.between(1.5, 2.2);
    addGround(set, random, mirror, { isField, pathX });
    addFence(set, random, mirror, gapZ);
    addSurroundings(set, random, mirror, { isField, pathX });
    return {
      set,
      mirror,
      gapZ,
      pathX,
      camera: {
        position: [mirror.x(random.between(0.8, 2.6)), random.between(4.2, 5.6), random.between(5.2, 7)],
        target: [mirror.x(-random.between(0.8, 1.8)), 0.4, gapZ + random.between(-0.8, 0.6)],
        fovDeg: random.between(35, 42),
      },
      zones: [
        {
          id: 'enclosure',
          kind: 'polygon',
          points: mirror.area([-10, gapZ - 9], [-0.7, gapZ + 5.5]),
          tags: [isField ? 'farmland' : 'site'],
        },
      ],
      grounds: [
        { use: isField ? 'grass' : 'yard', points: mirror.area([-9, gapZ - 9], [-0.8, gapZ + 5]) },
        { use: isField ? 'grass' : 'yard', points: mirror.area([-5, gapZ - 4], [-0.8, gapZ + 4]) },
        { use: 'pavement', points: mirror.area([0.8, gapZ - 12], [pathX + 1.2, gapZ + 5]), heading: Math.PI / 2 },
        { use: 'grass', points: mirror.area([pathX + 1.6, gapZ - 12], [pathX + 7, gapZ + 3]) },
      ],
    };
  },
  takes: {
    fires: {
      about: 'At night somebody comes through a gap in a fence, looks about inside and leaves again.',
      light: 'infrared',
      lengthS: 48,
      tell(story, site: Enclosure) {
        const { random } = story;
        const { gapZ, pathX } = site;
        const [x, z] = entryOf(site, [pathX, gapZ], -Math.PI / 2);
        const comes = new Way(site.mirror, { atS: 4, x, z }).to(pathX, gapZ + 0.3, 1.2);
        comes
          .stay(1)
          .to(-0.2, gapZ, 0.9)
          .to(-2.6, gapZ + random.between(0, 1), 1);
        comes
          .stay(5, { pose: 'stand' })
          .to(-4, gapZ + random.between(0.5, 2), 0.8)
          .stay(4, { pose: 'crouch' });
        comes
          .to(-2.2, gapZ - 1, 0.9)
          .stay(3)
          .to(-0.2, gapZ, 1)
          .to(pathX, gapZ + 0.2, 1);
        story.play(createPerson(random, { build: 'adult', carries: 'bag' }), comes.to(x, z, 1.7).path);
        story.during(12, 12 + 24);
      },
    },
    near: {
      about: 'Dogs run about inside a fence; people walk along outside it.',
      light: 'night',
      lengthS: 46,
      tell(story, site: Enclosure) {
        const { random } = story;
        for (const [index, kind] of (['dog', random.pick(['dog', 'cat', 'goat'] as const)] as const).entries()) {
          roam(story, site, { kind, atS: 4 + index * 3, from: [-6 + index, site.gapZ + 2 - index * 3] });
        }
        for (const [atS, heading] of [
          [10, Math.PI / 2],
          [20, -Math.PI / 2],
          [31, Math.PI / 2],
        ] as const) {
          const over = [site.pathX + random.between(-0.3, 0.4), site.gapZ] as const;
          passBy(story, site, createPerson(random, { build: 'adult' }), { over, atS, heading, paceMps: 1.3 });
        }
      },
    },
  },
};

/** Comes into the picture, runs about inside, stands now and then, and runs away. */
function roam(
  story: Story,
  site: Enclosure,
  { kind, atS, from }: { kind: 'dog' | 'cat' | 'goat'; atS: number; from: GroundPoint },
): void {
  const { random, lengthS } = story;
  const start = entryOf(site, from, Math.PI);
  const way = new Way(site.mirror, { atS, x: start[0], z: start[1] }).to(from[0], from[1], 1.8);
  while (way.atS < lengthS - 16) {
    way
      .to(-random.between(1.5, 5), site.gapZ + random.between(-3.5, 3), random.between(0.8, 2))
      .stay(random.between(1, 4));
  }
  const [x, z] = entryOf(site, [-3, site.gapZ], Math.PI);
  story.play(createAnimal(random, { kind }), way.to(x, z, 2.4).path);
}

interface Kind {
  readonly isField: boolean;
  readonly pathX: number;
}

function addGround(set: Group, random: Random, mirror: Mirror, { isField, pathX }: Kind): void {
  set.add(
    createSurface(random, { kind: 'grass', points: mirror.area([-50, -60], [50, 25]), y: -0.02 }),
    createSurface(random, {
      kind: isField ? random.pick(['soil', 'grass']) : random.pick(['concrete', 'soil']),
      points: mirror.area([-40, -50], [-0.1, 20]),
    }),
    createSurface(random, {
      kind: random.pick(['concrete', 'asphalt', 'soil', 'paving']),
      points: mirror.area([0.5, -60], [pathX + 1.4, 25]),
    }),
  );
}

function addFence(set: Group, random: Random, mirror: Mirror, gapZ: number): void {
  const gapM = random.between(1.8, 2.6);
  for (const [from, to] of [
    [gapZ - 26, gapZ - gapM / 2],
    [gapZ + gapM / 2, gapZ + 9],
  ] as const) {
    const place = { x: 0, z: (from + to) / 2, heading: Math.PI / 2, lengthM: to - from };
    set.add(createFence(random, place));
  }
  set.add(createSign(random, { x: mirror.x(0.3), z: gapZ - gapM / 2 - 0.4 }));
}

function addSurroundings(set: Group, random: Random, mirror: Mirror, { isField, pathX }: Kind): void {
  for (let z = -26; z < 0; z += random.between(5, 9)) {
    const place = { x: mirror.x(pathX + random.between(2, 5)), z };
    set.add(random.chance(0.7) ? createTree(random, place) : createLampPost(random, place));
  }
  for (let x = -24; x < 26; ) {
    const widthM = random.between(7, 14);
    const place = { x: mirror.x(x + widthM / 2), z: -34 - random.between(0, 6) };
    if (random.chance(isField ? 0.5 : 0.9)) {
      set.add(createHouse(random, { ...place, widthM, depthM: 8, heightM: random.between(4, 12), ground: 'wall' }));
    }
    x += widthM + random.between(0, 6);
  }
  if (!isField) {
    const boxes = { x: mirror.x(-random.between(9, 12)), z: -random.between(6, 12) };
    set.add(createHouse(random, { ...boxes, widthM: 4, depthM: 3, heightM: random.between(2.4, 3.4), ground: 'wall' }));
  }
}
