import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Spool } from '../../../src/gateway/transfer/spool.ts';
import { tempDir } from '../../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  dir = await tempDir('spool');
});
afterEach(() => dir.remove());

function write(name: string, bytes: number, secondsAgo = 0): void {
  writeFileSync(join(dir.path, name), Buffer.alloc(bytes));
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(join(dir.path, name), at, at);
}
const names = () => readdirSync(dir.path).sort();

test('the oldest goes first, whatever the names say: a new journal may sort before the one it follows', async () => {
  write('mb-zz-2.mbb', 40, 60);
  write('mb-zz-1.mbb', 40, 50);
  write('notes.txt', 40, 99);
  const spool = new Spool(dir.path, 100);
  for (const [name, left] of [
    ['mb-aa-1.mbb', ['mb-aa-1.mbb', 'mb-zz-1.mbb', 'notes.txt']],
    ['mb-aa-2.mbb', ['mb-aa-1.mbb', 'mb-aa-2.mbb', 'notes.txt']],
  ] as const) {
    write(name, 40);
    await spool.keep(name, 40);
    expect(names()).toEqual(left);
  }
});

test('a batch larger than all of it stays until the next; one kept twice counts once', async () => {
  const spool = new Spool(dir.path, 100);
  write('mb-1.mbb', 500);
  await spool.keep('mb-1.mbb', 500);
  expect(names()).toEqual(['mb-1.mbb']);
  write('mb-2.mbb', 60);
  await spool.keep('mb-2.mbb', 60);
  await spool.keep('mb-2.mbb', 60);
  expect(names()).toEqual(['mb-2.mbb']);
});
