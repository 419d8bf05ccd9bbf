import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { batchName } from '../../src/gateway/transfer/batch-name.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { newSigningKey } from '../support/crossing.ts';
import { logOf } from '../support/log-of.ts';
import { tempDir } from '../support/temp-dir.ts';
import { transferModes } from '../support/transfer-modes.ts';
import { until } from '../support/until.ts';

const mode = transferModes.find(({ name }) => name === 'mqtt-bridge, one-way');
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  dir = await tempDir('bridge-disk');
  await mode?.open();
});
afterAll(async () => {
  await mode?.close();
  await dir.remove();
});

test('one-way, a piece that the disk does not take is not acknowledged to the broker, and comes when it does', async () => {
  const key = newSigningKey();
  const ends = await mode?.ends(dir.path, key);
  if (ends === undefined) throw new Error('no such mode');
  await ends.prepare?.();
  // Hashes of numbers do not compress.
  const bytes = Buffer.concat(Array.from({ length: 5_000 }, (_, i) => Buffer.from(sha256(`${i}`), 'hex')));
  const input = { sender: `${key.keyId}.00000001`, number: 1, createdAt: 1, lines: [] };
  const batch = await encodeBatch({ ...input, evidence: [{ sha256: sha256(bytes), bytes }] }, key);
  expect(batch.bytes.length).toBeGreaterThan(65_536);
  const { logger: log, lines } = logOf();
  const taken: number[] = [];
  const receiver = ends.receiver(
    {
      position: async () => taken.length,
      take: async ({ manifest }) => {
        taken.push(manifest.number);
        return 'taken';
      },
      report: async () => {},
    },
    { log },
  );
  const sender = ends.sender();
  const stop = new AbortController();
  await receiver.start(stop.signal);
  await sender.start(stop.signal);
  // A file stands where the folder of the pieces is to be.
  const pieces = join(dir.path, 'inbox', '.pieces');
  mkdirSync(pieces, { recursive: true });
  const place = join(pieces, `${batchName(batch.sender, 1)}.${batch.sha256}.${batch.bytes.length}`);
  writeFileSync(place, '');
  await until(
    () =>
      sender.send(batch).then(
        () => true,
        () => false,
      ),
    { what: 'the broker to take it' },
  );
  await until(() => lines.some((line) => line.includes('piece not written')), { what: 'the disk to fail' });
  expect(taken).toEqual([]);
  rmSync(place);
  await until(() => taken.length > 0, { what: 'the batch' });
  await sender.stop();
  await receiver.stop();
  expect(taken).toEqual([1]);
});
