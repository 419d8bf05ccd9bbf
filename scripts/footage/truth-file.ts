import { readFileSync, writeFileSync } from 'node:fs';
import { AppError } from '../../src/lib/errors.ts';
import type { TakeTruth } from './truth.ts';

/** Writes a take's truth as JSON with one line a picture: it is read by people in diffs, too. */
export function writeTakeTruth(file: string, truth: TakeTruth): void {
  const { pictures, ...head } = truth;
  const lines = pictures.map((boxes) => JSON.stringify(boxes)).join(',\n');
  const opening = JSON.stringify(head, null, 1).replace(/\n\}$/, '');
  writeFileSync(file, `${opening},\n "pictures": [\n${lines}\n]}\n`);
}

/** @throws AppError MB_MISSING_PART where there is none, or none of version 1. */
export function readTakeTruth(file: string): TakeTruth {
  const howToMake = 'make it with `npm run footage -- clips`';
  let truth: TakeTruth;
  try {
    truth = JSON.parse(readFileSync(file, 'utf8')) as TakeTruth;
  } catch (cause) {
    throw new AppError('MB_MISSING_PART', `${file} cannot be read: ${howToMake}`, { cause });
  }
  if (truth.version !== 1) throw new AppError('MB_MISSING_PART', `${file} is of another version: ${howToMake}`);
  return truth;
}
