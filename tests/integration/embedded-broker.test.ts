import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeTopics } from '../../src/contracts/topics.ts';
import type { NodeId, Sha256, SiteId } from '../../src/domain/ids.ts';
import { EmbeddedBroker } from '../../src/gateway/collect/embedded-broker.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { MqttLink, type MqttLinkOptions, type MqttMessage } from '../../src/lib/mqtt-link.ts';
import { until } from '../support/until.ts';

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const topics = new NodeTopics(site, node);
const gateway = { username: 'gateway', password: 'gate-5521' };
const never = () => new AbortController().signal;

let metrics: Metrics;
let broker: EmbeddedBroker;
let links: MqttLink[];

function newBroker(port = 0): EmbeddedBroker {
  const nodes = [{ site, node, username: 'edge-1', password: 'edge-7781' }];
  return new EmbeddedBroker({ port, gateway, nodes, log: createLogger('test'), metrics });
}

async function link(over: Partial<MqttLinkOptions> & { username?: string; password?: string }): Promise<MqttLink> {
  const { username = 'edge-1', password = 'edge-7781', ...rest } = over;
  const started = new MqttLink({
    broker: { url: broker.url, username, password, retryMinMs: 20, retryMaxMs: 50 },
    clientId: 'site-1.edge-1',
    subscribe: [],
    clock: systemClock,
    log: createLogger('test'),
    ...rest,
  });
  links.push(started);
  await started.start(never());
  return started;
}

const connected = (each: MqttLink) => until(() => each.session, { what: 'a connection' });
const refusals = async (what: string) =>
  Number(
    /refused_total\{what="\w+"\} (\d+)/.exec(
      (await metrics.registry.metrics()).match(new RegExp(`.*what="${what}".*`))?.[0] ?? '',
    )?.[1] ?? 0,
  );

beforeEach(async () => {
  metrics = new Metrics();
  links = [];
  broker = newBroker();
  await broker.start(never());
});

afterEach(async () => {
  await Promise.all(links.map((each) => each.stop()));
  await broker.stop();
});

test('a port that is taken is said so', async () => {
  const second = newBroker(Number(new URL(broker.url).port));
  await expect(second.start(never())).rejects.toMatchObject({ code: 'MB_BROKER_UNREACHABLE' });
  await second.stop();
});

test.each([
  ['a wrong password', { password: 'edge-0000' }],
  ['an unknown user', { username: 'edge-9' }],
  ['the client id of another', { clientId: 'site-1.edge-2' }],
])('%s is refused, again and again', async (_what, over) => {
  const refused = await link(over);
  await until(async () => (await refusals('connect')) >= 3, { what: 'three refusals' });
  expect(refused.session).toBeUndefined();
});

test('subscribing to anything but the own acknowledgement fails', async () => {
  const greedy = await link({ subscribe: ['mb/v1/#'] });
  await until(async () => (await refusals('subscribe')) >= 2, { what: 'two refusals' });
  expect(greedy.session).toBeUndefined();
});

test('a message larger than evidence may be is refused', async () => {
  const session = await connected(await link({}));
  const large = session.publish(topics.evidence('0'.repeat(64) as Sha256), Buffer.alloc(2_000_000));
  await expect(large).rejects.toMatchObject({ code: 'MB_BROKER_UNREACHABLE' });
});

test('MQTT 3.1.1 is found out, and the will is said when a node’s connection breaks', async () => {
  const seen: MqttMessage[] = [];
  const watcher = await link({
    ...gateway,
    clientId: 'watcher',
    subscribe: ['mb/v1/+/+/health'],
    onMessage: (message) => {
      seen.push(message);
    },
  });
  expect((await connected(watcher)).version).toBe('3.1.1');
  const dying = await link({ will: () => ({ topic: topics.health, payload: 'gone' }) });
  await connected(dying);
  // The same client id from elsewhere ends the first connection without a farewell (3.1.1 §3.1.4).
  await link({});
  await until(() => seen.some(({ payload }) => payload.toString() === 'gone'), { what: 'the will' });
});

test('a will on the health of another node is not said, and a node sets no other node’s retained health', async () => {
  const seen: MqttMessage[] = [];
  const other = new NodeTopics(site, 'edge-2' as NodeId);
  const watcher = await link({
    ...gateway,
    clientId: 'watcher',
    subscribe: ['mb/v1/+/+/health'],
    onMessage: (message) => {
      seen.push(message);
    },
  });
  await connected(watcher);
  await connected(await link({ will: () => ({ topic: other.health, payload: 'forged' }) }));
  // The same client id from elsewhere ends the first connection without a farewell (3.1.1 §3.1.4).
  const session = await connected(await link({}));
  await until(async () => (await refusals('publish')) >= 1, { what: 'the will’s refusal' });
  await session.publish(topics.health, 'own').catch(() => undefined);
  expect(seen.filter(({ topic }) => topic === other.health)).toEqual([]);
});

test('a slow reader holds messages back and loses none', async () => {
  const seen: string[] = [];
  const reader = await link({
    ...gateway,
    clientId: 'reader',
    subscribe: ['mb/v1/+/+/health'],
    onMessage: async ({ payload }) => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(payload.toString());
    },
  });
  await connected(reader);
  const session = await connected(await link({}));
  const sent = Array.from({ length: 200 }, (_, index) => String(index));
  await Promise.all(sent.map((text) => session.publish(topics.health, text)));
  await until(() => seen.length === sent.length, { what: 'every message' });
  expect(seen).toEqual(sent);
});
