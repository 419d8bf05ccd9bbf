import { describe, expect, test } from 'vitest';
import type { ZoneId } from '../../../../src/domain/ids.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import { zoneIntrusionSchema } from '../../../../src/edge/scene/modules/zone-intrusion.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const yard = {
  id: 'yard' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0.5, 0],
    [1, 0],
    [1, 1],
    [0.5, 1],
  ] as const,
  tags: ['site'],
};

function story(timeline: SceneTimeline, overrides: Record<string, unknown> = {}): string[] {
  const scenes = new CameraScenes({
    modules: sceneModules,
    zones: [yard],
    config: { zone_intrusion: zoneIntrusionSchema.parse({ zones: ['yard'], clearAfterMs: 6_000, ...overrides }) },
    around: sceneSurroundings(),
    provided: new Set(['person', 'car']),
  });
  return timeline.play(scenes, 200).map(({ phase, second }) => `${phase}@${second}`);
}

const walker = (seconds: number) =>
  new SceneTimeline().lookEvery(1).moves('p1', {
    from: 0,
    to: seconds,
    start: [0.3, 0.4, 0.4, 0.8],
    end: [0.8, 0.4, 0.9, 0.8],
    class: 'person',
  });

describe('zone_intrusion', () => {
  test('walking in raises five seconds after crossing the border, and clears once gone', () => {
    expect(story(walker(31))).toEqual(['raised@15', 'cleared@37']);
  });

  test('running through in less than five seconds raises nothing', () => {
    expect(story(walker(6))).toEqual([]);
  });

  test('as a loitering rule it needs the longer stay', () => {
    const loiters = new SceneTimeline().stands('p1', { box: [0.6, 0.4, 0.7, 0.8], from: 0, to: 130, class: 'person' });
    expect(story(loiters, { dwellMs: 120_000 })).toEqual(['raised@120', 'cleared@134']);
  });

  test('what is not asked for is ignored', () => {
    const dog = new SceneTimeline().stands('d1', { box: [0.6, 0.4, 0.7, 0.8], from: 0, to: 60, class: 'animal' });
    expect(story(dog)).toEqual([]);
  });
});
