import { Group, Object3D } from 'three';
import { describe, expect, test } from 'vitest';
import type { Path } from '../../../scripts/footage/stage/path.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import type { Story } from '../../../scripts/footage/stage/site.ts';
import { Mirror } from '../../../scripts/footage/stage/sites/mirror.ts';
import { arrival, passBy, type TurnableSite } from '../../../scripts/footage/stage/sites/passing.ts';
import { showsIn } from '../../../scripts/footage/stage/sites/view.ts';

const seeds = [1, 2, 3, 4, 5, 6];

function place(seed: number): TurnableSite {
  const mirror = new Mirror(new Random(seed));
  const camera = { position: [mirror.x(4), 6, 10], target: [mirror.x(1), 0, -1], fovDeg: 40 } as const;
  return { set: new Group(), camera, zones: [], grounds: [], mirror };
}

function storyOf(paths: Path[]): Story {
  return {
    random: new Random(1),
    lengthS: 40,
    play: (_, path) => paths.push(path),
    place: () => undefined,
    during: () => undefined,
  };
}

/** First and last second of a path, to a tenth. */
function span(path: Path): readonly [number, number] {
  const seconds = Array.from({ length: 1200 }, (_, index) => index / 10 - 40).filter((at) => path.at(at) !== undefined);
  return [seconds[0] ?? Number.NaN, seconds.at(-1) ?? Number.NaN];
}

describe('passBy', () => {
  test.each(seeds)('comes from outside the picture over the point and leaves it, layout %i', (seed) => {
    const site = place(seed);
    const paths: Path[] = [];
    const actor = { object: new Object3D(), class: undefined, size: [1, 1, 1] } as const;
    passBy(storyOf(paths), site, actor, { over: [1, -1], atS: 12, heading: 0.2, paceMps: 1.4 });
    const [path] = paths;
    if (path === undefined) throw new Error('nobody passes');
    for (const atS of span(path)) {
      const { x, z } = path.at(atS) ?? { x: Number.NaN, z: Number.NaN };
      // A tenth of a second is a hand's breadth.
      expect(showsIn(site.camera, [x, z], 0.4)).toBe(false);
    }
    const there = path.at(12);
    expect(there?.x).toBeCloseTo(site.mirror.x(1));
    expect(there?.z).toBeCloseTo(-1);
    expect(there?.speedMps).toBeCloseTo(1.4);
    expect(Math.sign(Math.cos(there?.heading ?? Number.NaN))).toBe(site.mirror.side);
  });
});

describe('arrival', () => {
  test.each(seeds)('is there on the second, layout %i', (seed) => {
    const site = place(seed);
    const way = arrival(site, [0, 0], { byS: 9, heading: Math.PI, paceMps: 2 });
    expect(way.atS).toBeCloseTo(9);
    const { x, z } = way.path.at(span(way.path)[0]) ?? { x: 0, z: 0 };
    expect(showsIn(site.camera, [x, z], 0.4)).toBe(false);
    expect(Math.sign(x)).toBe(site.mirror.side);
  });
});
