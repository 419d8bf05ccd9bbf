import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatchArchive } from '../../../src/gateway/transfer/batch-archive.ts';
import { BatchInbox } from '../../../src/gateway/transfer/batch-inbox.ts';
import { batchName } from '../../../src/gateway/transfer/batch-name.ts';
import { WireLanding } from '../../../src/gateway/transfer/wire-landing.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { tempDir } from '../../support/temp-dir.ts';

let temp: Awaited<ReturnType<typeof tempDir>>;
let dir: string;
let landing: WireLanding;

beforeEach(async () => {
  temp = await tempDir('full-inbox');
  dir = join(temp.path, 'inbox');
  mkdirSync(dir);
  // Never started: what waits stays.
  const inbox = new BatchInbox({
    dir,
    archiveDir: join(temp.path, 'archive'),
    quarantineDir: join(temp.path, 'quarantine'),
    keys: new KeyRing(),
    consumer: { position: async () => 0, take: async () => 'taken', report: async () => {} },
    clock: systemClock,
    log: createLogger('test'),
    metrics: new Metrics(),
  });
  landing = new WireLanding({ inbox, dir, maxWaiting: 3 });
});
afterEach(() => temp.remove());

const sender = (letter: string) => `${letter.repeat(16)}.00000000`;
const batch = (from: string, number: number, text = `${number}`) => ({
  sender: sender(from),
  number,
  sha256: sha256(text),
  size: text.length,
});
const wait = (from: string, ...numbers: number[]) => {
  for (const number of numbers) writeFileSync(join(dir, batchName(sender(from), number)), 'x');
};

test('a full inbox lets in the batch that the others wait for, and keeps out only more of its sender', async () => {
  wait('a', 3, 4, 5);
  expect(await landing.refusal(batch('a', 6))).toMatch('3 batches of this sender');
  expect(await landing.refusal(batch('a', 2))).toBeUndefined();
  expect(await landing.refusal(batch('a', 4))).toBeUndefined();
  expect(await landing.refusal(batch('b', 7))).toBeUndefined();
});

test('many senders together have a bound of their own', async () => {
  for (const letter of ['a', 'b', 'c', 'd', '1', '2', '3', '4']) wait(letter, 3, 4, 5);
  expect(await landing.refusal(batch('9', 1))).toMatch('24 batches wait here already');
  expect(await landing.refusal(batch('a', 2))).toBeUndefined();
});

test('of two copies of one number that come at once the first stays, whatever the second holds', async () => {
  const send = async (text: string) => {
    const announced = batch('a', 1, text);
    const file = await landing.open(announced);
    await file.write(Buffer.from(text));
    return { file, announced };
  };
  const copies = await Promise.all(['one', 'two', 'one'].map(send));
  const landed = await Promise.all(copies.map(({ file, announced }) => landing.land(file, announced)));
  await Promise.all(copies.map(({ file }) => file.close()));
  const alike = landed[0] === 'landed' ? ['landed', 'occupied', 'landed'] : ['occupied', 'landed', 'occupied'];
  expect(landed).toEqual(alike);
  expect(readdirSync(dir)).toEqual([batchName(sender('a'), 1)]);
});

test('the archive keeps the newest of all senders, whatever their names, over a restart as well', async () => {
  const archive = join(temp.path, 'archive');
  const put = async (into: BatchArchive, from: string, number: number) => {
    wait(from, number);
    const name = batchName(sender(from), number);
    const at = 1_700_000_000 + number;
    utimesSync(join(dir, name), at, at);
    await into.take(join(dir, name), name);
  };
  const first = new BatchArchive({ dir: archive, maxFiles: 2 });
  await put(first, 'b', 1);
  await put(first, 'b', 2);
  await put(first, 'a', 3);
  const names = () => readdirSync(archive).sort();
  expect(names()).toEqual([batchName(sender('a'), 3), batchName(sender('b'), 2)]);
  await put(new BatchArchive({ dir: archive, maxFiles: 2 }), 'a', 4);
  expect(names()).toEqual([batchName(sender('a'), 3), batchName(sender('a'), 4)]);
});
