import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { partBytes } from '../../../src/contracts/node-messages.ts';
import type { Sha256 } from '../../../src/domain/ids.ts';
import type { PendingEvidence } from '../../../src/edge/publish/outbox-store.ts';
import { PartSender } from '../../../src/edge/publish/part-sender.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
let store: ContentStore;
let clock: FakeClock;
let waiting: PendingEvidence[];
let givenUp: string[];
let sent: { hash: Sha256; offset: number; bytes: Buffer }[];
let sender: PartSender;

beforeEach(async () => {
  dir = await tempDir('parts');
  store = new ContentStore(dir.path);
  clock = new FakeClock();
  waiting = [];
  givenUp = [];
  sent = [];
  sender = new PartSender({
    evidence: store,
    maxBytes: 10 * partBytes,
    ackTimeoutMs: 15_000,
    next: () => waiting[0],
    giveUp: (file, reason) => {
      givenUp.push(reason);
      waiting = waiting.filter((each) => each !== file);
    },
    clock,
    log: createLogger('test'),
  });
});
afterEach(() => dir.remove());

const send = async (hash: Sha256, { offset }: { offset: number }, bytes: Buffer) =>
  void sent.push({ hash, offset, bytes });
const parts = () => sent.splice(0).map(({ offset }) => offset / partBytes);

async function file(bytes: number): Promise<{ content: Buffer; hash: Sha256 }> {
  const content = randomBytes(bytes);
  const hash = await store.put(content);
  waiting.push({ sha256: hash, bytes, mediaType: 'video/mp4', kind: 'clip', n: 1 });
  return { content, hash };
}

/** What has been sent once the sender waits for the gateway. */
async function afterSending(count: number): Promise<number[]> {
  await until(() => sent.length >= count, { what: `${count} parts` });
  await new Promise((resolve) => setImmediate(resolve));
  return parts();
}

const has = (hash: Sha256, count: number) => sender.acknowledged({ part: { sha256: hash, upTo: count * partBytes } });

describe('files in parts', () => {
  test('one part finds out where the gateway stands, then four are under way, and all of them are the file', async () => {
    const { content, hash } = await file(6.5 * partBytes);
    sender.connected(send);
    const all: typeof sent = [];
    const note = async (count: number) => {
      await until(() => sent.length >= count, { what: 'parts' });
      all.push(...sent);
      return parts();
    };
    expect(await note(1)).toEqual([0]);
    has(hash, 1);
    expect(await note(4)).toEqual([1, 2, 3, 4]);
    has(hash, 3);
    expect(await note(2)).toEqual([5, 6]);
    expect(sha256(...all.map(({ bytes }) => bytes))).toBe(hash);
    expect(Buffer.concat(all.map(({ bytes }) => bytes))).toEqual(content);
  });

  test('after an interruption it goes on where the gateway is', async () => {
    const { hash } = await file(8 * partBytes);
    sender.connected(send);
    expect(await afterSending(1)).toEqual([0]);
    // The gateway has more than this life of the node knows of.
    has(hash, 5);
    expect(await afterSending(3)).toEqual([5, 6, 7]);
    sender.disconnected();
    sender.connected(send);
    expect(await afterSending(1)).toEqual([5]);
    has(hash, 7);
    expect(await afterSending(1)).toEqual([7]);
  });

  test('what the gateway did not take comes again, once a second at most, or when it says nothing for too long', async () => {
    const { hash } = await file(4 * partBytes);
    sender.connected(send);
    await afterSending(1);
    has(hash, 1);
    expect(await afterSending(3)).toEqual([1, 2, 3]);
    for (const _ of [1, 2, 3]) has(hash, 1);
    expect(await afterSending(3)).toEqual([1, 2, 3]);
    clock.advance(15_000);
    sender.pump();
    expect(await afterSending(1)).toEqual([1]);
  });

  test('a file the gateway has whole and does not settle is offered again from the beginning', async () => {
    const { hash } = await file(2 * partBytes);
    sender.connected(send);
    expect(await afterSending(1)).toEqual([0]);
    has(hash, 2);
    clock.advance(14_999);
    sender.pump();
    await new Promise((resolve) => setImmediate(resolve));
    expect(parts()).toEqual([]);
    clock.advance(1);
    sender.pump();
    expect(await afterSending(1)).toEqual([0]);
  });

  test('a file that stopped waiting while its last word was awaited is not offered again', async () => {
    const first = await file(2 * partBytes);
    const second = await file(2 * partBytes);
    sender.connected(send);
    await afterSending(1);
    has(first.hash, 2);
    // Given up, for want of space.
    waiting.shift();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(15_000);
    sender.pump();
    await until(() => sent.length > 0, { what: 'the next file' });
    expect(sent.map((each) => each.hash)).toEqual([second.hash]);
  });

  test('the next file begins when the gateway has this one whole', async () => {
    const first = await file(2 * partBytes);
    const second = await file(3 * partBytes);
    sender.connected(send);
    await afterSending(1);
    has(first.hash, 1);
    await afterSending(1);
    waiting.shift();
    sender.settled([first.hash]);
    await until(() => sent.length > 0, { what: 'the next file' });
    expect(sent[0]?.hash).toBe(second.hash);
  });

  test('a file over the limit, a damaged one and one that is gone are given up, and those behind them sent', async () => {
    await file(10 * partBytes + 1);
    const damaged = await file(3 * partBytes);
    await writeFile(store.path(damaged.hash), randomBytes(3 * partBytes));
    const gone = await file(3 * partBytes);
    await store.remove(gone.hash);
    const sound = await file(3 * partBytes);
    sender.connected(send);
    await afterSending(1).then(() => {});
    expect(givenUp).toEqual(['too large', 'missing or damaged', 'missing or damaged']);
    has(sound.hash, 1);
    expect(await afterSending(2)).toEqual([1, 2]);
  });

  test('a word about another file, or beyond its end, changes nothing', async () => {
    const { hash } = await file(3 * partBytes);
    sender.connected(send);
    await afterSending(1);
    has(sha256('another'), 2);
    has(hash, 4);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
  });
});
