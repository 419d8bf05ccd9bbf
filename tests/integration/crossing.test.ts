import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { NodeTopics } from '../../src/contracts/topics.ts';
import type { AlertDraft } from '../../src/domain/alert.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { MqttLink } from '../../src/lib/mqtt-link.ts';
import { alertDraft, storedEvidence } from '../support/alert-draft.ts';
import { type Broker, brokers } from '../support/brokers.ts';
import { CollectEnd, crossingSite, crossingUsers, DeliverEnd, EdgeEnd, newSigningKey } from '../support/crossing.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { TopicRecorder } from '../support/topic-recorder.ts';
import { until } from '../support/until.ts';

describe.each(brokers)('crossing over $name', ({ version, make }) => {
  let dir: Awaited<ReturnType<typeof tempDir>>;
  let broker: Broker;
  let edge: EdgeEnd;
  let collect: CollectEnd;
  let deliver: DeliverEnd;
  let keys: NodeKeys;
  let recorder: TopicRecorder;

  beforeEach(async () => {
    dir = await tempDir('crossing');
    broker = await make();
    recorder = new TopicRecorder(crossingSite, {
      url: broker.url,
      username: 'gateway',
      password: crossingUsers.gateway,
    });
    await recorder.start();
    edge = new EdgeEnd({ dir: dir.path, url: broker.url });
    keys = new NodeKeys([
      { node: edge.node, pem: edge.key.publicPem() },
      { node: 'edge-2' as NodeId, pem: newSigningKey().publicPem() },
    ]);
    collect = new CollectEnd({ dir: dir.path, url: broker.url, keys });
    deliver = new DeliverEnd({ dir: dir.path, inbox: collect.drop, keys, sender: collect.key });
  });

  afterEach(async () => {
    await edge.close();
    await collect.close();
    await deliver.close();
    await broker.kill();
    if (broker instanceof Mosquitto) await broker.stop();
    await dir.remove();
    await recorder.stop();
  });

  async function openAll(): Promise<void> {
    await edge.open();
    await collect.open();
    await deliver.open();
  }

  /** Exactly once, in order, with all evidence, nothing left behind and nothing to complain of. */
  async function allArrived(drafts: readonly AlertDraft[]): Promise<void> {
    const { intake } = deliver;
    await until(() => intake.taken.length >= drafts.length, { what: 'all alerts at the desk', timeoutMs: 40_000 });
    const files = drafts.flatMap((draft) => draft.evidence.map((file) => file.sha256));
    await until(() => files.every((file) => intake.arrived.has(file)), { what: 'all evidence', timeoutMs: 40_000 });
    await until(() => edge.outbox.status().alerts + edge.outbox.status().evidence === 0, { what: 'outbox freed' });
    expect(intake.taken.map(({ event }) => event.id)).toEqual(drafts.map((draft) => draft.alertId));
    expect(intake.taken.map(({ event }) => event.data.sequence.n)).toEqual(drafts.map((_, index) => index + 1));
    for (const file of files) expect(await deliver.evidence.has(file)).toBe(true);
    expect(intake.integrity).toEqual([]);
    expect(intake.duplicates).toBe(0);
  }

  test('carries every alert and picture exactly once, in order, over the version the broker speaks', async () => {
    await broker.start();
    await recorder.connected();
    await openAll();
    const drafts = await edge.append(50);
    await allArrived(drafts);
    for (const channel of ['alert', 'evidence', 'ack']) expect([...recorder.heard.keys()]).toContain(channel);
    expect(recorder.heard.get('alert')).toBeGreaterThanOrEqual(50);
    expect(edge.publisher.mqttVersion).toBe(version);
    expect(collect.collector.mqttVersion).toBe(version);
    const [record] = deliver.intake.taken;
    expect(record?.batchedAt).toBeGreaterThanOrEqual(record?.collectedAt ?? Number.POSITIVE_INFINITY);
    expect(record?.deliveredAt).toBeGreaterThanOrEqual(record?.batchedAt ?? Number.POSITIVE_INFINITY);
  });

  test('the broker is down at the start', async () => {
    await openAll();
    const drafts = await edge.append(5);
    await broker.start();
    await allArrived(drafts);
  });

  test('the broker is killed in the middle and comes back', async () => {
    await broker.start();
    await openAll();
    const drafts = await edge.append(30);
    await until(() => deliver.intake.taken.length > 0, { what: 'the first alerts' });
    await broker.kill();
    drafts.push(...(await edge.append(30)));
    await broker.start();
    drafts.push(...(await edge.append(10)));
    await allArrived(drafts);
  });

  test('the node is restarted with alerts under way', async () => {
    await broker.start();
    await edge.open();
    await deliver.open();
    const drafts = await edge.append(40);
    await edge.close();
    await edge.open();
    drafts.push(...(await edge.append(10)));
    await collect.open();
    await edge.close();
    await edge.open();
    await allArrived(drafts);
  });

  test('the collecting gateway is stopped in the middle and starts again', async () => {
    await broker.start();
    await openAll();
    const drafts = await edge.append(30);
    await until(() => deliver.intake.taken.length > 0, { what: 'the first alerts' });
    await collect.close();
    drafts.push(...(await edge.append(30)));
    await collect.open();
    await allArrived(drafts);
  });

  test('the desk’s database is down for a while', async () => {
    deliver.intake.down = true;
    await broker.start();
    await openAll();
    const drafts = await edge.append(10);
    await until(async () => (await readdir(collect.drop)).length > 0, { what: 'a file that waits' });
    deliver.intake.down = false;
    await allArrived(drafts);
  });

  test('the node’s disk is replaced: its new chain is reported as a fork, and nothing of it is lost', async () => {
    await broker.start();
    await openAll();
    const before = await edge.append(5);
    await allArrived(before);
    await collect.close();
    await edge.close();
    await rm(join(dir.path, edge.node), { recursive: true });
    await edge.open();
    const after = await edge.append(8);
    await collect.open();
    await until(() => deliver.intake.taken.length === 13, { what: 'both chains', timeoutMs: 20_000 });
    expect(deliver.intake.taken.map(({ event }) => event.id)).toEqual(
      [...before, ...after].map((each) => each.alertId),
    );
    expect(new Set(deliver.intake.integrity.map((incident) => incident.kind))).toEqual(new Set(['fork']));
    await until(() => edge.outbox.status().alerts + edge.outbox.status().evidence === 0, { what: 'outbox freed' });
  });

  test('a poisoned message does not hold up those behind it', async () => {
    collect = new CollectEnd({ dir: dir.path, url: broker.url, keys, drop: collect.drop, gapGraceMs: 1_500 });
    deliver = new DeliverEnd({ dir: dir.path, inbox: collect.drop, keys, sender: collect.key });
    await edge.open();
    const drafts = await edge.append(4);
    await edge.close();
    const database = new DatabaseSync(join(dir.path, edge.node, 'outbox.db'));
    database.exec("UPDATE alert SET body = json_set(body, '$.severity', 4) WHERE n = 2");
    database.close();
    await broker.start();
    await openAll();
    await until(() => deliver.intake.taken.length === 3, { what: 'the sound ones', timeoutMs: 20_000 });
    expect(deliver.intake.taken.map(({ event }) => event.id)).toEqual([0, 2, 3].map((index) => drafts[index]?.alertId));
    expect(deliver.intake.integrity.map((incident) => incident.kind)).toContain('bad-hash');
    await until(() => edge.outbox.status().alerts + edge.outbox.status().evidence === 0, {
      what: 'outbox freed',
      timeoutMs: 20_000,
    });
  });

  /** An alert with a clip too large for one message. */
  async function appendClip(bytes: number): Promise<AlertDraft> {
    const draft = alertDraft({ evidence: [await storedEvidence(edge.evidence, { kind: 'clip', bytes })] });
    edge.outbox.append(draft);
    return draft;
  }

  test('a clip of several megabytes goes in parts, and arrives whole beside the others', async () => {
    await broker.start();
    await openAll();
    const drafts = [...(await edge.append(3)), await appendClip(5_000_000), await appendClip(1_048_577)];
    drafts.push(...(await edge.append(3)));
    await allArrived(drafts);
  });

  test('a clip in parts outlives broker, gateway and node being interrupted', async () => {
    await broker.start();
    await edge.open();
    await collect.open();
    const drafts = [await appendClip(12_000_000)];
    const begun = () => readdir(join(dir.path, 'collect', 'evidence', 'parts')).then((names) => names.length > 0);
    await until(() => begun().catch(() => false), { what: 'the first part', everyMs: 1 });
    await broker.kill();
    await broker.start();
    await collect.close();
    await collect.open();
    await edge.close();
    await edge.open();
    await deliver.open();
    drafts.push(...(await edge.append(2)));
    await allArrived(drafts);
  });

  test('a file over the limit is given up; its alert crosses', async () => {
    await broker.start();
    await openAll();
    const drafts = [await appendClip(16_777_217), ...(await edge.append(1))];
    await until(() => deliver.intake.taken.length === 2, { what: 'both alerts', timeoutMs: 20_000 });
    await until(() => edge.outbox.status().alerts + edge.outbox.status().evidence === 0, { what: 'outbox freed' });
    expect(deliver.intake.arrived.has(drafts[0]?.evidence[0]?.sha256 ?? ('' as never))).toBe(false);
    expect(deliver.intake.integrity).toEqual([]);
  });

  test('health is retained, and the will says offline', async () => {
    await broker.start();
    await edge.open();
    edge.publisher.publishHealth({
      state: 'online',
      at: 1,
      softwareVersion: '0.1.0',
      cameras: {},
      scenes: {},
      problems: [],
    });
    await collect.open();
    await deliver.open();
    await until(() => collect.collector.nodes.get(edge.node)?.state === 'online', { what: 'health' });
    await edge.publisher.stop();
    await until(() => collect.collector.nodes.get(edge.node)?.state === 'offline', { what: 'offline' });
  });

  test('a node cannot publish as another, nor read another’s acknowledgements', async () => {
    await broker.start();
    await openAll();
    const own = new NodeTopics(crossingSite, 'edge-2' as NodeId);
    const other = new NodeTopics(crossingSite, edge.node);
    const log = createLogger('test');
    const access = { url: broker.url, username: 'edge-2', password: crossingUsers['edge-2'], retryMinMs: 50 };
    const intruder = new MqttLink({
      broker: access,
      clientId: 'site-1.edge-2',
      subscribe: [own.ack],
      clock: systemClock,
      log,
    });
    await intruder.start(new AbortController().signal);
    const session = await until(() => intruder.session, { what: 'the intruder’s connection' });
    const health = { state: 'degraded', at: 1, softwareVersion: 'x', cameras: {}, scenes: {}, problems: [] };
    // Refused by closing (aedes) or by reason code (MQTT 5).
    await expect(session.publish(other.health, JSON.stringify(health))).rejects.toMatchObject({
      code: version === '5' ? 'MB_BROKER_REFUSED' : 'MB_BROKER_UNREACHABLE',
    });
    const again = await until(() => intruder.session, { what: 'the intruder to be back' });
    await again.publish(own.health, JSON.stringify(health));
    await until(() => collect.collector.nodes.has('edge-2' as NodeId), { what: 'its own topic' });
    expect(collect.collector.nodes.has(edge.node)).toBe(false);
    await intruder.stop();
  });

  test('transfer files that are truncated, duplicated and out of order lose and double nothing', async () => {
    await broker.start();
    await edge.open();
    await collect.open();
    const drafts: AlertDraft[] = [];
    for (let count = 1; count <= 4; count += 1) {
      drafts.push(...(await edge.append(3)));
      await until(() => edge.outbox.status().alerts + edge.outbox.status().evidence === 0, {
        what: 'acknowledgement',
      });
      await until(() => collect.journal.peek({ records: 1, bytes: 1 }) === undefined, {
        what: 'everything in a batch',
      });
      await until(() => collect.journal.unsent().length === 0, { what: 'every batch sent' });
    }
    const files = (await readdir(collect.drop)).sort();
    expect(files.length).toBeGreaterThanOrEqual(4);
    const inbox = join(dir.path, 'inbox');
    deliver = new DeliverEnd({ dir: dir.path, inbox, keys, sender: collect.key });
    await deliver.open();
    // Last first, the first one cut short, then each twice.
    for (const file of files.slice(1).reverse()) await copyFile(join(collect.drop, file), join(inbox, file));
    const first = files[0] ?? '';
    const whole = await readFile(join(collect.drop, first));
    await writeFile(join(inbox, first), whole.subarray(0, whole.length - 10));
    await until(() => deliver.receiver.status().quarantined === 1, { what: 'quarantine' });
    await until(() => deliver.intake.integrity.length >= 2, { what: 'bad batch and gap' });
    expect(deliver.intake.taken).toEqual([]);
    expect(deliver.intake.integrity.map((incident) => incident.kind).sort()).toEqual(['bad-batch', 'gap']);
    deliver.intake.integrity.length = 0;
    await copyFile(join(collect.drop, first), join(inbox, first));
    await until(() => deliver.intake.taken.length === drafts.length, { what: 'all alerts' });
    await until(async () => (await readdir(inbox)).length === 0, { what: 'inbox empty' });
    for (const file of files) await copyFile(join(collect.drop, file), join(inbox, file));
    await until(async () => (await readdir(inbox)).length === 0, { what: 'inbox empty again' });
    await allArrived(drafts);
    const reasons = (await readdir(deliver.quarantine)).filter((name) => name.endsWith('.reason.json'));
    expect(reasons).toHaveLength(1);
  });
});
