import { BoxGeometry, Mesh, MeshLambertMaterial } from 'three';
import { createAnimal } from '../actors/animal.ts';
import { createBoat } from '../actors/boat.ts';
import { createPerson } from '../actors/person.ts';
import { createBench, createFence, createSign } from '../set/furniture.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { passBy, roadEnd, startFor, walkEnd, walkers } from './life.ts';
import { endOf, type Leg, route } from './route.ts';
import { createAlley, createHouseRow, grouped, rectangle } from './street.ts';
import { viewpoint } from './viewpoint.ts';

/** The river's level below its bank, metres: low, so that the quay hides little of who is in it. */
const waterY = -0.32;
/** How deep a wader's feet are under the bank's level. */
const wadeY = -1;

/** A bank along x, the river behind it towards −z. */
interface BankSite extends Site {
  readonly bankM: number;
  readonly pathZ: readonly [number, number];
  readonly dir: 1 | -1;
}

/** A river bank with a promenade. */
export const watersideAbnormalSite: SitePlan = {
  scene: 'waterside_abnormal',
  lights: ['day', 'day', 'dusk', 'night', 'rain'],
  build(random): BankSite {
    const bankM = random.between(2, 3.4);
    const pathM = random.between(2.6, 4);
    const riverM = random.between(16, 34);
    const bankKind = random.pick(['grass', 'concrete', 'grass', 'paving'] as const);
    const set = grouped(
      createSurface(random, { kind: 'grass', points: rectangle(-150, 0.2, 150, 150), y: -0.06 }),
      createSurface(random, { kind: 'water', points: rectangle(-160, -riverM, 160, 0), y: waterY }),
      createSurface(random, { kind: bankKind, points: rectangle(-80, 0, 80, bankM) }),
      createSurface(random, {
        kind: random.pick(['paving', 'tiles', 'concrete']),
        points: rectangle(-80, bankM, 80, bankM + pathM),
        y: 0.03,
      }),
      createSurface(random, { kind: 'grass', points: rectangle(-80, bankM + pathM, 80, bankM + pathM + 14) }),
      quay(0, random.pick([0x8a8880, 0x77756c, 0x9a958a])),
      createSurface(random, { kind: 'grass', points: rectangle(-160, -riverM - 160, 160, -riverM), y: 0.1 }),
      quay(-riverM, 0x7a7a72),
      createAlley(random, { z: -riverM - 2.5, everyM: random.between(4, 7), of: ['tree'], from: -50, to: 50 }),
      createHouseRow(random, {
        z: -riverM - random.between(9, 16),
        heightM: [8, 30],
        ground: 'wall',
        from: -65,
        to: 65,
      }),
      createSign(random, { x: random.pick([-1, 1]) * random.between(5, 8), z: bankM - 0.4 }),
      createBench(random, { x: random.pick([-1, 1]) * random.between(4, 9), z: bankM + pathM - 0.4, heading: Math.PI }),
    );
    // A way down to the water stays open in the middle.
    if (random.chance(0.55)) {
      for (const side of [1, -1]) set.add(createFence(random, { x: side * 15.5, z: bankM, lengthM: 22 }));
    }
    return {
      set,
      camera: viewpoint(random, {
        focus: [0, -1.6],
        awayM: [9.5, 12.5],
        heightM: [4.6, 7],
        turn: [0.1, 0.65],
        fovDeg: [40, 50],
      }),
      zones: [
        { id: 'bank', kind: 'polygon', points: rectangle(-9, 0, 9, bankM - 0.15), tags: ['bank'] },
        { id: 'water', kind: 'polygon', points: rectangle(-12, -9, 12, 0), y: waterY, tags: ['water'] },
      ],
      grounds: [
        { use: 'water', points: rectangle(-12, -12, 12, -1), y: waterY },
        { use: 'water', points: rectangle(-9, -6, 9, -1), y: waterY },
        { use: bankKind === 'grass' ? 'grass' : 'pavement', points: rectangle(-10, 0.3, 10, bankM - 0.2) },
        { use: 'pavement', points: rectangle(-10, bankM + 0.3, 10, bankM + pathM - 0.3), y: 0.03 },
      ],
      bankM,
      pathZ: [bankM + 0.9, bankM + pathM - 0.6],
      dir: random.pick([1, -1]),
    };
  },
  takes: {
    fires: {
      about: 'Somebody leaves the promenade, wades into the river, waves there and comes out again.',
      light: 'day',
      lengthS: 50,
      tell(story, site: BankSite) {
        const { bankM, pathZ, dir } = site;
        const random = story.random;
        const x = random.between(-1.6, 1.6);
        const deepZ = random.between(-3.2, -2.4);
        const from = walkEnd(site, [x - dir * 1.5, pathZ[0]], dir === 1 ? -1 : 1);
        const toWater: Leg[] = [
          { to: [x - dir * 1.5, pathZ[0]], paceMps: 1.7 },
          { to: [x, bankM * 0.4], paceMps: 1.4, waitS: 1.6, waitHeading: Math.PI / 2 },
          { to: [x, 0.05], paceMps: 1 },
        ];
        const inWater: Leg[] = [
          { to: [x, -0.9], y: wadeY, paceMps: 0.9 },
          { to: [x + dir * 0.6, deepZ], y: wadeY, paceMps: 0.8, waitS: 5, waitPose: 'wave', waitHeading: -Math.PI / 2 },
          {
            to: [x + dir * 2.4, deepZ - 0.5],
            y: wadeY,
            paceMps: 0.7,
            waitS: 4,
            waitPose: 'wave',
            waitHeading: -Math.PI / 2,
          },
          { to: [x + dir * 0.8, -0.9], y: wadeY, paceMps: 0.9 },
          { to: [x + dir * 0.4, 0.3], y: 0, paceMps: 0.9 },
        ];
        const out: Leg[] = [
          { to: [x, bankM + 0.5], paceMps: 1.3 },
          { to: from, paceMps: 1.7 },
        ];
        const startS = startFor(10, from, toWater);
        const wetS = endOf(startS, from, toWater);
        story.play(
          createPerson(random.branch(), { build: 'adult' }),
          route(startS, from, [...toWater, ...inWater, ...out]),
        );
        story.during(wetS, endOf(startS, from, [...toWater, ...inWater]));
        walkers(story, site, { count: [1, 2], z: pathZ, y: 0.03, untilS: 22 });
      },
    },
    near: {
      about: 'People walk along the promenade, a dog runs over the bank and a boat with its boatman passes.',
      light: 'dusk',
      lengthS: 44,
      tell(story, site: BankSite) {
        const { bankM, pathZ, dir } = site;
        const random = story.random;
        const boatZ = random.between(-6, -4);
        const back = dir === 1 ? -1 : 1;
        rowPast(story, roadEnd(site, [0, boatZ], back, 2.4), roadEnd(site, [0, boatZ], dir, 2.4));
        passBy(story, site, createAnimal(random.branch(), { kind: 'dog' }), {
          atS: random.between(6, 10),
          z: bankM * 0.55,
          dir: back,
          paceMps: 1.6,
          radiusM: 0.6,
        });
        const x = random.between(-3, 3);
        story.play(
          createPerson(random.branch()),
          route(
            5,
            walkEnd(site, [x, pathZ[0]], dir),
            [
              { to: [x, pathZ[0]], paceMps: 1.3, waitS: 14, waitHeading: Math.PI / 2 },
              { to: walkEnd(site, [x, pathZ[0]], back), paceMps: 1.4 },
            ],
            0.03,
          ),
        );
        walkers(story, site, { count: [2, 3], z: pathZ, y: 0.03 });
      },
    },
  },
};

/** A boat with its boatman, all the while in view. */
function rowPast(story: Story, from: GroundPoint, to: GroundPoint): void {
  const startS = 2;
  const paceMps = Math.hypot(to[0] - from[0], to[1] - from[1]) / (story.lengthS - startS - 3);
  story.play(createBoat(story.random.branch(), { rower: true }), route(startS, from, [{ to, paceMps }], waterY));
}

/** The upright edge of a bank. */
function quay(z: number, colour: number): Mesh {
  const stone = new Mesh(new BoxGeometry(240, 1.2, 0.3), new MeshLambertMaterial({ color: colour }));
  stone.position.set(0, -0.58, z + 0.15);
  stone.receiveShadow = true;
  return stone;
}
