import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../src/domain/detection.ts';
import type { Box } from '../../../src/domain/geometry.ts';
import { perturb, usualFaults } from '../../../src/simulator/scripted/perturb.ts';
import { scriptedTimelines } from '../../../src/simulator/scripted/scripted-timelines.ts';
import { detectionsAt, type ScriptedTimeline } from '../../../src/simulator/scripted/timeline.ts';
import { seededRandom } from '../../../src/simulator/seeded-random.ts';

const left: Box = [0.1, 0.1, 0.2, 0.2];
const right: Box = [0.5, 0.1, 0.6, 0.2];

function timelineOf(actor: Partial<ScriptedTimeline['actors'][number]>): ScriptedTimeline {
  const path = [
    [10, left],
    [20, right],
    [30, right],
  ] as const;
  return {
    ...{ name: 'test', scene: 'fire_smoke', story: '', startsAt: '2026-05-06T10:00:00+08:00', seconds: 40, zones: [] },
    actors: [{ name: 'actor', class: 'flame', path, ...actor }],
  };
}

describe('a scripted timeline', () => {
  test.each([
    [9.9, []],
    [10, [0.1]],
    [15, [0.3]],
    [20, [0.5]],
    [30, [0.5]],
    [30.1, []],
  ])('at second %d', (second, lefts) => {
    const seen = detectionsAt(timelineOf({}), second).map(({ box }) => Math.round(box[0] * 1000) / 1000);
    expect(seen).toEqual(lefts);
  });

  test('shows, flickers and is mistaken for its share of the looks, the same each time', () => {
    const timeline = timelineOf({ shownShare: 0.5, flicker: 0.3, takenFor: { class: 'smoke', share: 0.25 } });
    const looks = Array.from({ length: 2000 }, (_, index) => detectionsAt(timeline, 10 + index / 100));
    const shown = looks.flat();
    expect(shown.length / looks.length).toBeCloseTo(0.5, 1);
    expect(shown.filter((each) => each.class === 'smoke').length / shown.length).toBeCloseTo(0.25, 1);
    const tops = shown.map(({ box }) => box[1]);
    expect([Math.min(...tops), Math.max(...tops)]).toEqual([expect.closeTo(0.07, 2), expect.closeTo(0.13, 2)]);
    expect(looks).toEqual(looks.map((_, index) => detectionsAt(timeline, 10 + index / 100)));
  });

  test('has names and zones of its own, and actors that are there', () => {
    expect(new Set(scriptedTimelines.map(({ name }) => name)).size).toBe(scriptedTimelines.length);
    for (const { name, actors, seconds } of scriptedTimelines) {
      expect(new Set(actors.map((actor) => actor.name)).size, name).toBe(actors.length);
      for (const { path } of actors) {
        const times = path.map(([second]) => second);
        expect(times, name).toEqual([...times].sort((a, b) => a - b));
        expect(times[0], name).toBeLessThan(seconds);
      }
    }
  });
});

describe('a detector with faults', () => {
  const scene: Detection[] = [0, 0.11, 0.5].map((x) => ({ class: 'car', box: [x, 0.5, x + 0.12, 0.6], score: 0.8 }));
  const faultless = { jitter: 0, dropped: 0, scoreNoise: 0, falsePositives: 0, swapped: 0 };
  const looks = (faults: Partial<typeof faultless>, count = 4000) => {
    const random = seededRandom(7);
    return Array.from({ length: count }, () => perturb(scene, { ...faultless, ...faults }, ['person'], random));
  };
  const share = (count: number, of: number) => count / of;

  test('without faults reports what is there, in any order', () => {
    const [look] = looks({}, 1);
    expect(look).toHaveLength(3);
    expect(look).toEqual(expect.arrayContaining(scene));
  });

  test('misses, imagines and errs by as much as it is told to', () => {
    const dropped = looks({ dropped: 0.1 }).flat().length;
    expect(share(dropped, 12_000)).toBeCloseTo(0.9, 1);
    const imagined = looks({ falsePositives: 0.05 })
      .flat()
      .filter((each) => each.class === 'person');
    expect(share(imagined.length, 4000)).toBeCloseTo(0.05, 1);
    const scores = looks({ scoreNoise: 0.05 })
      .flat()
      .map(({ score }) => score - 0.8);
    expect(Math.sqrt(scores.reduce((sum, each) => sum + each ** 2, 0) / scores.length)).toBeCloseTo(0.05, 2);
    const edges = looks({ jitter: 0.1 })
      .flat()
      .filter(({ box }) => box[0] > 0.4)
      .map(({ box }) => box[0] - 0.5);
    expect(Math.sqrt(edges.reduce((sum, each) => sum + each ** 2, 0) / edges.length)).toBeCloseTo(0.012, 3);
  });

  test('takes neighbours that touch for each other, and nobody else', () => {
    const named = scene.map((each, index) => ({ ...each, score: 0.6 + index / 10 }));
    const [look] = [perturb(named, { ...faultless, swapped: 1 }, ['person'], seededRandom(1))];
    const scoreAt = (x: number) => look.find(({ box }) => box[0] === x)?.score;
    expect([scoreAt(0), scoreAt(0.11), scoreAt(0.5)]).toEqual([0.7, 0.6, 0.8]);
  });

  test('is the same for the same seed', () => {
    const once = () => perturb(scene, usualFaults, ['person'], seededRandom(5));
    expect(once()).toEqual(once());
  });
});
