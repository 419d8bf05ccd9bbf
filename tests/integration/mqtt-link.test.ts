import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { NodeTopics } from '../../src/contracts/topics.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { CoverageStore } from '../../src/edge/publish/coverage-store.ts';
import { MqttPublisher } from '../../src/edge/publish/mqtt-publisher.ts';
import { Outbox } from '../../src/edge/publish/outbox.ts';
import type { BrokerAccess } from '../../src/lib/broker-config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { MqttLink, type MqttLinkOptions, type MqttMessage } from '../../src/lib/mqtt-link.ts';
import { alertDraft, storedEvidence } from '../support/alert-draft.ts';
import { CollectEnd, crossingSite, newSigningKey } from '../support/crossing.ts';
import { CuttableProxy } from '../support/cuttable-proxy.ts';
import { ExampleBroker } from '../support/example-broker.ts';
import { logOf } from '../support/log-of.ts';
import { ScriptedBroker } from '../support/scripted-broker.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const topics = new NodeTopics(crossingSite, 'edge-1' as NodeId);
const users = { 'edge-1': 'edge-7781', gateway: 'gate-5521' };
const never = () => new AbortController().signal;
const endings: (() => Promise<unknown>)[] = [];

let log: ReturnType<typeof logOf>;

beforeEach(() => {
  log = logOf();
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startBroker(settings: Record<string, string> = {}): Promise<ExampleBroker> {
  const broker = await ExampleBroker.make({ site: crossingSite, users, settings });
  endings.push(() => broker.remove());
  await broker.start();
  return broker;
}

function access(broker: ExampleBroker, username: keyof typeof users, url = broker.passwordUrl): BrokerAccess {
  const tls = { caFile: broker.authority.caFile };
  return { url, username, password: users[username], tls, retryMinMs: 30, retryMaxMs: 300 };
}

function linkTo(broker: BrokerAccess, over: Partial<MqttLinkOptions> = {}): MqttLink {
  const link = new MqttLink({ broker, clientId: 'any', subscribe: [], clock: systemClock, log: log.logger, ...over });
  endings.push(() => link.stop());
  return link;
}

async function connect(broker: BrokerAccess, over: Partial<MqttLinkOptions> = {}) {
  const link = linkTo(broker, over);
  await link.start(never());
  return { link, session: await until(() => link.session, { what: 'a connection' }) };
}

async function hear(broker: BrokerAccess, filter: string): Promise<MqttMessage[]> {
  const heard: MqttMessage[] = [];
  await connect(broker, { subscribe: [filter], onMessage: (message) => void heard.push(message) });
  return heard;
}

/** An outbox with its publisher, as a node has them. */
async function node(broker: BrokerAccess, ackTimeoutMs = 500) {
  const dir = await tempDir('link');
  const evidence = new ContentStore(`${dir.path}/evidence`);
  const metrics = new Metrics();
  const key = newSigningKey();
  const common = {
    site: crossingSite,
    node: 'edge-1' as NodeId,
    clock: systemClock,
    log: log.logger,
    metrics,
    evidence,
  };
  const outbox = new Outbox({ ...common, path: `${dir.path}/outbox.db`, key, maxBytes: 1e9 });
  const coverage = new CoverageStore({ path: `${dir.path}/coverage.db` });
  outbox.open();
  coverage.open();
  const publisher = new MqttPublisher({ ...common, broker, outbox, coverage, ackTimeoutMs });
  endings.push(async () => {
    await publisher.stop();
    await outbox.close();
    coverage.close();
    await dir.remove();
  });
  await publisher.start(never());
  return { dir: dir.path, outbox, coverage, publisher, evidence, key, metrics };
}

async function collect(dir: string, broker: BrokerAccess, keys: ConstructorParameters<typeof CollectEnd>[0]['keys']) {
  const end = new CollectEnd({ dir, url: broker.url, keys, broker });
  endings.push(() => end.close());
  await end.open();
  return end;
}

test('over MQTT 5 a node that is back in time was never offline, and one that is not is', async () => {
  const broker = await startBroker();
  const proxy = new CuttableProxy({ host: '127.0.0.1', port: Number(new URL(broker.passwordUrl).port) });
  const port = await proxy.start();
  endings.push(() => proxy.stop());
  const heard = await hear(access(broker, 'gateway'), topics.health);
  const { link } = await connect(access(broker, 'edge-1', `mqtts://127.0.0.1:${port}`), {
    will: () => ({ topic: topics.health, payload: 'offline', delayMs: 2_000 }),
    sessionExpiryMs: 60_000,
    onConnected: (session) => void session.publish(topics.health, 'online', { retain: true }),
  });
  await until(() => heard.length === 1, { what: 'its birth' });
  proxy.cut();
  await until(() => link.session === undefined, { what: 'the break' });
  proxy.mend();
  await until(() => heard.length === 2, { what: 'its second birth' });
  proxy.cut();
  await until(() => heard.length === 3, { what: 'its will' });
  expect(heard.map(({ payload }) => payload.toString())).toEqual(['online', 'online', 'offline']);
});

test('a kept session brings what came meanwhile; a farewell ends it', async () => {
  const broker = await startBroker();
  const proxy = new CuttableProxy({ host: '127.0.0.1', port: Number(new URL(broker.passwordUrl).port) });
  const url = `mqtts://127.0.0.1:${await proxy.start()}`;
  endings.push(() => proxy.stop());
  const { session: gateway } = await connect(access(broker, 'gateway'));
  const heard: string[] = [];
  const options = {
    subscribe: [topics.ack],
    sessionExpiryMs: 60_000,
    onMessage: ({ payload }: MqttMessage) => void heard.push(payload.toString()),
  };
  const { link } = await connect(access(broker, 'edge-1', url), options);
  proxy.cut();
  await until(() => link.session === undefined, { what: 'the break' });
  await gateway.publish(topics.ack, 'meanwhile');
  proxy.mend();
  await until(() => heard.includes('meanwhile'), { what: 'what was kept' });
  await link.stop();
  const { link: leaving } = await connect(access(broker, 'edge-1'), options);
  await leaving.stop();
  await gateway.publish(topics.ack, 'after the farewell');
  const { session: again } = await connect(access(broker, 'edge-1'), options);
  await gateway.publish(topics.ack, 'now');
  await until(() => heard.includes('now'), { what: 'the newest' });
  expect(again.version).toBe('5');
  expect(heard).toEqual(['meanwhile', 'now']);
});

test('of two nodes of one name each is told so, and they take turns ever more slowly', async () => {
  const broker = await startBroker();
  // A user of certificates and one of passwords may both be called edge-1.
  const tls = { caFile: broker.authority.caFile, ...broker.authority.issue('edge-1') };
  const { link: first } = await connect({ ...access(broker, 'edge-1'), url: broker.url, tls });
  const { link: second } = await connect(access(broker, 'edge-1'));
  await until(() => first.problem && second.problem, { what: 'both to be told' });
  expect(first.problem).toMatch(/lost soon after each connection/);
  const pauses = log.lines.filter((line) => line.includes('not reachable')).map((line) => JSON.parse(line).delayMs);
  expect(Math.max(...pauses)).toBeGreaterThanOrEqual(120);
});

async function scripted(script: ConstructorParameters<typeof ScriptedBroker>[0]) {
  const broker = new ScriptedBroker(script);
  const url = await broker.start();
  endings.push(() => broker.stop());
  return { broker, url };
}

test('a session that is taken over is said to be one, and the next try waits the longest pause', async () => {
  const { url } = await scripted({ farewell: 0x8e });
  const link = linkTo({ url, retryMinMs: 30, retryMaxMs: 60_000 });
  await link.start(never());
  await until(() => link.problem, { what: 'the problem' });
  expect(link.problem).toMatch(/another client connects with the id any/);
  const warning = await until(() => log.lines.find((line) => line.includes('not reachable')), { what: 'the pause' });
  expect(JSON.parse(warning).reason).toMatch(/session taken over/);
  // With its jitter.
  expect(JSON.parse(warning).delayMs).toBeGreaterThanOrEqual(30_000);
});

test.each([
  [0x97, /quota exceeded/],
  [0x99, /payload format invalid/],
])(
  'a PUBACK with reason %i is no PUBACK: the alert stays, none overtakes it, and it goes as soon as it is taken',
  async (code, says) => {
    const { url, broker } = await scripted({ puback: (index) => (index < 5 ? code : 0) });
    const edge = await node({ url, retryMinMs: 30, retryMaxMs: 300 }, 100);
    for (let count = 0; count < 3; count += 1) edge.outbox.append(alertDraft());
    const told = await until(() => edge.publisher.problems[0], { what: 'the problem' });
    expect(told).toMatch(says);
    const sent = async () => /sent_total\{kind="alert"\} (\d+)/.exec(await edge.metrics.registry.metrics())?.[1];
    await until(async () => (await sent()) === '3', { what: 'all three' });
    expect(broker.published).toBeGreaterThanOrEqual(8);
    expect(edge.publisher.problems).toEqual([]);
    expect(edge.outbox.status().alerts).toBe(3);
  },
);

test('alerts the broker’s rules refuse are kept, counted and told, and tried again one at a time', async () => {
  const broker = await startBroker();
  const wrong = { ...access(broker, 'gateway'), username: 'gateway' };
  const refusedNode = await node(wrong, 100);
  const drafts = [alertDraft(), alertDraft(), alertDraft()];
  for (const draft of drafts) refusedNode.outbox.append(draft);
  const told = () => refusedNode.publisher.problems.find((line) => line.includes('refuses alert'));
  expect(await until(told, { what: 'the problem' })).toMatch(/not authorised/);
  const refusedCount = async () =>
    Number(/refused_total\{kind="alert",reason="0x87"\} (\d+)/.exec(await refusedNode.metrics.registry.metrics())?.[1]);
  // Three at first, then one at a time.
  await until(async () => (await refusedCount()) >= 5, { what: 'further tries' });
  expect(refusedNode.outbox.status().alerts).toBe(3);
  expect(log.lines.filter((line) => line.includes('"kind":"alert"') && line.includes('kept here'))).toHaveLength(1);
  expect(await refusedNode.metrics.registry.metrics()).not.toContain('sent_total{kind="alert"}');
});

test('a broker with a small limit gets evidence in smaller parts, fewer coverage records, and health without cameras', async () => {
  const broker = await startBroker({ max_packet_size: '16384' });
  const edge = await node(access(broker, 'edge-1'));
  const keys = new NodeKeys([{ node: 'edge-1' as NodeId, pem: edge.key.publicPem() }]);
  const gateway = await collect(edge.dir, access(broker, 'gateway'), keys);
  // Not so old that the ledger would not keep them.
  const at = Date.now();
  const closed = Array.from({ length: 600 }, (_, index) => ({
    camera: `camera-with-a-long-name-${index}` as never,
    from: at + index,
    to: at + index + 1,
    reason: 'disconnected' as never,
  }));
  edge.coverage.write({ closed, cameras: new Map(), at });
  const files = [await storedEvidence(edge.evidence, { bytes: 100_000 }), await storedEvidence(edge.evidence)];
  edge.outbox.append(alertDraft({ evidence: files }));
  const cameras = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`camera-${index}`, { state: 'streaming' }]),
  );
  edge.publisher.publishHealth({ state: 'online', at, softwareVersion: '1', cameras, scenes: {}, problems: [] });
  await until(() => edge.outbox.status().alerts + edge.outbox.status().evidence === 0, { what: 'all evidence' });
  await until(() => edge.coverage.waiting === 0, { what: 'the whole account' });
  const query = { from: at, to: at + 10_000, limit: 1_000 };
  expect(gateway.coverage.intervals(query)).toHaveLength(600);
  const health = await until(() => gateway.collector.nodes.get('edge-1' as NodeId), { what: 'health' });
  expect(health.cameras).toEqual({});
  expect(health.problems).toEqual([expect.stringContaining('too large')]);
});

