import { describe, expect, test } from 'vitest';
import type { IncidentId } from '../../../../src/domain/ids.ts';
import type { SceneId } from '../../../../src/domain/scene-id.ts';
import { CameraScenes } from '../../../../src/edge/scene/camera-scenes.ts';
import type { SceneConfig } from '../../../../src/edge/scene/common-config.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import { rectangle, zone } from '../../../support/scene-case.ts';
import { sceneSurroundings } from '../../../support/scene-surroundings.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

function moduleOf(id: SceneId) {
  const module = sceneModules.find((each) => each.id === id);
  if (module === undefined) throw new Error(`no scene ${id}`);
  return module;
}

const problems = (id: SceneId, config: object) =>
  (moduleOf(id).schema.safeParse({ zones: ['z'], ...config }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe.each(sceneModules.map((module) => [module.id, module] as const))('%s', (_id, module) => {
  test('by itself looks often enough for one look in two to come late', () => {
    const { streamGapMs } = module.schema.parse({ zones: ['z'] }) as SceneConfig;
    expect(module.looks.idleMs * 2).toBeLessThanOrEqual(streamGapMs);
  });
});

describe('looks that a site asks for', () => {
  const tooRare = 'a look that comes late would count as a gap in the stream, and every dwell would stop';
  test.each<[SceneId, object, string[]]>([
    ['illegal_parking', { looks: { idleMs: 22_500 } }, []],
    [
      'illegal_parking',
      { looks: { idleMs: 22_501 } },
      [
        `looks.idleMs: 22501 ms is more than half of streamGapMs (45000 ms): ${tooRare}; make streamGapMs 45002 or more`,
      ],
    ],
    ['illegal_parking', { looks: { idleMs: 60_000 }, streamGapMs: 120_000 }, []],
    ['zone_intrusion', { looks: { idleMs: 6_000, busyMs: 6_000 } }, []],
    [
      'zone_intrusion',
      { looks: { idleMs: 6_000, busyMs: 7_000 } },
      [`looks.busyMs: 7000 ms is more than half of streamGapMs (12000 ms): ${tooRare}; make streamGapMs 14000 or more`],
    ],
    ['zone_intrusion', { looks: { idleMs: 2_000 }, streamGapMs: 4_000 }, []],
    ['zone_intrusion', {}, []],
  ])('%s %j', (id, config, expected) => expect(problems(id, config)).toEqual(expected));

  test('are told wrong only once', () => {
    expect(problems('zone_intrusion', { looks: { idleMs: 61_000 } })).toHaveLength(1);
    expect(problems('zone_intrusion', { looks: { idleMs: '10' } })).toHaveLength(1);
    expect(problems('zone_intrusion', { looks: { idleMs: 10_000 }, streamGapMs: 10 })).toHaveLength(1);
  });
});

test.each([
  [20, 'cleared@360'],
  [30, 'cleared@360'],
])('a car is parked though the node finds time for a look only every %d s', (everyS, cleared) => {
  const kerb = zone('kerb', 'polygon', rectangle(0, 0, 1, 1));
  const { schema } = moduleOf('illegal_parking');
  const scenes = new CameraScenes({
    modules: sceneModules,
    zones: [kerb],
    config: { illegal_parking: schema.parse({ zones: ['kerb'] }) as SceneConfig },
    around: sceneSurroundings(),
    provided: new Set(['car']),
    newId: () => 'i1' as IncidentId,
  });
  const parked = new SceneTimeline()
    .lookEvery(everyS)
    .stands('t1', { box: [0.4, 0.4, 0.6, 0.6], from: 0, to: 330, missed: [120, 240] });
  const story = parked.play(scenes, 420).map(({ phase, second }) => `${phase}@${second}`);
  expect(story).toEqual(['raised@300', cleared]);
});
