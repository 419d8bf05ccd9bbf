import { afterEach, beforeEach, expect, test } from 'vitest';
import { GatewayCorpus } from '../../scripts/fuzz/gateway-corpus.ts';
import { GatewayFuzz, leakBytesPerInput } from '../../scripts/fuzz/gateway-fuzz.ts';
import { LiveMemory } from '../../scripts/fuzz/live-memory.ts';
import { FuzzRandom } from '../../scripts/fuzz/random.ts';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { MqttLink } from '../../src/lib/mqtt-link.ts';
import { CollectEnd, crossingSite, crossingUsers, EdgeEnd } from '../support/crossing.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

let ends: (() => Promise<unknown>)[];

beforeEach(() => {
  ends = [];
});

afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

test('malformed messages, batch files and records neither end, hold up nor fill the gateway, and none reaches the desk', async () => {
  const report = await new GatewayFuzz(7).go(1_500);
  expect(report.findings).toEqual([]);
  expect(report.good.sent).toBeGreaterThan(30);
  expect(report.good.atTheDesk).toBe(report.good.sent);
  expect(report.heapMb.bytesPerInput).toBeLessThan(leakBytesPerInput);
});

test('that measure sees buffers and objects of a few hundred bytes that stay behind, and none that do not', () => {
  const kept: unknown[] = [];
  const make = () => [Array.from({ length: 12 }, (_, index) => index / 7), Buffer.alloc(100)];
  const watch = (work: () => unknown) => {
    const memory = new LiveMemory();
    for (let input = 0; input <= 1_500; input += 1) {
      if (input % 500 === 0) memory.sample(input);
      work();
    }
    return memory.bytesPerInput;
  };
  expect(watch(() => kept.push(make()))).toBeGreaterThan(leakBytesPerInput);
  expect(watch(make)).toBeLessThan(leakBytesPerInput / 4);
  expect(kept).toHaveLength(1_501);
});

test('over a real broker, too: good alerts get through between a flood of bad ones', async () => {
  const dir = await tempDir('broker-fuzz');
  const prefix = `mb/v1/${crossingSite}/edge-1`;
  const broker = new Mosquitto([
    { username: 'gateway', password: crossingUsers.gateway },
    { username: 'edge-1', password: crossingUsers['edge-1'], prefix },
    { username: 'flood', password: 'flood-2231' },
  ]);
  await broker.start();
  const edge = new EdgeEnd({ dir: dir.path, url: broker.url });
  const keys = new NodeKeys([{ node: edge.node, pem: edge.key.publicPem() }]);
  const collect = new CollectEnd({ dir: dir.path, url: broker.url, keys });
  // An account that may write anything, as on a broker without rules.
  const flood = new MqttLink({
    broker: { url: broker.url, username: 'flood', password: 'flood-2231' },
    clientId: 'flood',
    subscribe: [],
    clock: systemClock,
    log: createLogger('test'),
  });
  ends.push(
    () => dir.remove(),
    () => broker.stop(),
    () => collect.close(),
    () => edge.close(),
    () => flood.stop(),
  );
  await collect.open();
  await edge.open();
  await flood.start(new AbortController().signal);
  const session = await until(() => flood.session, { what: 'the flood’s connection' });
  const corpus = new GatewayCorpus(new FuzzRandom(3));
  const good: string[] = [];
  let flooded = 0;
  for (let round = 0; round < 10; round += 1) {
    const bad = Array.from({ length: 60 }, () => corpus.bad()).filter(({ topic }) =>
      /^mb\/v1\/[A-Za-z0-9_./-]+$/.test(topic),
    );
    // Topics that are not ours at all the broker refuses.
    const sent = await Promise.allSettled(bad.map(({ topic, payload }) => session.publish(topic, payload)));
    flooded += sent.filter(({ status }) => status === 'fulfilled').length;
    good.push(...(await edge.append(2)).map(({ alertId }) => alertId));
  }
  const waiting = () => edge.outbox.status().alerts + edge.outbox.status().evidence;
  await until(() => waiting() === 0, { what: 'every good alert on the gateway’s disk', timeoutMs: 20_000 });
  expect(flooded).toBeGreaterThan(400);
  expect(collect.collector.mqttVersion).toBe('5');
  expect(collect.journal.head(edge.node).n).toBe(good.length);
});
