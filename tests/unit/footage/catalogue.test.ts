import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../scripts/footage/stage/actors/catalogue.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import { type ObjectClass, objectClasses } from '../../../src/domain/object-class.ts';

/** Drawn on a canvas, which only a browser has. */
const onCanvas: readonly ObjectClass[] = ['flame', 'smoke', 'water_surface'];

describe.each(objectClasses.filter((name) => !onCanvas.includes(name)))('%s', (name) => {
  test.each([101_513_879, 733_001_221, 2_004_318_071, 3_900_400_231])('of seed %i is made', (seed) => {
    const { class: own, parts = [] } = catalogue[name].make(new Random(seed));

    expect([own, ...parts.map((part) => part.class)]).toContain(name);
  });
});

test.each(objectClasses)('%s has a ground to be on', (name) => {
  const { on } = catalogue[name];

  expect(on.length).toBeGreaterThan(0);
  expect(new Set(on).size).toBe(on.length);
});
