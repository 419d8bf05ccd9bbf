import { Box3, type Mesh, MeshBasicMaterial, Scene, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import type { Actor, Moment } from '../../../scripts/footage/stage/actor.ts';
import { createBin } from '../../../scripts/footage/stage/actors/bin.ts';
import { createBus } from '../../../scripts/footage/stage/actors/bus.ts';
import { createCar } from '../../../scripts/footage/stage/actors/car.ts';
import { createDebrisPile } from '../../../scripts/footage/stage/actors/debris-pile.ts';
import { createExcavator } from '../../../scripts/footage/stage/actors/excavator.ts';
import { createFireEngine } from '../../../scripts/footage/stage/actors/fire-engine.ts';
import { createGarbageBag } from '../../../scripts/footage/stage/actors/garbage-bag.ts';
import { createGoods } from '../../../scripts/footage/stage/actors/goods.ts';
import { createLeftObject } from '../../../scripts/footage/stage/actors/left-object.ts';
import { createStall } from '../../../scripts/footage/stage/actors/stall.ts';
import { createTricycle } from '../../../scripts/footage/stage/actors/tricycle.ts';
import { createTruck } from '../../../scripts/footage/stage/actors/truck.ts';
import { createUmbrella } from '../../../scripts/footage/stage/actors/umbrella.ts';
import { meshesOf } from '../../../scripts/footage/stage/labels.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';

const still: Moment = { timeS: 0, wayM: 0, speedMps: 0, pose: 'stand', before: 'stand', sinceChangeS: 1 };
/** Far apart: neighbouring seeds begin alike. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => number * 514_229_081);

const makers = {
  car: (random: Random) => createCar(random),
  bus: (random: Random) => createBus(random),
  'muck truck': (random: Random) => createTruck(random, { kind: 'muck', load: 'uncovered' }),
  'box truck': (random: Random) => createTruck(random, { kind: 'box' }),
  flatbed: (random: Random) => createTruck(random, { kind: 'flatbed' }),
  'fire engine': (random: Random) => createFireEngine(random),
  excavator: (random: Random) => createExcavator(random),
  tricycle: (random: Random) => createTricycle(random),
  stall: (random: Random) => createStall(random),
  umbrella: (random: Random) => createUmbrella(random),
  goods: (random: Random) => createGoods(random),
  'garbage bag': (random: Random) => createGarbageBag(random),
  bin: (random: Random) => createBin(random),
  'overflowing bin': (random: Random) => createBin(random, { overflowing: true }),
  'debris pile': (random: Random) => createDebrisPile(random),
  'left object': (random: Random) => createLeftObject(random),
} as const;

/** What counts for the mask. */
function solidMeshes(actor: Actor): Mesh[] {
  return meshesOf(actor.object).filter((mesh) => mesh.userData['mask'] !== 'none');
}

function extent(actor: Actor): Box3 {
  actor.move?.(still);
  actor.object.updateMatrixWorld(true);
  const box = new Box3();
  for (const mesh of solidMeshes(actor)) box.expandByObject(mesh, true);
  return box;
}

/** Places and colours of all corners. */
function corners(actor: Actor): number[] {
  actor.move?.(still);
  actor.object.updateMatrixWorld(true);
  return solidMeshes(actor).flatMap((mesh) => {
    const positions = mesh.geometry.getAttribute('position');
    const corner = new Vector3();
    return Array.from({ length: positions.count }, (_, index) =>
      corner.fromBufferAttribute(positions, index).applyMatrix4(mesh.matrixWorld).toArray(),
    )
      .flat()
      .concat(Array.from(mesh.geometry.getAttribute('color')?.array ?? []));
  });
}

describe.each(Object.entries(makers))('%s', (_name, make) => {
  test.each(seeds)('of seed %i stands on the ground below its middle', (seed) => {
    const { min, max } = extent(make(new Random(seed)));

    expect(min.y).toBeGreaterThan(-0.12);
    expect(min.y).toBeLessThan(0.06);
    expect(Math.abs(max.z + min.z)).toBeLessThan(0.5 * (max.z - min.z));
    expect(Math.abs(max.x + min.x)).toBeLessThan(0.5 * (max.x - min.x));
  });

  test.each(seeds)('of seed %i is about as large as it says', (seed) => {
    const actor = make(new Random(seed));
    const { min, max } = extent(actor);
    const [lengthM, heightM, widthM] = actor.size;

    // The arm of an excavator swings to the side.
    const slackM = actor.class === 'excavator' ? 5.5 : 0.45;
    expect(Math.abs(max.y - heightM)).toBeLessThan(actor.class === 'excavator' ? 1.5 : 0.5);
    expect(Math.abs(max.x - min.x - lengthM)).toBeLessThan(slackM + 0.15 * lengthM);
    expect(Math.abs(max.z - min.z - widthM)).toBeLessThan(slackM + 0.15 * widthM);
  });

  test('is the same from the same seed, another from another, and every corner is somewhere', () => {
    const [one, again, other] = [3, 3, 4].map((seed) => corners(make(new Random(seed))));

    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect(one?.every(Number.isFinite)).toBe(true);
  });

  test.each(seeds)('of seed %i is cheap to draw', (seed) => {
    const meshes = meshesOf(make(new Random(seed)).object);
    const triangles = meshes.reduce((sum, { geometry }) => {
      return sum + (geometry.getIndex()?.count ?? geometry.getAttribute('position').count) / 3;
    }, 0);

    expect(triangles).toBeLessThan(3200);
    expect(meshes.length).toBeLessThan(20);
  });
});

describe('muck truck', () => {
  test('an uncovered load is a part of the truck and rises above its rim', () => {
    const actor = createTruck(new Random(2), { load: 'uncovered' });
    const [load, ...others] = actor.parts ?? [];
    actor.object.updateMatrixWorld(true);
    const heap = new Box3().setFromObject(load?.object ?? new Scene(), true);

    expect(others).toEqual([]);
    expect(load).toMatchObject({ class: 'uncovered_load' });
    expect(load?.apart).toBeUndefined();
    expect(heap.max.y - heap.min.y).toBeGreaterThan(0.4);
    expect(heap.max.x - heap.min.x).toBeGreaterThan(5);
  });

  test.each(['covered', 'empty'] as const)('%s: nothing but a truck', (load) => {
    const { class: name, parts } = createTruck(new Random(2), { load });

    expect(name).toBe('truck');
    expect(parts).toBeUndefined();
  });
});

test.each([
  [true, 'overflowing_bin'],
  [false, undefined],
])('a bin that overflows (%s) is labelled %s', (overflowing, name) => {
  expect(createBin(new Random(1), { overflowing }).class).toBe(name);
});

test('the rider of a tricycle is a person apart', () => {
  const { parts } = createTricycle(new Random(1), { rider: true });

  expect(parts).toMatchObject([{ class: 'person', apart: true }]);
  expect(createTricycle(new Random(1), { rider: false }).parts).toBeUndefined();
});

describe('the lamps of a vehicle', () => {
  /** What shines: lamps, and the glow round them and on the road, which hides nothing and so is out of the mask. */
  function shining(light: string | undefined, moment: Partial<Moment>, seed = 6): { lamps: boolean; glow: boolean } {
    const scene = new Scene();
    if (light !== undefined) scene.userData['light'] = light;
    const car = createCar(new Random(seed), { kind: 'sedan' });
    scene.add(car.object);
    car.move?.({ ...still, ...moment });
    const shown = (object: Mesh['parent']): boolean => object === null || (object.visible && shown(object.parent));
    const lit = meshesOf(car.object).filter((mesh) => mesh.material instanceof MeshBasicMaterial && shown(mesh));
    const glow = lit.some((mesh) => mesh.userData['mask'] === 'none');
    return { glow, lamps: lit.some((mesh) => mesh.userData['mask'] !== 'none') };
  }

  const driving = { speedMps: 8, wayM: 3 };

  test.each([
    ['night', driving, { lamps: true, glow: true }],
    ['infrared', driving, { lamps: true, glow: true }],
    ['dusk', driving, { lamps: true, glow: true }],
    ['rain', driving, { lamps: true, glow: false }],
    ['day', driving, { lamps: false, glow: false }],
    [undefined, driving, { lamps: false, glow: false }],
  ] as const)('in light %s at %o: %o', (light, moment, expected) => {
    expect(shining(light, moment)).toEqual(expected);
  });

  test('are off in most cars that stand, and left on in some', () => {
    const left = Array.from({ length: 60 }, (_, index) => shining('night', {}, (index + 1) * 71_663_617).lamps);
    const share = left.filter((isOn) => isOn).length / left.length;

    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.5);
  });
});

test('wheels turn as far as the way', () => {
  const car = createCar(new Random(1), { kind: 'suv' });
  const turns = (wayM: number) => {
    car.move?.({ ...still, wayM, speedMps: 1 });
    return meshesOf(car.object)
      .map(({ rotation }) => rotation.z)
      .filter((turn) => turn !== 0);
  };
  const wheelM = (0.37 * car.size[0]) / 4.68;

  expect(turns(0)).toEqual([]);
  // Forwards (+x) is clockwise seen from the right (+z).
  for (const turn of turns(2)) expect(turn).toBeCloseTo(-2 / wheelM, 6);
  expect(turns(2)).toHaveLength(2);
});
