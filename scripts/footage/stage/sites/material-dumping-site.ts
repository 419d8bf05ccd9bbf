import type { Actor } from '../actor.ts';
import { createDebrisPile } from '../actors/debris-pile.ts';
import { createExcavator } from '../actors/excavator.ts';
import { createPerson } from '../actors/person.ts';
import { createTruck } from '../actors/truck.ts';
import { Path } from '../path.ts';
import { createFence } from '../set/furniture.ts';
import { createWall } from '../set/houses.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { traffic } from './life.ts';
import { type Leg, route } from './route.ts';
import { createAlley, createHouseRow, createSheet, createStreet, grouped, rectangle } from './street.ts';
import { viewpoint } from './viewpoint.ts';
import { visit } from './visit.ts';

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
        kind: random.pick(['grass', 'grass', 'soil', 'concrete']),
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
        awayM: [11.5, 15],
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
      light: 'day',
      lengthS: 56,
      tell(story, site: VergeSite) {
        const { vergeM, roadM } = site;
        const random = story.random;
        const spot: GroundPoint = [random.between(-2, 1), -vergeM * random.between(0.45, 0.6)];
        const kind = random.pick(['rubble', 'rubble', 'timber', 'furniture'] as const);
        const muck = createTruck(random.branch(), { kind: 'muck', load: random.pick(['uncovered', 'covered']) });
        const tipped = visit(site, { ...byTheRoad(site, spot[0]), arriveS: 9, waitS: 7 });
        story.play(muck, tipped.path);
        const [tipS, clearS] = [tipped.stopS + 2, 43.5];
        const pile = createDebrisPile(random.branch(), { kind, sizeM: random.between(2.4, 3.1) });
        heapUp(story, pile, spot, { fromS: tipS, untilS: clearS });
        story.during(tipped.goS, clearS);
        const flatbed = createTruck(random.branch(), { kind: 'flatbed', load: 'empty' });
        story.play(flatbed, visit(site, { ...byTheRoad(site, spot[0]), arriveS: 42, waitS: 5 }).path);
        for (const side of [1, -1]) clearUp(story, spot, side);
        sandOnSite(story, site);
        traffic(story, site, { count: [0, 2], z: roadM * 0.75, dir: 1, fromS: 20, untilS: 36 });
      },
    },
    near: {
      about:
        'A truck tips sand on the building site, where it may; a lorry rests on the verge and leaves nothing behind.',
      light: 'rain',
      lengthS: 48,
      tell(story, site: VergeSite) {
        const { dir, roadM } = site;
        const random = story.random;
        const heap = sandOnSite(story, site);
        const muck = createTruck(random.branch(), { kind: 'muck', load: 'covered' });
        story.play(muck, visit(site, { ...byTheRoad(site, heap[0]), arriveS: 22, waitS: 9 }).path);
        const second: GroundPoint = [heap[0] + dir * 0.8, heap[1] + 1.6];
        heapUp(story, createDebrisPile(random.branch(), { kind: 'sand', sizeM: 1.8 }), second, {
          fromS: 24,
          untilS: 42,
        });
        const at: GroundPoint = [-dir * random.between(1.4, 2.4), -random.between(1.7, 2.1)];
        const lorry = createTruck(random.branch(), { kind: 'box', load: 'empty' });
        story.play(lorry, visit(site, { ...byTheRoad(site, 0), at, arriveS: 10, waitS: 16 }).path);
        traffic(story, site, { count: [0, 2], z: roadM * 0.75, dir: 1 });
      },
    },
  },
};

/** A stop at the edge of the road, in the lane beside the verge. */
function byTheRoad({ roadM }: VergeSite, x: number) {
  return { at: [x, 1.6], laneZ: roadM * 0.27, dir: -1, paceMps: 8, radiusM: 4.5 } as const;
}

/** What lies on the building site all the time, and the machine beside it. */
function sandOnSite(story: Story, { yardX, dir, vergeM }: VergeSite): GroundPoint {
  const random = story.random;
  const heap: GroundPoint = [yardX + dir * 2.6, -vergeM * 0.55];
  story.place(createDebrisPile(random.branch(), { kind: 'sand', sizeM: 2.4 }), { x: heap[0], z: heap[1] });
  if (random.chance(0.5)) {
    const heading = dir === 1 ? Math.PI : 0;
    story.place(createExcavator(random.branch()), { x: yardX + dir * 6.5, z: -vergeM - 1, heading });
  }
  return heap;
}

/** Grows out of the ground, and goes back into it when it is fetched. */
function heapUp(
  story: Story,
  pile: Actor,
  [x, z]: GroundPoint,
  { fromS, untilS }: { fromS: number; untilS: number },
): void {
  story.play(
    pile,
    new Path([
      { atS: fromS, x, z, y: -1.6 },
      { atS: fromS + 2.5, x, z, y: 0 },
      { atS: untilS, x, z, y: 0 },
      { atS: untilS + 2.5, x, z, y: -2 },
    ]),
  );
}

/** Somebody with a shovel at one side of the heap. */
function clearUp(story: Story, [x, z]: GroundPoint, side: number): void {
  const worker = createPerson(story.random.branch(), { build: 'adult', outfit: 'worker', carries: 'nothing' });
  const from: GroundPoint = [x + side * 1.7, 0.1];
  const waitHeading = side === 1 ? Math.PI : 0;
  const legs: Leg[] = [{ to: [x + side * 1.8, z + 0.3], waitS: 1.6, waitPose: 'crouch', waitHeading }, { to: from }];
  story.play(worker, route(42.6, from, legs));
}
