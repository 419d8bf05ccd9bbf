import type { SceneId } from '../../src/domain/scene-id.ts';
import { AppError } from '../../src/lib/errors.ts';
import type { TakeKind } from './truth.ts';

/**
 * Clips are named by seeds below this, training pictures by seeds from it on, and what is drawn follows: the highest bit
 * of a clip's shot is set, that of a training picture never is. So no layout of a clip is ever trained on.
 */
export const firstDatasetSeed = 1000;

/** Where the pictures begin that choose among weights and settings, and train none: what ships was never fitted to them. */
export const firstChoiceSeed = 800_000;

/** Where the pictures begin that neither training nor choosing may see: figures are taken on them. */
export const firstHoldoutSeed = 900_000;

/** What pictures of a seed are for. `scripts/train/seed_ranges.py` reads the bounds from this file. */
export type SeedUse = 'clips' | 'training' | 'choice' | 'hold-out';

/** What a seed's pictures are for; undefined: for nothing, since a clip's shot may have it. */
export function seedUse(seed: number): SeedUse | undefined {
  if (!(seed >= 0 && seed < 2 ** 31)) return undefined;
  if (seed < firstDatasetSeed) return 'clips';
  if (seed < firstChoiceSeed) return 'training';
  return seed < firstHoldoutSeed ? 'choice' : 'hold-out';
}

/** What a clip's layout, story and camera are drawn from. @throws AppError MB_USAGE for a seed of training pictures. */
export function shotSeed(seed: number, scene: SceneId, take: TakeKind): number {
  if (seed >= firstDatasetSeed)
    throw new AppError('MB_USAGE', `--seed ${seed}: clips take seeds below ${firstDatasetSeed}, training has the rest`);
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (const letter of `${seed}/${scene}/${take}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash | 0x80000000) >>> 0;
}

/**
 * What the pictures of one load are drawn from.
 * @throws AppError MB_USAGE for a seed of clips and where one use's seeds would run into another's.
 */
export function loadSeed(firstSeed: number, load: number): number {
  if (firstSeed < firstDatasetSeed)
    throw new AppError('MB_USAGE', `--seed ${firstSeed}: training pictures take seeds from ${firstDatasetSeed} on`);
  const seed = firstSeed + load;
  const use = seedUse(firstSeed);
  if (use === undefined || seedUse(seed) !== use)
    throw new AppError(
      'MB_USAGE',
      `--seed ${firstSeed}: ${load + 1} loads reach seed ${seed}, which is ${use === undefined ? "no data set's" : `not for ${use}`}`,
    );
  return seed;
}
