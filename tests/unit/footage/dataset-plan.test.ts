import { describe, expect, test } from 'vitest';
import { picturesPerLoad, planLoads } from '../../../scripts/footage/dataset-plan.ts';
import { sceneIds } from '../../../src/domain/scene-id.ts';

/** What is planned, with moments as numbers. */
const plain = (loads: ReturnType<typeof planLoads>) =>
  loads.map(({ order, pictures }) => ({
    order,
    pictures: pictures.map(({ momentS, ...picture }) => ({ ...picture, momentS: momentS(60) })),
  }));

describe('the plan of a data set', () => {
  const loads = planLoads(1000, 900);
  const pictures = loads.flatMap((load) => load.pictures);

  test('has each picture once', () => {
    expect(pictures.map(({ index }) => index)).toEqual(Array.from({ length: 900 }, (_, index) => index));
    expect(new Set(pictures.map(({ file }) => file)).size).toBe(900);
  });

  test('is the same for a longer set as far as both go', () => {
    expect(plain(planLoads(1000, 1800)).slice(0, loads.length)).toEqual(plain(loads));
  });

  test('does not draw the last place’s pictures beyond the number asked for', () => {
    expect(planLoads(1000, picturesPerLoad + 1).map((load) => load.pictures.length)).toEqual([picturesPerLoad, 1]);
  });

  test('has every scene, half of it as takes and half as scattered actors', () => {
    expect(new Set(loads.map(({ order }) => order.scene)).size).toBe(sceneIds.length);
    const takes = loads.filter(({ order }) => order.take !== undefined);
    expect(takes.length / loads.length).toBeCloseTo(0.5, 1);
    for (const { order } of takes) expect(order.isAnyLight).toBe(true);
    expect(new Set(takes.map(({ order }) => order.take))).toEqual(new Set(['fires', 'near']));
  });

  test('another seed is another plan, and no place is built twice', () => {
    expect(plain(planLoads(900_000, 900))).not.toEqual(plain(loads));
    expect(new Set(loads.map(({ order }) => order.seed)).size).toBe(loads.length);
  });

  test('moments lie in the take, qualities where recorders have them', () => {
    for (const { momentS, quality } of pictures) {
      expect(momentS(60)).toBeGreaterThanOrEqual(0);
      expect(momentS(60)).toBeLessThanOrEqual(60);
      expect(quality).toBeGreaterThanOrEqual(55);
      expect(quality).toBeLessThanOrEqual(90);
    }
  });
});
