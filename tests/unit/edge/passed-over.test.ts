import { expect, test } from 'vitest';
import type { CameraId } from '../../../src/domain/ids.ts';
import type { SceneId } from '../../../src/domain/scene-id.ts';
import { passedOverProblem } from '../../../src/edge/passed-over.ts';

const cameras = (...passedOver: SceneId[][]) =>
  passedOver.map((scenes, index) => ({ id: `c${index}` as CameraId, scenes: { passedOver: scenes } }));
const why = 'a model fails on the looks or has no room for them';

test.each<[string, ReturnType<typeof cameras>, string[]]>([
  ['nothing where all is well', cameras([], []), []],
  ['one camera', cameras([], ['illegal_parking']), [`illegal_parking not watched for on camera c1: ${why}`]],
  [
    'several, each scene once',
    cameras(['zone_intrusion', 'illegal_parking'], ['zone_intrusion']),
    [`illegal_parking, zone_intrusion not watched for on cameras c0, c1: ${why}`],
  ],
  [
    'many, the first by name',
    cameras(...Array.from({ length: 7 }, (): SceneId[] => ['muck_truck'])),
    [`muck_truck not watched for on cameras c0, c1, c2, c3, c4 and 2 more: ${why}`],
  ],
])('health tells of scenes without their model: %s', (_, watched, told) => {
  expect(passedOverProblem(watched)).toEqual(told);
});