test('an alert larger than the broker takes is not tried again and again, and goes over a broker that takes it', async () => {
  const small = await startBroker({ max_packet_size: '1500' });
  const edge = await node(access(small, 'edge-1'), 100);
  edge.outbox.append(alertDraft());
  const told = () => edge.publisher.problems.find((line) => line.includes('refuses alert'));
  expect(await until(told, { what: 'the problem' })).toMatch(/more than the broker takes \(1500/);
  const tries = async () =>
    Number(/refused_total\{kind="alert",reason="0x95"\} (\d+)/.exec(await edge.metrics.registry.metrics())?.[1]);
  // A second alert is what would have it tried again.
  edge.outbox.append(alertDraft());
  const before = await tries();
  edge.publisher.publishHealth({ state: 'online', at: 1, softwareVersion: '1', cameras: {}, scenes: {}, problems: [] });
  await until(async () => (await edge.metrics.registry.metrics()).includes('sent_total{kind="health"}'), {
    what: 'a turn',
  });
  expect(await tries()).toBe(before);
  expect(edge.outbox.status().alerts).toBe(2);
});

test('a topic used again is sent as a number, as many as the broker takes, and is read as itself', async () => {
  const broker = await startBroker({ max_topic_alias: '2' });
  const heard = await hear(access(broker, 'gateway'), `${topics.prefix}/alert/#`);
  const { session } = await connect(access(broker, 'edge-1'));
  const sent = ['fire_smoke', 'illegal_parking', 'garbage_exposed', 'fire_smoke', 'illegal_parking', 'garbage_exposed'];
  for (const scene of sent) await session.publish(topics.alert(scene as never), randomBytes(8), { recurring: true });
  await until(() => heard.length === sent.length, { what: 'all of them' });
  expect(heard.map(({ topic }) => topic)).toEqual(sent.map((scene) => topics.alert(scene as never)));
});

test('no more is under way than the broker allows, and the order is that of the calls', async () => {
  const broker = await startBroker({ max_inflight_messages: '3' });
  const heard = await hear(access(broker, 'gateway'), topics.coverage);
  const { session } = await connect(access(broker, 'edge-1'));
  const sent = Array.from({ length: 100 }, (_, index) => String(index));
  await Promise.all(sent.map((text) => session.publish(topics.coverage, text)));
  await until(() => heard.length === sent.length, { what: 'all of them' });
  expect(heard.map(({ payload }) => payload.toString())).toEqual(sent);
});
