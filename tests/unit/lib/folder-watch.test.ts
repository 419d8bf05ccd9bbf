import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchFolder } from '../../../src/lib/folder-watch.ts';
import { tempDir } from '../../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
let end: (() => void) | undefined;

beforeEach(async () => {
  dir = await tempDir('folder-watch');
});

afterEach(async () => {
  end?.();
  await dir.remove();
});

test('a file that gets its name is told of, one that is being written is not', async () => {
  const temporary = join(dir.path, '.tmp-batch');
  const seen: string[] = [];
  let step = 'writing';
  const told = new Promise<void>((resolve) => {
    end = watchFolder(dir.path, () => {
      seen.push(step);
      resolve();
    });
  });
  await writeFile(temporary, 'batch');
  step = 'named';
  await rename(temporary, join(dir.path, 'batch'));
  await told;
  expect(new Set(seen)).toEqual(new Set(['named']));
});

test('a folder that cannot be watched is no fault', async () => {
  await rm(dir.path, { recursive: true });
  end = watchFolder(dir.path, () => undefined);
  expect(() => end?.()).not.toThrow();
});
