import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { tempDir } from '../../support/temp-dir.ts';

const bytes = Buffer.from('a picture');
const hash = sha256(bytes);

let dir: Awaited<ReturnType<typeof tempDir>>;
let store: ContentStore;
beforeEach(async () => {
  dir = await tempDir('content');
  store = new ContentStore(dir.path);
});
afterEach(() => dir.remove());

test('a file that no longer matches its name is made good by storing it again', async () => {
  await store.put(bytes);
  await writeFile(store.path(hash), 'b picture');
  expect(await store.get(hash)).toBeUndefined();
  await store.put(bytes);
  expect(await store.get(hash)).toEqual(bytes);
});

test('many may store the same at once; nothing else is left in the folder', async () => {
  expect(new Set(await Promise.all(Array.from({ length: 20 }, () => store.put(bytes))))).toEqual(new Set([hash]));
  expect(readdirSync(dir.path, { recursive: true }).sort()).toEqual([hash.slice(0, 2), `${hash.slice(0, 2)}/${hash}`]);
  await store.remove(hash);
  await Promise.all([store.put(bytes), store.put(bytes)]);
  expect(await store.get(hash)).toEqual(bytes);
});

test('a half-written file of a process that died is in nobody’s way', async () => {
  await store.put(bytes);
  await store.remove(hash);
  await writeFile(`${dir.path}/${hash.slice(0, 2)}/.tmp-${hash}`, 'a pic');
  await store.put(bytes);
  expect(readdirSync(`${dir.path}/${hash.slice(0, 2)}`)).toEqual([hash]);
});
