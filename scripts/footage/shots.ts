import { join } from 'node:path';
import { type SceneId, sceneIds } from '../../src/domain/scene-id.ts';
import { AppError } from '../../src/lib/errors.ts';
import { takeOption } from './command.ts';
import type { TakeKind } from './truth.ts';

/** Where the clips that ship lie. */
export const clipFolder = 'edge-config/demo/footage';

/** Which clip. */
export interface Shot {
  readonly scene: SceneId;
  readonly take: TakeKind;
  readonly seed: number;
}

/** The takes meant by options. @throws AppError MB_USAGE for a scene there is not. */
export function shotsOf(scenes: readonly string[] | undefined, take: string | undefined, seed: number): Shot[] {
  const known: readonly string[] = sceneIds;
  for (const scene of scenes ?? [])
    if (!known.includes(scene)) throw new AppError('MB_USAGE', `--scene ${scene}: there are ${known.join(', ')}`);
  const takes: readonly TakeKind[] = take === undefined ? ['fires', 'near'] : [takeOption(take)];
  return (scenes ?? known).flatMap((scene) => takes.map((each) => ({ scene, take: each, seed })));
}

/** File of a clip. */
export function clipFile(folder: string, scene: SceneId, take: TakeKind): string {
  return join(folder, `${scene}.${take}.mp4`);
}

/** Files of a clip: pictures and truth. */
export function clipFiles(folder: string, { scene, take }: Shot): { readonly clip: string; readonly truth: string } {
  const clip = clipFile(folder, scene, take);
  return { clip, truth: clip.replace(/mp4$/, 'json') };
}
