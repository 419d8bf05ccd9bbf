import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notePulled, pulledModels } from '../../../../src/edge/detect/pulled-models.ts';
import { tinyManifest } from '../../../support/tiny-detector.ts';

let cacheDir: string;
const manifest = tinyManifest();
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'maplebridge-pulled-'));
});
afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));

const weights = (id: string) => writeFileSync(join(cacheDir, `${id}.onnx`), id);

test('the last pulled first, each once', async () => {
  for (const id of ['sees-people', 'sees-cars']) weights(id);
  for (const id of ['sees-people', 'sees-cars', 'sees-people']) await notePulled(id, { manifest, cacheDir });
  expect(pulledModels({ manifest, cacheDir })).toEqual(['sees-people', 'sees-cars']);
});

test('one whose weights were deleted is not there any more', async () => {
  for (const id of ['sees-people', 'sees-cars']) weights(id);
  for (const id of ['sees-people', 'sees-cars']) await notePulled(id, { manifest, cacheDir });
  rmSync(join(cacheDir, 'sees-cars.onnx'));
  expect(pulledModels({ manifest, cacheDir })).toEqual(['sees-people']);
});

test('nothing was ever pulled: no folder is made for the question', () => {
  const nowhere = join(cacheDir, 'none');
  expect(pulledModels({ manifest, cacheDir: nowhere })).toEqual([]);
  expect(readdirSync(cacheDir)).toEqual([]);
});

test.each([
  ['not JSON', '{'],
  ['of another make', '{"version":2,"models":[]}'],
])('a list that is %s: said with its path and what to do', async (_, text) => {
  mkdirSync(cacheDir, { recursive: true });
  writeFileSync(join(cacheDir, 'pulled.json'), text);
  expect(() => pulledModels({ manifest, cacheDir })).toThrow(/pulled\.json: .*delete it, and pull the models again/s);
  await expect(notePulled('sees-cars', { manifest, cacheDir })).rejects.toMatchObject({ code: 'MB_MODEL_MANIFEST' });
});
