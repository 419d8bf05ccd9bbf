import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigWatch } from '../../../src/cli/config-watch.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let files: string[];
let applied: number;
/** Resolves when what is applied may end; none: at once. */
let holding: Promise<void> | undefined;
let watch: ConfigWatch;
const at = (name: string) => join(dir.path, name);

beforeEach(async () => {
  dir = await tempDir('config-watch');
  clock = new FakeClock();
  applied = 0;
  holding = undefined;
  files = [at('edge.yaml'), at('cameras.yaml')];
  for (const file of files) await writeFile(file, 'as it was');
  watch = new ConfigWatch({
    files: () => files,
    apply: async () => {
      applied += 1;
      await holding;
    },
    clock,
    log: createLogger('test'),
  });
  watch.begin();
});
afterEach(async () => {
  watch.end();
  await dir.remove();
});

const settled = () => new Promise((resolve) => setImmediate(resolve));
/** How often it was applied once so many seconds are over. */
async function after(seconds: number): Promise<number> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000);
    await settled();
  }
  await settled();
  return applied;
}

test('what does not change is not applied again', async () => {
  watch.start();
  expect(await after(3)).toBe(0);
});

test.each([
  { what: 'written', change: () => writeFile(at('cameras.yaml'), 'otherwise') },
  { what: 'written with as many bytes', change: () => writeFile(at('edge.yaml'), 'as it is!') },
  { what: 'gone', change: () => rm(at('cameras.yaml')) },
  {
    what: 'replaced, as editors do',
    change: async () => {
      await writeFile(at('new'), 'as it was');
      await rename(at('new'), at('edge.yaml'));
    },
  },
])('a file that is $what is applied once', async ({ change }) => {
  watch.start();
  await change();
  expect(await after(3)).toBe(1);
});

test('what is written between the first reading and the start is applied at once', async () => {
  await writeFile(at('edge.yaml'), 'otherwise');
  watch.start();
  expect(await after(0)).toBe(1);
  expect(await after(3)).toBe(1);
});

test('what is written while one is applied is applied after it', async () => {
  watch.start();
  const { promise, resolve } = Promise.withResolvers<void>();
  holding = promise;
  await writeFile(at('edge.yaml'), 'otherwise');
  expect(await after(1)).toBe(1);
  await writeFile(at('edge.yaml'), 'and again');
  await writeFile(at('cameras.yaml'), 'and this');
  expect(await after(3)).toBe(1);
  resolve();
  expect(await after(3)).toBe(2);
});

test('files that are named only from now on are watched', async () => {
  watch.start();
  files = [...files, at('more.yaml')];
  await writeFile(at('more.yaml'), 'new');
  expect(await after(2)).toBe(0);
  await writeFile(at('edge.yaml'), 'names it');
  expect(await after(2)).toBe(1);
  await writeFile(at('more.yaml'), 'otherwise');
  expect(await after(2)).toBe(2);
});

test('a signal during the start is heeded after it, and one during the end by nobody', async () => {
  process.emit('SIGHUP');
  expect(await after(1)).toBe(0);
  watch.start();
  expect(await after(1)).toBe(1);
  process.emit('SIGHUP');
  expect(await after(1)).toBe(2);
  watch.stop();
  process.emit('SIGHUP');
  await writeFile(at('edge.yaml'), 'otherwise');
  expect(await after(3)).toBe(2);
});

test('the signal has a listener from before the reading to the end', () => {
  const listeners = process.listenerCount('SIGHUP');
  watch.start();
  watch.stop();
  expect(process.listenerCount('SIGHUP')).toBe(listeners);
  watch.end();
  expect(process.listenerCount('SIGHUP')).toBe(listeners - 1);
});
