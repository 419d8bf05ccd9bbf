import { createDebrisPile } from '../actors/debris-pile.ts';
import { createExcavator } from '../actors/excavator.ts';
import { createPerson } from '../actors/person.ts';
import { createTruck } from '../actors/truck.ts';
import { createFence } from '../set/furniture.ts';
import { createWall } from '../set/houses.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { traffic } from './life.ts';
import { endOf, type Leg, route } from './route.ts';
import { createAlley, createHouseRow, createSheet, createStreet, grouped, rectangle } from './street.ts';
import { viewpoint } from './viewpoint.ts';

/** A road along x, its verge towards −z and a building site at one end of that. */
interface VergeSite extends Site {
  readonly vergeM: number;
  /** Towards the building site. */
  readonly dir: 1 | -1;
  readonly yardX: number;
  readonly roadM: number;
}

/** The verge of a road out of town, beside a building site where material may lie. */
export const materialDumpingSite: SitePlan = {
  scene: 'material_dumping',
  lights: ['day', 'day', 'dusk', 'night', 'rain'],
  build(random): VergeSite {
    const vergeM = random.between(4.6, 6);
    const roadM = random.between(6.5, 9);
    const dir = random.pick([1, -1] as const);
    const yardX = dir * random.between(5.4, 6);
    const yard = rectangle(Math.min(yardX, yardX + dir * 9), -vergeM - 3, Math.max(yardX, yardX + dir * 9), -0.3);
    const verge = rectangle(
      Math.min(-dir * 6.5, yardX - dir * 0.5),
      -vergeM + 0.2,
      Math.max(-dir * 6.5, yardX - dir * 0.5),
      -0.2,
    );
    const set = grouped(
      createSheet(random, random.pick(['grass', 'soil'])),
      createStreet(random, { farZ: 0, nearZ: roadM, pavementsM: [0, 0], centreLine: random.chance(0.7) }),
      createSurface(random, {
        kind: random.pick(['grass', 'soil', 'grass']),
        points: rectangle(-70, -vergeM, 70, 0),
        y: 0.01,
      }),
      createSurface(random, { kind: random.pick(['soil', 'concrete']), points: yard, y: 0.03 }),
      createSurface(random, { kind: 'grass', points: rectangle(-70, roadM, 70, roadM + 20), y: 0.01 }),
      createAlley(random, { z: -vergeM - 2.5, everyM: random.between(4, 8), of: ['tree'], clear: [-4, 4] }),
      createHouseRow(random, { z: -random.between(22, 40), heightM: [6, 24], ground: 'wall' }),
      createFence(random, { x: yardX + dir * 0.1, z: -vergeM / 2 - 1.4, heading: Math.PI / 2, lengthM: vergeM - 0.6 }),
    );
    const back = -vergeM - 0.2;
    if (random.chance(0.6))
      set.add(createWall(random, { from: [-dir * 60, back], to: [yardX, back], heightM: random.between(1.8, 2.6) }));
    return {
      set,
      camera: viewpoint(random, {
        focus: [dir * 0.8, -2],
        awayM: [13, 17],
        heightM: [5.2, 8],
        turn: [0.05, 0.6],
        fovDeg: [44, 54],
      }),
      zones: [
        { id: 'verge', kind: 'polygon', points: verge },
        { id: 'building-site', kind: 'polygon', points: yard, tags: ['site'] },
      ],
      grounds: [
        { use: 'grass', points: verge },
        { use: 'yard', points: yard },
        { use: 'road', points: rectangle(-18, 0.4, 18, roadM - 0.4), heading: 0 },
        { use: 'yard', points: rectangle(-6, -vergeM + 0.6, 5, -0.6) },
      ],
      vergeM,
      dir,
      yardX,
      roadM,
    };
  },
  takes: {
    fires: {
      about: 'A truck stops by the road, tips rubble on the verge and drives off; later the rubble is taken away.',
      light: 'dusk',
      lengthS: 56,
      tell(story, { vergeM, dir, roadM }: VergeSite) {
        const random = story.random;
        const spot: GroundPoint = [random.between(-2, 1), -vergeM * random.between(0.45, 0.6)];
        const kind = random.pick(['rubble', 'sand', 'timber', 'furniture'] as const);
        const load = random.pick(['uncovered', 'covered'] as const);
        stoppingTruck(story, { atX: spot[0] + dir * 0.5, z: 1.7, dir, arriveS: 8, leaveS: 16 }, 'muck', load);
        const [tipS, clearS] = [10, 44];
        const pile = createDebrisPile(random.branch(), { kind, sizeM: random.between(1.9, 2.8) });
        // It grows out of the ground, and goes back into it behind the vehicle that fetches it.
        story.play(
          pile,
          route(
            tipS,
            spot,
            [
              { to: [spot[0] + 0.001, spot[1]], y: 0, paceMps: 0.0004, waitS: clearS - tipS - 2.5 },
              { to: spot, y: -2, paceMps: 0.0003 },
            ],
            -1.4,
          ),
        );
        story.during(tipS + 2, clearS);
        stoppingTruck(story, { atX: spot[0], z: 1.5, dir, arriveS: 42, leaveS: 48 }, 'flatbed', 'empty');
        for (const side of [1, -1]) {
          story.play(
            createPerson(random.branch(), { build: 'adult', outfit: 'worker', carries: 'nothing' }),
            route(
              42.5,
              [spot[0] + side * 1.5, 0.3],
              [
                {
                  to: [spot[0] + side * 1.7, spot[1] + 0.3],
                  waitS: 2.6,
                  waitPose: 'crouch',
                  waitHeading: side === 1 ? Math.PI : 0,
                },
                { to: [spot[0] + side * 1.5, 0.3] },
              ],
            ),
          );
        }
        traffic(story, { count: [0, 2], z: roadM * 0.75, dir: 1, fromS: 18, untilS: 38 });
      },
    },
    near: {
      about:
        'A truck tips sand on the building site, where it may; a lorry rests on the verge and leaves nothing behind.',
      light: 'rain',
      lengthS: 48,
      tell(story, { vergeM, dir, yardX, roadM }: VergeSite) {
        const random = story.random;
        const heap: GroundPoint = [yardX + dir * 2.6, -vergeM * 0.55];
        story.place(createDebrisPile(random.branch(), { kind: 'sand', sizeM: 2.4 }), { x: heap[0], z: heap[1] });
        if (random.chance(0.6)) {
          story.place(createExcavator(random.branch()), {
            x: yardX + dir * 6.5,
            z: -vergeM - 1,
            heading: dir === 1 ? Math.PI : 0,
          });
        }
        stoppingTruck(story, { atX: heap[0], z: 1.7, dir, arriveS: 9, leaveS: 22 }, 'muck', 'covered');
        const second: GroundPoint = [heap[0] + dir * 0.6, heap[1] + 1.7];
        story.play(
          createDebrisPile(random.branch(), { kind: 'sand', sizeM: 1.8 }),
          route(
            14,
            second,
            [
              { to: [second[0] + 0.001, second[1]], y: 0, paceMps: 0.0004, waitS: 18 },
              { to: second, y: -2, paceMps: 0.0003 },
            ],
            -1.4,
          ),
        );
        const rest = -dir * random.between(1, 2);
        stoppingTruck(
          story,
          { atX: rest, z: -random.between(1.6, 2), dir: dir === 1 ? -1 : 1, arriveS: 12, leaveS: 34 },
          'box',
          'empty',
        );
        traffic(story, { count: [0, 2], z: roadM * 0.75, dir: 1 });
      },
    },
  },
};

/** A truck that drives up, stands from `arriveS` to `leaveS` and drives on. */
function stoppingTruck(
  story: Story,
  stop: { atX: number; z: number; dir: 1 | -1; arriveS: number; leaveS: number },
  kind: 'muck' | 'box' | 'flatbed',
  load: 'uncovered' | 'covered' | 'empty',
): void {
  const { atX, z, dir, arriveS, leaveS } = stop;
  const roadZ = Math.max(z, 1.7);
  const from: GroundPoint = [atX - dir * 36, roadZ];
  const arrival: Leg[] = [
    { to: [atX - dir * 12, roadZ], paceMps: 8 },
    { to: [atX, z], paceMps: 7, ease: 'stop', bends: true },
  ];
  const startS = Math.max(0.1, arriveS - endOf(0, from, arrival));
  const [first, last] = arrival;
  if (first === undefined || last === undefined) return;
  story.play(
    createTruck(story.random.branch(), { kind, load }),
    route(startS, from, [
      first,
      { ...last, waitS: leaveS - arriveS },
      { to: [atX + dir * 12, roadZ], paceMps: 6, ease: 'start', bends: true },
      { to: [atX + dir * 40, roadZ], paceMps: 8 },
    ]),
  );
}
