import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/lib/errors.ts';
import { seedOfPicture } from './dataset-plan.ts';
import type { PictureIndex } from './picture-index.ts';

/** What the pictures of a folder come from: `dataset.json` beside `truth.jsonl`. */
interface DatasetOrigin {
  readonly version: 1;
  readonly firstSeed: number;
  /** Digest of the code that drew them; null: not known, or more than one. */
  readonly drawnBy: string | null;
}

/** What is about to be drawn into a folder. */
export interface DatasetClaim {
  readonly firstSeed: number;
  readonly drawnBy: string;
  /** Whether pictures of other code may lie beside the new ones. */
  readonly isMixed: boolean;
  /** Whether nothing is missing, so that nothing is drawn beside what is there. */
  readonly isWhole: boolean;
}

/**
 * Makes a folder one seed's. A folder from before there was a `dataset.json` is told by its lines' own seeds.
 * @throws AppError MB_USAGE where its pictures are of another seed, or where new ones would come beside such as other
 * code drew, or nobody knows which, and that is not wanted.
 */
export function claimFolder(
  folder: string,
  index: PictureIndex,
  { firstSeed, drawnBy, isMixed, isWhole }: DatasetClaim,
  print: (line: string) => void,
): void {
  const file = join(folder, 'dataset.json');
  const before = existsSync(file) ? readOrigin(file) : undefined;
  if (before !== undefined && before.firstSeed !== firstSeed && index.size > 0)
    throw otherSeed(`${file}: its pictures begin at seed ${before.firstSeed}`, firstSeed);
  for (const [picture, seed] of index.seeds())
    if (seed !== seedOfPicture(firstSeed, picture))
      throw otherSeed(`${join(folder, picture)}: is of seed ${seed ?? 'none'}`, firstSeed);
  const known = index.size === 0 ? drawnBy : (before?.drawnBy ?? null);
  if (known !== drawnBy) {
    const told =
      known === null
        ? `which code drew the ${index.size} pictures there is not known`
        : `other code drew the ${index.size} pictures there`;
    if (!isWhole && !isMixed)
      throw new AppError(
        'MB_USAGE',
        `${file}: ${told}; give an empty folder with --out, or --mix to go on in this one`,
      );
    print(`${folder}: ${told}`);
  }
  writeOrigin(file, { version: 1, firstSeed, drawnBy: known === drawnBy || isWhole ? known : null });
}

function otherSeed(what: string, firstSeed: number): AppError {
  return new AppError('MB_USAGE', `${what}, not of --seed ${firstSeed}; give another folder with --out`);
}

function readOrigin(file: string): DatasetOrigin {
  try {
    const { version, firstSeed, drawnBy } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<string, unknown>>;
    if (version === 1 && typeof firstSeed === 'number' && (typeof drawnBy === 'string' || drawnBy === null))
      return { version, firstSeed, drawnBy };
  } catch (error) {
    throw unreadable(file, error);
  }
  throw unreadable(file);
}

function unreadable(file: string, cause?: unknown): AppError {
  return new AppError('MB_USAGE', `${file}: not what dataset writes; remove it, the pictures tell their seeds`, {
    cause,
  });
}

/** Whole or not at all. */
function writeOrigin(file: string, origin: DatasetOrigin): void {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(origin)}\n`);
  renameSync(`${file}.tmp`, file);
}
