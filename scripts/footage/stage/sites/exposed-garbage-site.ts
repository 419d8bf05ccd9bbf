import { createBin } from '../actors/bin.ts';
import { createGarbageBag } from '../actors/garbage-bag.ts';
import { createLookAlike } from '../actors/look-alikes.ts';
import { createPerson } from '../actors/person.ts';
import { Random } from '../random.ts';
import { createFence, createHedge, createLampPost } from '../set/furniture.ts';
import { createWall } from '../set/houses.ts';
import { createSurface } from '../set/surfaces.ts';
import type { GroundPoint, Site, SitePlan, Story } from '../site.ts';
import { passBy, startFor, walkEnd, walkers } from './life.ts';
import { endOf, type Leg, route } from './route.ts';
import { createAlley, createHouseRow, createSheet, grouped, rectangle } from './street.ts';
import { viewpoint } from './viewpoint.ts';

/** A wall along x with bins before it. */
interface CornerSite extends Site {
  /** Where the bins stand in a row, and how many. */
  readonly bins: { readonly x: number; readonly z: number; readonly count: number };
  /** Where what does not fit in them is put. */
  readonly heap: GroundPoint;
  readonly walkZ: readonly [number, number];
  readonly dir: 1 | -1;
}

const binStepM = 0.78;

/** The corner where a neighbourhood's bins stand. */
export const exposedGarbageSite: SitePlan = {
  scene: 'exposed_garbage',
  lights: ['day', 'day', 'dusk', 'night', 'rain', 'infrared'],
  build(random): CornerSite {
    const dir = random.pick([1, -1] as const);
    const count = random.whole(2, 4);
    const yardM = random.between(3.4, 5);
    const wallM = random.between(1.9, 2.8);
    const set = grouped(
      createSheet(random, 'asphalt'),
      createSurface(random, {
        kind: random.pick(['concrete', 'paving', 'concrete']),
        points: rectangle(-30, -0.1, 30, yardM),
      }),
      createSurface(random, {
        kind: random.pick(['asphalt', 'concrete']),
        points: rectangle(-60, yardM, 60, yardM + 12),
        y: -0.02,
      }),
      createWall(random, { from: [-40, -0.1], to: [40, -0.1], heightM: wallM }),
      createAlley(random, { z: -2.5, everyM: random.between(4, 8), of: ['tree'] }),
      createHouseRow(random, { z: -random.between(5, 10), heightM: [8, 20], ground: 'wall' }),
    );
    const otherEnd = -dir * random.between(6, 9);
    const piece = { x: otherEnd, z: 0.6, lengthM: random.between(3, 5) };
    if (random.chance(0.6)) set.add(random.pick([createHedge, createFence])(random, piece));
    if (random.chance(0.5)) set.add(createLampPost(random, { x: random.between(4, 8) * dir, z: 0.5 }));
    const x = dir * random.between(0.2, 0.8);
    return {
      set,
      camera: viewpoint(random, {
        focus: [0, 1.3],
        awayM: [7, 9.2],
        heightM: [3.6, 5.4],
        turn: [0.05, 0.62],
        fovDeg: [40, 52],
      }),
      zones: [{ id: 'corner', kind: 'polygon', points: rectangle(-4.4, 0.1, 4.4, 3), tags: ['sidewalk'] }],
      grounds: [
        { use: 'yard', points: rectangle(-6, 0.4, 6, yardM) },
        { use: 'pavement', points: rectangle(-4, 0.4, 4, 3.2) },
        { use: 'road', points: rectangle(-9, yardM + 0.3, 9, yardM + 3), heading: 0 },
      ],
      bins: { x, z: 0.62, count },
      heap: [x - dir * random.between(1.05, 1.3), random.between(0.9, 1.3)],
      walkZ: [yardM - 0.2, yardM + 0.8],
      dir,
    };
  },
  takes: {
    fires: {
      about: 'People put bags down beside the bins, which overflow; a cleaner takes all of it away.',
      light: 'day',
      lengthS: 52,
      tell(story, site: CornerSite) {
        const { heap, dir, walkZ } = site;
        const random = story.random;
        const takenS = 38;
        const isFull = random.chance(0.6);
        rowOfBins(story, site, isFull ? { fromS: 14, toS: takenS } : undefined);
        const spots = [0, 1, 2].map(
          (place): GroundPoint => [
            heap[0] - dir * place * random.between(0.75, 0.95),
            heap[1] + random.between(-0.15, 0.3),
          ],
        );
        for (const [index, spot] of spots.entries()) {
          const putS = 11.5 + index * 2.2;
          const bags = createGarbageBag(random.branch(), { count: random.whole(2, 4) });
          story.play(
            bags,
            route(putS, spot, [{ to: spot, waitS: takenS + index * 1.6 - putS, waitHeading: random.between(0, 6) }]),
          );
          bringer(story, site, { spot, putS, dir: index % 2 === 0 ? dir : dir === 1 ? -1 : 1 });
        }
        story.during(11.5, takenS + 3.2);
        cleaner(story, site, spots, takenS);
        walkers(story, site, { count: [0, 2], z: walkZ, untilS: 32 });
      },
    },
    near: {
      about: 'The bins are closed; somebody passes with a bag, another puts one down for a moment and takes it along.',
      light: 'night',
      lengthS: 40,
      tell(story, site: CornerSite) {
        const { heap, dir, walkZ } = site;
        const random = story.random;
        rowOfBins(story, site);
        const kind = random.pick(['leaf-heap', 'planter', 'cone'] as const);
        story.place(createLookAlike(random.branch(), { kind }), { x: heap[0] - dir * 1.6, z: heap[1] + 0.3 });
        passBy(story, site, createPerson(random.branch(), { carries: 'bag' }), { atS: 9, z: 2.2, dir, paceMps: 1.2 });
        const spot = [heap[0], heap[1] + 0.4] as const;
        const [putS, takenS] = [17, 22];
        const bag = createGarbageBag(random.branch(), { count: 1 });
        story.play(bag, route(putS, spot, [{ to: spot, waitS: takenS - putS }]));
        const beside = [spot[0] + dir * 0.5, spot[1] + 0.35] as const;
        const from = walkEnd(site, beside, dir);
        const lastS = 1.2;
        story.play(
          createPerson(random.branch(), { carries: 'nothing' }),
          route(startFor(putS - 0.4, from, [{ to: beside }]), from, [
            { to: beside, waitS: lastS, waitPose: 'crouch', waitHeading: Math.PI / 2 },
            { to: [beside[0] + dir * 0.1, beside[1]], waitS: takenS - putS - lastS, waitHeading: Math.PI / 2 },
            { to: walkEnd(site, [beside[0] - dir, beside[1]], dir === 1 ? -1 : 1) },
          ]),
        );
        walkers(story, site, { count: [1, 3], z: walkZ });
      },
    },
  },
};

