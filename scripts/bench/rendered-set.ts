import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectClasses } from '../../src/domain/object-class.ts';
import type { PictureTruth } from '../footage/truth.ts';
import { categoryOf, type JudgedSet } from './judged-set.ts';

/** How to make the rendered hold-out: seeds that neither training nor the shipped clips use. */
export const renderedCommand = 'npm run footage -- dataset --seed 900000 --pictures 300 --out';

/** Drawn pictures with their truth (`truth.jsonl`); undefined where there are none. */
export function readRenderedSet(folder: string): JudgedSet | undefined {
  const file = join(folder, 'truth.jsonl');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const truths = lines.map((line, index) => parsed(line, `${file}:${index + 1}`));
  return {
    name: 'rendered',
    about: `rendered hold-out: ${truths.length} drawn pictures of layouts, viewpoints and seeds that training and clips do not use`,
    pictures: truths.map(({ file: name, width, height }, id) => ({ id, path: join(folder, name), width, height })),
    labels: truths.flatMap(({ boxes }, image) =>
      boxes.map(({ class: name, box, ignore }) => ({ image, category: categoryOf(name), box, crowd: ignore === true })),
    ),
    classes: objectClasses,
    redistributable: true,
  };
}

function parsed(line: string, where: string): PictureTruth {
  try {
    return JSON.parse(line) as PictureTruth;
  } catch (error) {
    throw new Error(`${where}: not a line of truth; make the pictures anew`, { cause: error });
  }
}
