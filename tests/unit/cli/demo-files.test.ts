import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareDemoDir } from '../../../src/cli/demo-files.ts';
import { tempDir } from '../../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  dir = await tempDir('demo-files');
});
afterEach(() => dir.remove());

test('a folder with anything else in it is left alone', () => {
  const precious = join(dir.path, 'precious.txt');
  writeFileSync(precious, 'years of work');
  expect(() => prepareDemoDir(dir.path)).toThrow(/--dir: .* is not a folder of the demo/);
  expect(existsSync(precious)).toBe(true);
});

test('a new, an empty and an old demo’s folder are made anew', () => {
  for (const path of [join(dir.path, 'new'), join(dir.path, 'empty')]) {
    if (path.endsWith('empty')) mkdirSync(path);
    prepareDemoDir(path).release();
    writeFileSync(join(path, 'left over'), '');
    prepareDemoDir(path).release();
    expect(existsSync(join(path, 'left over'))).toBe(false);
    expect(existsSync(join(path, 'keys', 'node.pem.pub'))).toBe(true);
  }
});

test('the folder of a running demo is left as it is', () => {
  const lock = prepareDemoDir(dir.path);
  writeFileSync(join(dir.path, 'outbox.db'), 'alerts');
  expect(() => prepareDemoDir(dir.path)).toThrow(/is in use by process/);
  expect(existsSync(join(dir.path, 'outbox.db'))).toBe(true);
  lock.release();
  prepareDemoDir(dir.path).release();
  expect(existsSync(join(dir.path, 'outbox.db'))).toBe(false);
});
