import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectClasses } from '../../src/domain/object-class.ts';
import { firstHoldoutSeed, seedUse } from '../footage/seeds.ts';
import type { PictureTruth } from '../footage/truth.ts';
import { categoryOf, type JudgedSet } from './judged-set.ts';

/** How to make the rendered hold-out: seeds that neither training, choosing nor the shipped clips use. */
export const renderedCommand = `npm run footage -- dataset --seed ${firstHoldoutSeed} --pictures 300 --out`;

/**
 * Drawn pictures with their truth (`truth.jsonl`); undefined where there are none.
 * @throws Error where a picture is not of the hold-out's seeds: figures on what was trained or chosen on say nothing.
 */
export function readRenderedSet(folder: string): JudgedSet | undefined {
  const file = join(folder, 'truth.jsonl');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const truths = lines.map((line, index) => parsed(line, `${file}:${index + 1}`));
  return {
    name: 'rendered',
    about: `rendered hold-out: ${truths.length} drawn pictures of layouts, viewpoints and seeds that training, choosing and clips do not use`,
    pictures: truths.map(({ file: name, width, height }, id) => ({ id, path: join(folder, name), width, height })),
    labels: truths.flatMap(({ boxes }, image) =>
      boxes.map(({ class: name, box, ignore }) => ({ image, category: categoryOf(name), box, crowd: ignore === true })),
    ),
    classes: objectClasses,
    redistributable: true,
  };
}

function parsed(line: string, where: string): PictureTruth {
  const truth = parsedLine(line, where);
  const use = seedUse(truth.seed);
  if (use !== 'hold-out')
    throw new Error(
      `${where}: seed ${truth.seed} is ${use === undefined ? "no data set's" : `for ${use}`}; ` +
        `figures are taken on seeds from ${firstHoldoutSeed} on: ${renderedCommand} FOLDER`,
    );
  return truth;
}

function parsedLine(line: string, where: string): PictureTruth {
  try {
    return JSON.parse(line) as PictureTruth;
  } catch (error) {
    throw new Error(`${where}: not a line of truth; make the pictures anew`, { cause: error });
  }
}
