import { createGoods } from '../actors/goods.ts';
import { createPerson } from '../actors/person.ts';
import { createPram } from '../actors/pram.ts';
import { createTricycle } from '../actors/tricycle.ts';
import { createUmbrella } from '../actors/umbrella.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { passBy, traffic, walkers } from './life.ts';
import { sellFromStall, sellFromTricycle, shopAt, standing } from './pitch.ts';
import { createAlley, createHouseRow, createSheet, createStreet, grouped, pavementY, rectangle } from './street.ts';
import { viewpoint } from './viewpoint.ts';

/** A frontage along x with its shops towards −z. */
interface FrontageSite extends Site {
  /** Where a pitch stands. */
  readonly pitch: GroundPoint;
  readonly walkZ: readonly [number, number];
  /** Behind the shops' fronts: who goes there is inside. */
  readonly doorZ: number;
  readonly roadM: number;
  readonly dir: 1 | -1;
}

/** The pavement in front of a row of shops. */
export const streetVendingSite: SitePlan = {
  scene: 'street_vending',
  lights: ['day', 'day', 'dusk', 'night', 'rain'],
  build(random): FrontageSite {
    const frontM = random.between(4.4, 6.2);
    const roadM = random.between(7, 10);
    const set = grouped(
      createSheet(random, 'concrete'),
      createStreet(random, {
        farZ: 0,
        nearZ: roadM,
        pavementsM: [frontM, random.between(2, 3)],
        centreLine: random.chance(0.6),
      }),
      createHouseRow(random, { z: -frontM, heightM: [5, 16], ground: 'shops' }),
      createAlley(random, {
        z: -0.7,
        everyM: random.between(6, 10),
        of: random.pick([['tree'], ['tree', 'lamp'], ['lamp']]),
        clear: [-5, 5],
      }),
    );
    return {
      set,
      camera: viewpoint(random, {
        focus: [0, -1.8],
        awayM: [9, 12.5],
        heightM: [4, 6.5],
        turn: [0, 0.8],
        fovDeg: [40, 52],
      }),
      zones: [
        {
          id: 'frontage',
          kind: 'polygon',
          points: rectangle(-6.5, -frontM + 0.4, 6.5, -0.15),
          y: pavementY,
          tags: ['sidewalk'],
        },
      ],
      grounds: [
        { use: 'pavement', points: rectangle(-9, -frontM + 0.6, 9, -0.3), y: pavementY },
        { use: 'pavement', points: rectangle(-7, -frontM + 0.8, 7, -0.4), y: pavementY },
        { use: 'road', points: rectangle(-16, 0.4, 16, roadM / 2), heading: Math.PI },
        { use: 'road', points: rectangle(-10, roadM / 2, 10, roadM - 0.5), heading: 0 },
      ],
      pitch: [random.between(-2, 2), -random.between(1.4, 2)],
      walkZ: [-frontM + 0.8, -frontM + 1.6],
      doorZ: -frontM - 0.8,
      roadM,
      dir: random.pick([1, -1]),
    };
  },
  takes: {
    fires: {
      about: 'Somebody comes with a cart, sells under a parasol for a while, packs up and leaves.',
      light: 'day',
      lengthS: 53,
      tell(story, site: FrontageSite) {
        const { pitch, dir, doorZ } = site;
        const random = story.random;
        const [openS, closeS] = [11, 39];
        const sell = random.chance(0.6) ? sellFromTricycle : sellFromStall;
        sell(story, site, { at: pitch, dir, openS, closeS });
        const [x, z] = pitch;
        const side = random.pick([1, -1]);
        const parasol: GroundPoint = [x + side * random.between(0.7, 1.1), z - random.between(0.1, 0.5)];
        const goods: GroundPoint = [x - side * random.between(1.6, 2.1), z + random.between(0.2, 0.5)];
        if (random.chance(0.85)) {
          standing(story, createUmbrella(random.branch()), { at: parasol, fromS: openS + 2, toS: closeS - 2 });
        }
        if (random.chance(0.8)) {
          standing(story, createGoods(random.branch()), { at: goods, fromS: openS + 3, toS: closeS - 1 });
        }
        const before = z + random.between(1.3, 1.6);
        const guests = [
          { at: [x + random.between(-0.8, 0.8), before], comesS: openS + 3, staysS: 6, dir },
          { at: [x + random.between(-1.2, 1.2), before + 0.1], comesS: openS + 13, staysS: 8, dir: dir === 1 ? -1 : 1 },
        ] as const;
        for (const guest of guests) shopAt(story, site, { ...guest, doorZ });
        story.during(openS, closeS);
        surroundings(story, site, [1, 2]);
      },
    },
    near: {
      about:
        'People with umbrellas and a pram pass in front of the shops, and a delivery tricycle rides by on the road.',
      light: 'rain',
      lengthS: 40,
      tell(story, site: FrontageSite) {
        const { walkZ, roadM, dir, doorZ } = site;
        const random = story.random;
        for (let guest = random.whole(4, 6); guest > 0; guest -= 1) {
          passBy(story, site, createPerson(random.branch(), { carries: random.chance(0.7) ? 'umbrella' : 'bag' }), {
            atS: random.between(7, 30),
            x: random.between(-3, 3),
            z: random.between(walkZ[0], -0.8),
            y: pavementY,
            dir: random.pick([1, -1]),
            paceMps: random.between(1.1, 1.5),
            doorZ,
          });
        }
        const way = { atS: 12, z: roadM * 0.3, dir: -1, paceMps: 4.5, radiusM: 1.6 } as const;
        passBy(story, site, createTricycle(random.branch(), { rider: true, load: true }), way);
        const walk = { atS: 20, z: walkZ[1] + 0.3, y: pavementY, dir, paceMps: 1.2, doorZ };
        passBy(story, site, createPram(random.branch(), { pushed: true }), walk);
        surroundings(story, site, [0, 1]);
      },
    },
  },
};

function surroundings(story: Story, site: FrontageSite, people: readonly [number, number]): void {
  const { walkZ, doorZ, roadM } = site;
  walkers(story, site, { count: people, z: walkZ, y: pavementY, untilS: 32, doorZ });
  traffic(story, site, { count: [0, 2], z: roadM * 0.75, dir: 1 });
}
