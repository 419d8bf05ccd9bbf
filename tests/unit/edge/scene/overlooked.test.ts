import { expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { ZoneId } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import type { SceneNote } from '../../../../src/edge/scene/rule/rule-trace.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const everywhere = {
  id: 'everywhere' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const,
  tags: [],
};
const place: Box = [0.5, 0.5, 0.6, 0.6];
/** Burns higher and lower from look to look. */
const flame = (second: number): Box => [0.1, 0.1 - 0.036 * Math.sin(second * 2.3), 0.16, 0.22];
const configured = (scene: string, settings: object) =>
  sceneModules.find(({ id }) => id === scene)?.schema.parse({ zones: [everywhere.id], ...settings });

/** A fire and a car that both go out of sight at second 30, when looks begin on which some classes' model fails. */
function story(overlooked: readonly ObjectClass[]): { events: string[]; notes: SceneNote[] } {
  const scenes = new CameraScenes({
    modules: sceneModules,
    zones: [everywhere],
    config: {
      illegal_parking: configured('illegal_parking', { dwellMs: 10_000, clearAfterMs: 6_000 }) as never,
      fire_smoke: configured('fire_smoke', { clearAfterMs: 6_000 }) as never,
    },
    around: sceneSurroundings(),
    provided: new Set(['car', 'flame', 'person'] as const),
  });
  const timeline = new SceneTimeline()
    .lookEvery(1)
    .stands('c1', { box: place, from: 0, to: 30 })
    .stands('f1', { box: flame, from: 0, to: 30, class: 'flame' });
  const notes: SceneNote[] = [];
  const camera = {
    update: (look: Parameters<CameraScenes['update']>[0]) => {
      scenes.overlook(new Set(look.at < 30_000 ? [] : overlooked));
      return scenes.update(look, { note: (note) => void (look.at === 60_000 && notes.push(note)) });
    },
  };
  const events = timeline.play(camera, 80).filter(({ phase }) => phase === 'cleared');
  return { events: events.map(({ scene }) => scene).toSorted(), notes };
}

test.each<[string, readonly ObjectClass[], string[]]>([
  ['nothing was overlooked: both have gone', [], ['fire_smoke', 'illegal_parking']],
  ['vehicles were: the fire alone is out', ['car', 'truck'], ['fire_smoke']],
  ['flames were: the car alone has left', ['flame'], ['illegal_parking']],
  ['both were', ['car', 'flame'], []],
  ['a class that neither goes by', ['wheelchair'], ['fire_smoke', 'illegal_parking']],
])('%s', (_, overlooked, cleared) => {
  expect(story(overlooked).events).toEqual(cleared);
});

test('a scene that passes over a look says why', () => {
  expect(story(['car']).notes).toContainEqual({
    scene: 'illegal_parking',
    verdict: 'ignored',
    code: 'look-incomplete',
    values: { classes: 'car' },
  });
});
