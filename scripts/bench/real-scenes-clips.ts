import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type SceneId, sceneIds } from '../../src/domain/scene-id.ts';
import { clipPath, type GoldenClip, goldenFootage } from '../../tests/support/footage-golden.ts';
import { demoSettings } from '../footage/demo-settings.ts';

/** Annotated fire of the house is counted in pictures of this rate (its README). */
const firePicturesPerSecond = 30;
const housePath = 'footage/house-fire.mp4';

const everywhere = {
  id: 'everywhere',
  tags: [],
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
} as const;

/** What a room with one person in it surely does not show; things lie about in it, and somebody may stand at a table. */
const absentIndoors: readonly SceneId[] = ['fire_smoke', 'waterlogging', 'crowd_gathering'];
/** What a dry road with cars on it, and nobody on foot, does not show. */
const absentOnRoad: readonly SceneId[] = [
  ...absentIndoors,
  'person_down',
  'exposed_garbage',
  'material_dumping',
  'street_vending',
];

/**
 * Scenes that are watched for in the whole picture of a clip, because they are surely not in it: whatever they raise is
 * false. By looking at the clips and what their README says; what a clip may be taken for is on no list.
 */
const absentOn: Readonly<Record<string, readonly SceneId[]>> = {
  'footage/street-parked.mp4': absentOnRoad,
  'footage/street-passing.mp4': absentOnRoad,
  'footage/people-passing.mp4': [...absentIndoors, 'person_down', 'exposed_garbage', 'material_dumping'],
  // Bare ground and toys in the grass may be a heap and rubbish.
  [housePath]: ['person_down', 'waterlogging', 'crowd_gathering', 'street_vending'],
  'footage/falls/s1_Fall_13.mp4': absentIndoors,
  'footage/falls/s2_Fall_13.mp4': absentIndoors,
  'footage/falls/s3_Fall_19.mp4': absentIndoors,
  'footage/falls/s4_Fall_01.mp4': absentIndoors,
  'footage/falls/s2_ADL_23.mp4': absentIndoors,
  'footage/falls/s3_ADL_20.mp4': absentIndoors,
  // Ten people at once are a crowd, jackets lie on the lawn, and the ground is dug up behind barriers.
  'vtest.avi': ['fire_smoke', 'person_down', 'waterlogging', 'street_vending'],
};

/** Scenes that a clip surely does not show; of one that nobody has looked at none is. */
export function absentScenes(clip: string): readonly SceneId[] {
  return absentOn[clip] ?? [];
}

/** A clip on this machine. */
export interface RealClip extends Pick<GoldenClip, 'clip' | 'zones' | 'scenes' | 'expected'> {
  readonly file: string;
}

/** Scenes of which nothing real is at hand. */
export function unseenScenes(clips: readonly RealClip[]): SceneId[] {
  const watched = new Set(clips.flatMap(({ scenes }) => Object.keys(scenes)));
  return sceneIds.filter((scene) => !watched.has(scene));
}

/** Every clip that is here, with what it shows, and the other scenes watched for beside. */
export function realClips(sharedDir: string): RealClip[] {
  return goldenFootage.clips.flatMap((golden) => {
    const file = clipPath(golden.clip, sharedDir);
    if (!existsSync(file)) return [];
    const clip = golden.clip === housePath ? withFire(golden, sharedDir) : golden;
    const own = new Set(Object.keys(clip.scenes));
    const others = absentScenes(golden.clip).filter((scene) => !own.has(scene));
    const beside = Object.fromEntries(
      others.map((scene) => [scene, { ...demoSettings[scene]?.settings, zones: [everywhere.id], exclude: [] }]),
    );
    const { zones, scenes, expected } = clip;
    return [{ clip: clip.clip, file, zones: [...zones, everywhere], scenes: { ...scenes, ...beside }, expected }];
  });
}

/** The fire burns as long as its annotation says. */
function withFire(golden: GoldenClip, sharedDir: string): GoldenClip {
  const seconds = burningSeconds(join(sharedDir, `${housePath.replace(/mp4$/, 'xml')}`));
  if (seconds === undefined) return golden;
  return {
    ...golden,
    scenes: { fire_smoke: { zones: [everywhere.id], ...demoSettings['fire_smoke']?.settings } },
    expected: [{ scene: 'fire_smoke', zone: everywhere.id, raised: seconds }],
  };
}

/** First and last second with a box of fire; undefined where there is no annotation. */
function burningSeconds(file: string): readonly [number, number] | undefined {
  if (!existsSync(file)) return undefined;
  const frames = readFileSync(file, 'utf8').split('<frameNumber>').slice(1);
  const burning = frames.flatMap((text) => {
    const number = Number.parseInt(text, 10);
    return /<_>\s*\d+ \d+ \d+ \d+/.test(text) ? [number] : [];
  });
  const [first, last] = [burning[0], burning.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${basename(file)}: no annotated fire`);
  return [first / firePicturesPerSecond, last / firePicturesPerSecond];
}
