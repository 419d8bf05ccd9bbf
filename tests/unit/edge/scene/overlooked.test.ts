import { describe, expect, test } from 'vitest';
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

const all = new Set<ObjectClass>(['person', 'boat', 'car', 'debris_pile']);
/** One scene at work on the whole picture, and what it reported, at a look a second. */
function one(scene: string, settings: object, tags: readonly string[] = []) {
  const scenes = new CameraScenes({
    modules: sceneModules,
    zones: [{ ...everywhere, tags }],
    config: { [scene]: configured(scene, settings) as never },
    around: sceneSurroundings(),
    provided: all,
  });
  const without = (...lost: ObjectClass[]) => new Set([...all].filter((each) => !lost.includes(each)));
  return { scenes, without };
}
const storyOf = (events: readonly { phase: string; second: number }[]) =>
  events.filter(({ phase }) => phase !== 'updated').map(({ phase, second }) => `${phase}@${second}`);

test('a scene is at work without what it goes by beside: somebody in the water is reported, boats or not', () => {
  const { scenes } = one('waterside_abnormal', {}, ['water']);
  expect(scenes.overlook(new Set(['boat']))).toBe(true);
  const swims = new SceneTimeline()
    .lookEvery(1)
    .stands('p', { box: [0.5, 0.4, 0.56, 0.7], from: 20, to: 60, class: 'person' });
  expect(storyOf(swims.play(scenes, 100))).toEqual(['raised@23', 'cleared@89']);
});

test.each<[string, number, string]>([
  ['for a moment: it may be the same', 20, 'raised@82'],
  ['for longer than an incident would outlast: it has its own time', 40, 'raised@132'],
  ['for twenty minutes', 1_200, 'raised@1292'],
])('somebody stands where another did when persons began to be overlooked, %s', (_, outageS, raised) => {
  const { scenes } = one('waterside_abnormal', {});
  const bank = (x: number, from: number, to: number) => ({ box: [x, 0.4, x + 0.06, 0.7] as Box, from, to });
  const began = 32 + outageS;
  const people = new SceneTimeline()
    .stands('p1', { ...bank(0.5, 0, 32), class: 'person' })
    .stands('p2', { ...bank(0.51, began, began + 100), class: 'person' });
  const before = people.play(scenes, 30);
  scenes.overlook(new Set(['person']));
  people.play(scenes, began - 2, { from: 32 });
  scenes.overlook(new Set());
  expect(storyOf([...before, ...people.play(scenes, began + 70, { from: began })])).toEqual([raised]);
});

describe('one model of a scene’s two is unavailable from second 100 to 200', () => {
  const lane: Box = [0.1, 0.1, 0.9, 0.95];
  const walks: Box = [0.1, 0.4, 0.16, 0.7];
  const seconds = Array.from({ length: 100 }, (_, index) => 100 + index);
  /** Plays a timeline with the cars' model away meanwhile. */
  const play = (scene: string, settings: object, timeline: SceneTimeline) => {
    const { scenes, without } = one(scene, settings);
    const before = timeline.play(scenes, 99);
    scenes.provide(without('car'));
    const meanwhile = timeline.play(scenes, 199, { from: 100 });
    scenes.provide(all);
    return storyOf([...before, ...meanwhile, ...timeline.play(scenes, 400, { from: 200 })]);
  };
  const parked = (until: number) =>
    new SceneTimeline().lookEvery(1).stands('c', { box: lane, from: 0, to: until, missed: seconds });

  test.each<[string, number, string[]]>([
    ['who stands there all along is one incident', 300, ['raised@5', 'cleared@329']],
    ['who left meanwhile is cleared once it can be known', 150, ['raised@5', 'cleared@229']],
  ])('%s', (_, until, story) => {
    expect(play('zone_intrusion', {}, parked(until))).toEqual(story);
  });

  test('its stay goes on, so that it does not wait for its dwell again', () => {
    const config = { vehicleDwellMs: 60_000, occlusionMs: 3_000 };
    expect(play('fire_lane_blocked', config, parked(300))).toEqual(['raised@60', 'cleared@329']);
  });

  test('that time is no dwell', () => {
    const late = new SceneTimeline().lookEvery(1).stands('c', { box: lane, from: 80, to: 300, missed: seconds });
    expect(play('fire_lane_blocked', { vehicleDwellMs: 60_000 }, late)).toEqual(['raised@240', 'cleared@329']);
  });

  test('it takes up none of a lane meanwhile, and is not waited for', () => {
    const half: Box = [0.1, 0.3, 0.6, 0.95];
    const others: Box = [0.6, 0.3, 0.9, 0.95];
    const { scenes, without } = one('fire_lane_blocked', { pileDwellMs: 20_000, vehicleDwellMs: 120_000 });
    const timeline = new SceneTimeline()
      .lookEvery(1)
      .stands('c', { box: half, from: 0, to: 100 })
      .stands('d', { box: others, from: 100, to: 190, class: 'debris_pile' });
    timeline.play(scenes, 99);
    expect(scenes.demand?.decisionInMs).toBe(21_000);
    scenes.provide(without('car'));
    expect(storyOf(timeline.play(scenes, 189, { from: 100 }))).toEqual([]);
    expect(scenes.pendingSince).toEqual([]);
  });

  test('somebody else is reported and cleared meanwhile', () => {
    const story = parked(300).stands('p', { box: walks, from: 120, to: 140, class: 'person' });
    expect(play('zone_intrusion', {}, story)).toEqual(['raised@5', 'raised@125', 'cleared@169', 'cleared@329']);
  });
});

test.each<[string, number, (second: number) => boolean, string[]]>([
  ['for half a minute', 50, (second) => second >= 20, ['illegal_parking']],
  ['for a little less', 49, (second) => second >= 20, []],
  ['at every other look', 90, (second) => second % 2 === 0, []],
  ['not any more', 60, (second) => second >= 20 && second < 60, []],
])('what a camera tells of a scene whose model fails %s', (_, untilS, fails, told) => {
  const { scenes } = one('illegal_parking', {});
  for (let second = 0; second <= untilS; second += 1) {
    scenes.overlook(new Set(fails(second) ? ['car'] : []));
    scenes.update({ at: second * 1000, tracks: [], aspect: 16 / 9 });
  }
  expect(scenes.passedOver).toEqual(told);
});
