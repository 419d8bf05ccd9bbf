import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '../../../src/lib/folder-lock.ts';
import { tempDir } from '../../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  dir = await tempDir('folder-lock');
});
afterEach(() => dir.remove());

test('a folder is held by one, and free again once released', () => {
  const path = join(dir.path, 'new', 'folder');
  const lock = lockFolder(path, 'MB_USAGE');
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(String(process.pid));
  expect(() => lockFolder(path, 'MB_USAGE')).toThrow(`${path} is in use by process ${process.pid}`);
  lock.release();
  lock.release();
  expect(readdirSync(path)).toEqual([]);
  lockFolder(path, 'MB_USAGE').release();
});

test('a living process keeps its folder; who was refused does not take the lock away', async () => {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  writeFileSync(join(dir.path, 'lock'), String(other.pid));
  expect(() => lockFolder(dir.path, 'MB_DATABASE_SCHEMA')).toThrow(
    expect.objectContaining({ code: 'MB_DATABASE_SCHEMA', message: expect.stringContaining(String(other.pid)) }),
  );
  expect(existsSync(join(dir.path, 'lock'))).toBe(true);
  other.stdin.end();
  await new Promise((resolve) => other.once('exit', resolve));
  lockFolder(dir.path, 'MB_DATABASE_SCHEMA').release();
});

test.each(['', 'not a number', String(process.pid)])('a leftover (%j) is taken over', (content) => {
  writeFileSync(join(dir.path, 'lock'), content);
  lockFolder(dir.path, 'MB_USAGE').release();
  expect(readdirSync(dir.path)).toEqual([]);
});
