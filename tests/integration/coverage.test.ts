import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { type Broker, brokers } from '../support/brokers.ts';
import { CollectEnd, EdgeEnd } from '../support/crossing.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** An hour ago: the ledger forgets what is very old. */
const epoch = Date.now() - 3_600_000;

describe.each(brokers)('the blindness account over $name', ({ make }) => {
  let dir: Awaited<ReturnType<typeof tempDir>>;
  let broker: Broker;
  let edge: EdgeEnd;
  let collect: CollectEnd;
  let told = 0;

  beforeEach(async () => {
    dir = await tempDir('coverage');
    broker = await make();
    edge = new EdgeEnd({ dir: dir.path, url: broker.url });
    const keys = new NodeKeys([{ node: edge.node, pem: edge.key.publicPem() }]);
    collect = new CollectEnd({ dir: dir.path, url: broker.url, keys });
    told = 0;
  });

  afterEach(async () => {
    await edge.close();
    await collect.close();
    await broker.kill();
    if (broker instanceof Mosquitto) await broker.stop();
    await dir.remove();
  });

  /** Writes intervals that are told apart by their time. */
  function write(count: number): void {
    const closed = Array.from({ length: count }, () => {
      told += 1;
      return {
        camera: 'cam-1' as CameraId,
        from: epoch + told * 10,
        to: epoch + told * 10 + 5,
        reason: 'stalled' as const,
      };
    });
    edge.coverage.write({ closed, cameras: new Map(), at: told });
  }

  const kept = () => collect.coverage.intervals({ from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100_000 });

  /** Every interval exactly once, and the node's disk free. */
  async function allArrived(): Promise<void> {
    await until(() => edge.coverage.waiting === 0, { what: 'every record acknowledged', timeoutMs: 20_000 });
    expect(kept().map(({ from }) => from)).toEqual(
      Array.from({ length: told }, (_, index) => epoch + (index + 1) * 10),
    );
    expect(kept()[0]).toEqual({
      node: edge.node,
      camera: 'cam-1',
      from: epoch + 10,
      to: epoch + 15,
      reason: 'stalled',
    });
  }

  test('arrives, however much of it there is', async () => {
    await broker.start();
    await edge.open();
    await collect.open();
    write(1_500);
    await allArrived();
    const alerts = await edge.append(3);
    write(2);
    await allArrived();
    await until(() => edge.outbox.status().alerts === 0, { what: `${alerts.length} alerts beside it` });
  });

  test('waits for a broker that is down, and survives one that is killed', async () => {
    await edge.open();
    await collect.open();
    write(300);
    await broker.start();
    await until(() => kept().length > 0, { what: 'the first records', timeoutMs: 20_000 });
    await broker.kill();
    write(300);
    await broker.start();
    await allArrived();
  });

  test('survives restarts of node and gateway with records under way', async () => {
    await broker.start();
    await edge.open();
    write(400);
    await edge.close();
    await edge.open();
    write(10);
    await collect.open();
    await until(() => kept().length > 0, { what: 'the first records' });
    await collect.close();
    write(300);
    await collect.open();
    await allArrived();
  });

  test('begins another account when the node’s disk is replaced, and keeps the old one', async () => {
    await broker.start();
    await edge.open();
    await collect.open();
    write(5);
    await allArrived();
    await edge.close();
    await rm(join(dir.path, edge.node), { recursive: true });
    await edge.open();
    write(3);
    await allArrived();
  });
});
