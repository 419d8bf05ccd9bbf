import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { absentScenes, realClips } from '../../../scripts/bench/real-scenes-clips.ts';
import type { SceneId } from '../../../src/domain/scene-id.ts';
import { goldenFootage } from '../../support/footage-golden.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maplebridge-clips-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('of every clip that is played it is said what it surely does not show', () => {
  const unsaid = goldenFootage.clips.filter(({ clip }) => absentScenes(clip).length === 0);
  expect(unsaid.map(({ clip }) => clip)).toEqual([]);
});

test.each<[string, string, readonly SceneId[]]>([
  ['ten people on foot', 'vtest.avi', ['crowd_gathering', 'exposed_garbage', 'material_dumping']],
  ['people who stand at a table', 'footage/people-passing.mp4', ['street_vending']],
  ['a fire on bare ground', 'footage/house-fire.mp4', ['fire_smoke', 'material_dumping', 'exposed_garbage']],
  ['a fall in a room where things lie about', 'footage/falls/s2_Fall_13.mp4', ['person_down', 'exposed_garbage']],
  ['one who sits on a bed', 'footage/falls/s2_ADL_23.mp4', ['person_down']],
  ['a clip that nobody has looked at', 'footage/new.mp4', ['fire_smoke', 'crowd_gathering']],
])('%s may be taken for it: not watched for as absent', (_, clip, scenes) => {
  expect(scenes.filter((scene) => absentScenes(clip).includes(scene))).toEqual([]);
});

test('a clip is watched for its own scenes and, in the whole picture, for those it does not show', () => {
  const clip = 'footage/street-passing.mp4';
  mkdirSync(dirname(join(folder, clip)), { recursive: true });
  writeFileSync(join(folder, clip), '');
  const [found] = realClips(folder).filter((each) => each.clip === clip);
  expect(Object.keys(found?.scenes ?? {}).toSorted()).toEqual(['illegal_parking', ...absentScenes(clip)].toSorted());
  expect(found?.scenes).toMatchObject({ crowd_gathering: { zones: ['everywhere'], exclude: [] } });
  expect(found?.expected).toEqual([]);
});
