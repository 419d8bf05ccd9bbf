import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CoverageBatch } from '../../../src/contracts/node-messages.ts';
import type { NodeId } from '../../../src/domain/ids.ts';
import { CoverageLedger } from '../../../src/gateway/collect/coverage-ledger.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const node = 'edge-1' as NodeId;
const account = '0123456789abcdef';
const epoch = 1_760_000_000_000;
const day = 86_400_000;

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let ledger: CoverageLedger;

beforeEach(async () => {
  dir = await tempDir('ledger');
  clock = new FakeClock(epoch);
  ledger = new CoverageLedger({ path: join(dir.path, 'coverage.db'), keepDays: 10, clock });
  ledger.open();
});
afterEach(async () => {
  ledger.close();
  await dir.remove();
});

const record = (n: number, over = {}) => ({
  n,
  camera: 'cam',
  from: epoch + n,
  to: epoch + n + 1,
  reason: 'stalled',
  ...over,
});
const take = (after: number, numbers: readonly number[], over: Partial<CoverageBatch> = {}) => {
  const batch: CoverageBatch = { account, after, records: numbers.map((n) => record(n)), ...over };
  return ledger.take(node, Buffer.from(JSON.stringify(batch)));
};
const word = (n: number, name = account) => ({ coverage: { account: name, n } });
const held = () => ledger.intervals({ from: 0, to: epoch * 2, limit: 100 }).map(({ from }) => from - epoch);

test('takes what continues, whatever numbers it leaves out, and repeats change nothing', () => {
  expect(ledger.wordFor(node)).toBeUndefined();
  expect(take(0, [1, 2])).toEqual(word(2));
  expect(take(2, [5, 9])).toEqual(word(9));
  expect(take(0, [1, 2])).toEqual(word(9));
  expect(held()).toEqual([1, 2, 5, 9]);
  expect(ledger.wordFor(node)).toEqual(word(9));
});

test('what does not continue is not taken, and answered with what is here', () => {
  take(0, [1]);
  expect(take(4, [5])).toEqual(word(1));
  expect(held()).toEqual([1]);
});

test('a ledger that lost its disk goes on where the node is', () => {
  expect(take(40, [41, 42])).toEqual(word(42));
});

test('another account of the same node begins anew, beside the old one', () => {
  take(0, [1, 2, 3]);
  const other = 'fedcba9876543210';
  expect(take(0, [1], { account: other })).toEqual(word(1, other));
  expect(held()).toEqual([1, 1, 2, 3]);
});

test('is still there after a restart', () => {
  take(0, [1, 2]);
  ledger.close();
  ledger.open();
  expect(ledger.wordFor(node)).toEqual(word(2));
});

test.each([
  ['not JSON', '{'],
  ['no records', JSON.stringify({ account, after: 0, records: [] })],
  ['a field more', JSON.stringify({ account, after: 0, records: [record(1, { plate: 'x' })] })],
  ['a number that is none', JSON.stringify({ account, after: 0, records: [record(0)] })],
  ['too large', ' '.repeat(300_000)],
])('%s is no word', (_what, text) => {
  expect(ledger.take(node, Buffer.from(text))).toBeUndefined();
  expect(held()).toEqual([]);
});

test('intervals are found by time, node and camera', () => {
  take(0, [1, 5], { records: [record(1, { to: epoch + 100 }), record(5, { camera: 'other' })] });
  const find = (query: object) =>
    ledger.intervals({ from: epoch, to: epoch + 1_000, limit: 10, ...query }).map(({ camera }) => camera);
  expect(find({})).toEqual(['cam', 'other']);
  expect(find({ from: epoch + 50 })).toEqual(['cam']);
  expect(find({ to: epoch + 3 })).toEqual(['cam']);
  expect(find({ camera: 'other' })).toEqual(['other']);
  expect(find({ node: 'edge-2' })).toEqual([]);
});

test('forgets what is older than it must keep, once a day', () => {
  take(0, [1]);
  clock.advance(11 * day);
  take(1, [2], { records: [record(2, { from: clock.now(), to: clock.now() + 1 })] });
  expect(held()).toHaveLength(1);
});