/** Bins side by side before the wall, closed; the one next to the heap overflows `during` some seconds. */
function rowOfBins(story: Story, { bins, dir }: CornerSite, during?: { fromS: number; toS: number }): void {
  const heading = -Math.PI / 2;
  for (let place = 0; place < bins.count; place += 1) {
    const [x, z] = [bins.x + dir * place * binStepM, bins.z];
    if (place > 0 || during === undefined) {
      story.place(createBin(story.random.branch()), { x, z, heading });
      continue;
    }
    const seed = story.random.whole(1, 2 ** 31);
    const { fromS, toS } = during;
    for (const [overflowing, from, to] of [
      [false, 0, fromS],
      [true, fromS, toS],
      [false, toS, story.lengthS + 1],
    ] as const) {
      const stay = { to: [x, z], waitS: to - from, waitHeading: heading } as const;
      story.play(createBin(new Random(seed), { overflowing }), route(from, [x, z], [stay]));
    }
  }
}

/** Walks up with something in the hand, puts it down and walks on. */
function bringer(story: Story, site: CornerSite, put: { spot: GroundPoint; putS: number; dir: 1 | -1 }): void {
  const { spot, putS, dir } = put;
  const beside: GroundPoint = [spot[0] + dir * 0.35, spot[1] + 0.55];
  const from = walkEnd(site, [beside[0], site.walkZ[0]], dir);
  const paceMps = 1.5;
  story.play(
    createPerson(story.random.branch(), { carries: 'bag' }),
    route(startFor(putS - 0.5, from, [{ to: beside, paceMps }]), from, [
      { to: beside, paceMps, waitS: 1.2, waitPose: 'crouch', waitHeading: Math.PI / 2 },
      { to: walkEnd(site, [beside[0], site.walkZ[1]], dir === 1 ? -1 : 1), paceMps },
    ]),
  );
}

/** Takes one heap after the other, the first at a second. */
function cleaner(story: Story, site: CornerSite, spots: readonly GroundPoint[], takenS: number): void {
  const [first] = spots;
  if (first === undefined) return;
  const { dir } = site;
  const from = walkEnd(site, [first[0], first[1] + 1.2], dir);
  const legs = spots.map(
    ([x, z]): Leg => ({
      to: [x + dir * 0.3, z + 0.6],
      paceMps: 1.3,
      waitS: 0.9,
      waitPose: 'crouch',
      waitHeading: Math.PI / 2,
    }),
  );
  const startS = takenS - endOf(0, from, legs.slice(0, 1)) + 0.6;
  const worker = createPerson(story.random.branch(), { build: 'adult', outfit: 'worker', carries: 'nothing' });
  story.play(worker, route(startS, from, [...legs, { to: from, paceMps: 1.8 }]));
}
