import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { Delivery } from '../../src/gateway/deliver/delivery.ts';
import { encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { batchName } from '../../src/gateway/transfer/batch-name.ts';
import { FileDropReceiver, type FileDropReceiverOptions } from '../../src/gateway/transfer/file-drop-receiver.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { KeyRing } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { newSigningKey } from '../support/crossing.ts';
import { MemoryTicketIntake } from '../support/memory-ticket-intake.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const key = newSigningKey();
const sender = `${key.keyId}.00000001`;

let dir: Awaited<ReturnType<typeof tempDir>>;
let inbox: string;
let intake: MemoryTicketIntake;
let receiver: FileDropReceiver;

beforeEach(async () => {
  dir = await tempDir('receiver');
  inbox = join(dir.path, 'inbox');
  await mkdir(inbox);
  intake = new MemoryTicketIntake();
});

afterEach(async () => {
  await receiver.stop();
  await dir.remove();
});

async function start(over: Partial<FileDropReceiverOptions> = {}): Promise<void> {
  const common = { clock: systemClock, log: createLogger('test'), metrics: new Metrics() };
  const evidence = new ContentStore(join(dir.path, 'evidence'));
  receiver = new FileDropReceiver({
    dir: inbox,
    archiveDir: join(dir.path, 'archive'),
    quarantineDir: join(dir.path, 'quarantine'),
    keys: new KeyRing([key.publicPem()]),
    consumer: new Delivery({ intake, keys: new NodeKeys(), evidence, ...common }),
    pollMs: 20,
    settleMs: 0,
    ...common,
    ...over,
  });
  await receiver.start(new AbortController().signal);
}

async function bytesOf(number: number, detail = '', signer = key): Promise<Uint8Array> {
  const line = JSON.stringify({ type: 'integrity', incident: { kind: 'gap', detail: `carried ${detail}`, at: 1 } });
  return (await encodeBatch({ sender, number, createdAt: 1, lines: [line], evidence: [] }, signer)).bytes;
}

const put = (name: string, bytes: Uint8Array | string) => writeFile(join(inbox, name), bytes);
const quarantined = (count: number) => until(() => receiver.status().quarantined === count, { what: 'quarantine' });

async function reason(): Promise<Record<string, string>> {
  const folder = join(dir.path, 'quarantine');
  const name = (await readdir(folder)).find((each) => each.endsWith('.reason.json')) ?? '';
  return JSON.parse(await readFile(join(folder, name), 'utf8'));
}

test('a file under another batch’s name', async () => {
  await start();
  await put(batchName(sender, 1), await bytesOf(2));
  await quarantined(1);
  expect(await reason()).toMatchObject({ code: 'MB_BATCH_INVALID', fault: 'misnamed' });
  expect(intake.integrity).toMatchObject([{ kind: 'bad-batch' }]);
});

test('a file signed by a stranger', async () => {
  await start();
  await put(batchName(sender, 1), await bytesOf(1, '', newSigningKey()));
  await quarantined(1);
  expect(await reason()).toMatchObject({ fault: 'unknown-key' });
});

test('any other file in the folder', async () => {
  await start();
  await put('readme.txt', 'hello');
  await quarantined(1);
  expect(await readdir(inbox)).toEqual([]);
  expect(intake.integrity).toMatchObject([{ kind: 'bad-batch', detail: expect.stringContaining('readme.txt') }]);
});

test('a number used again for other content', async () => {
  await start();
  await put(batchName(sender, 1), await bytesOf(1, 'first'));
  await until(() => receiver.status().taken === 1, { what: 'the first' });
  await put(batchName(sender, 1), await bytesOf(1, 'second'));
  await quarantined(1);
  expect(intake.integrity.map((incident) => incident.detail)).toEqual([
    'carried first',
    expect.stringContaining('number used before for other content'),
  ]);
});

test('a file larger than allowed is not read', async () => {
  await start({ maxFileBytes: 1_000 });
  await put(batchName(sender, 1), Buffer.alloc(2_000));
  await quarantined(1);
  expect(await reason()).toMatchObject({ fault: 'too-large' });
});

test('a file still being copied is left alone until it is whole', async () => {
  await start({ settleMs: 60_000 });
  const whole = await bytesOf(1);
  const hidden = batchName(sender, 1);
  await put(hidden, whole.subarray(0, 50));
  await put(`.tmp-${hidden}`, 'x');
  // A later sweep proves that the cut file was seen and left: another sender's file is taken in it.
  const other = `${key.keyId}.00000002`;
  const sealed = await encodeBatch({ sender: other, number: 1, createdAt: 1, lines: [], evidence: [] }, key);
  await put(batchName(other, 1), sealed.bytes);
  await until(() => receiver.status().taken === 1, { what: 'the other sender' });
  expect(receiver.status().quarantined).toBe(0);
  await put(hidden, whole);
  await until(() => receiver.status().taken === 2, { what: 'the whole file' });
});

test('files taken in are deleted where so configured, and the archive is bounded where not', async () => {
  await start({ done: 'delete' });
  await put(batchName(sender, 1), await bytesOf(1));
  await until(async () => (await readdir(inbox)).length === 0, { what: 'inbox empty' });
  expect(await readdir(join(dir.path, 'archive'))).toEqual([]);
  await receiver.stop();
  await start({ archiveMaxFiles: 2 });
  for (const number of [2, 3, 4, 5]) await put(batchName(sender, number), await bytesOf(number));
  await until(() => receiver.status().taken === 4, { what: 'four more' });
  expect(await readdir(join(dir.path, 'archive'))).toEqual([4, 5].map((number) => batchName(sender, number)));
});

test('folders and links in the inbox are no business of ours and hold nobody up', async () => {
  await mkdir(join(inbox, 'lost+found'));
  await mkdir(join(inbox, batchName(sender, 1)));
  await symlink(join(dir.path, 'elsewhere'), join(inbox, 'link'));
  await start();
  await put('zz-sorts-last', 'not a batch');
  await quarantined(1);
  expect((await readdir(inbox)).sort()).toEqual(['link', 'lost+found', batchName(sender, 1)].sort());
  expect(intake.integrity).toHaveLength(1);
});

test('a file that cannot be put into quarantine is reported once and holds nobody up', async () => {
  await start({ quarantineDir: join(dir.path, 'quarantine') });
  await rm(join(dir.path, 'quarantine'), { recursive: true });
  await writeFile(join(dir.path, 'quarantine'), 'where the folder was, there is a file');
  await put('readme.txt', 'hello');
  await until(() => intake.integrity.length === 1, { what: 'report' });
  await put(batchName(sender, 1), await bytesOf(1));
  await put(batchName(sender, 2), await bytesOf(2));
  await until(() => receiver.status().taken === 2, { what: 'the sender’s files' });
  expect(intake.integrity.filter(({ kind }) => kind === 'bad-batch')).toHaveLength(1);
  expect(receiver.status().quarantined).toBe(0);
});
