import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import { cameraStreamSchema } from '../../../src/edge/ingest/config.ts';
import { lifeDefaults } from '../../../src/edge/ingest/life-config.ts';
import { ingestSchema } from '../../../src/edge/ingest/shard-config.ts';
import { ShardHost } from '../../../src/edge/ingest/shard-host.ts';
import { ShardMailbox } from '../../../src/edge/ingest/shard-mailbox.ts';
import { counterKeys, type ShardNews } from '../../../src/edge/ingest/shard-messages.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const unit = (bytes: number, rtpTimestamp: number): AccessUnit => ({
  cameraId: 'a' as CameraId,
  codec: 'h264',
  keyframe: true,
  data: Buffer.alloc(bytes),
  rtpTimestamp,
  ptsMs: 0,
  ntpMs: undefined,
  receivedAt: 0,
});

describe('mailbox', () => {
  const stamps = (mailbox: ShardMailbox) => mailbox.drain().map(({ rtpTimestamp }) => rtpTimestamp);

  test('drops the oldest beyond its number, and counts', () => {
    const mailbox = new ShardMailbox({ maxUnits: 3, maxBytes: 1000 });
    for (let index = 0; index < 5; index += 1) mailbox.push(unit(1, index));
    expect(mailbox.dropped).toBe(2);
    expect(stamps(mailbox)).toEqual([2, 3, 4]);
    expect(mailbox.size).toBe(0);
  });

  test('drops the oldest beyond its bytes, but keeps one that alone is too large', () => {
    const mailbox = new ShardMailbox({ maxUnits: 10, maxBytes: 100 });
    for (const [index, bytes] of [40, 40, 40, 500].entries()) mailbox.push(unit(bytes, index));
    expect(mailbox.dropped).toBe(3);
    expect(stamps(mailbox)).toEqual([3]);
    mailbox.push(unit(100, 4));
    expect(stamps(mailbox)).toEqual([4]);
    expect(mailbox.dropped).toBe(3);
  });
});

describe('inside of an ingest thread', () => {
  function host() {
    const news: ShardNews[] = [];
    const clock = new FakeClock();
    const bell = new Int32Array(new SharedArrayBuffer(4));
    const limits = { mailboxUnits: 4, mailboxBytes: 1000, readEveryMs: 0 };
    const settings = { name: 'ingest-1', ...limits, bell, life: lifeDefaults };
    const shard = new ShardHost({ settings, clock, log: createLogger('test'), post: (each) => news.push(each) });
    const of = <K extends ShardNews['kind']>(kind: K) =>
      news.filter((each): each is Extract<ShardNews, { kind: K }> => each.kind === kind);
    return { shard, clock, news, of };
  }
  const source = (url: string) => ({ id: 'a' as CameraId, stream: cameraStreamSchema.parse({ url }) });

  test('is ready at once and gives a sign of life every second', () => {
    const { shard, clock, of } = host();
    shard.begin();
    expect(of('ready')).toHaveLength(1);
    clock.advance(3_000);
    expect(of('counters')).toHaveLength(3);
  });

  test('answers each order by its ticket, a camera that cannot be with its error', async () => {
    const { shard, of } = host();
    const broken = { ...source('rtsp://127.0.0.1:1/a'), stream: { ...source('rtsp://h/a').stream, url: 'http://h' } };
    await shard.take({ kind: 'add', ticket: 7, source: broken });
    expect(of('done')).toEqual([
      { kind: 'done', ticket: 7, fault: { code: 'MB_CONFIG_INVALID', message: expect.any(String) } },
    ]);
    await shard.take({ kind: 'remove', ticket: 8, camera: 'a' as CameraId });
    expect(of('done').at(-1)).toEqual({ kind: 'done', ticket: 8, units: [] });
  });

  test('one delivery is under way at a time; states wait in order until it was taken', async () => {
    const { shard, of } = host();
    await shard.take({ kind: 'add', ticket: 1, source: source('rtsp://127.0.0.1:1/a') });
    expect(of('delivery')).toHaveLength(1);
    await shard.take({ kind: 'stop', ticket: 2 });
    expect(of('delivery')).toHaveLength(1);
    await shard.take({ kind: 'taken' });
    const kinds = of('delivery').flatMap(({ states }) => states.map(({ state }) => state.kind));
    expect(kinds.at(-1)).toBe('stopped');
    await shard.take({ kind: 'taken' });
    expect(of('delivery')).toHaveLength(2);
  });

  test('reports one row of counters a camera', async () => {
    const { shard, of } = host();
    await shard.take({ kind: 'add', ticket: 1, source: source('rtsp://127.0.0.1:1/a') });
    await shard.take({ kind: 'report', ticket: 2 });
    const [report] = of('counters');
    expect(report?.table.cameras).toEqual(['a']);
    expect(report?.table.values).toHaveLength(counterKeys.length);
    await shard.take({ kind: 'stop', ticket: 3 });
  });
});

test('configuration has one thread by default', () => {
  expect(ingestSchema.parse({})).toEqual({ shards: 1, readEveryMs: 200, mailboxUnits: 1024, mailboxBytes: 33_554_432 });
});
