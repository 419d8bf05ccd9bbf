import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { MqttPublisher } from '../../src/edge/publish/mqtt-publisher.ts';
import { Outbox } from '../../src/edge/publish/outbox.ts';
import { Journal } from '../../src/gateway/collect/journal.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { alertDraft, storedEvidence } from '../support/alert-draft.ts';
import { CollectEnd, crossingSite, crossingUsers, DeliverEnd, EdgeEnd } from '../support/crossing.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const worker = fileURLToPath(new URL('../support/collector-worker.ts', import.meta.url));
const prefix = `mb/v1/${crossingSite}/edge-1`;

let dir: Awaited<ReturnType<typeof tempDir>>;
let broker: Mosquitto;
let ends: (() => Promise<unknown>)[];

beforeEach(async () => {
  dir = await tempDir('promise');
  broker = new Mosquitto([
    { username: 'gateway', password: crossingUsers.gateway },
    { username: 'edge-1', password: crossingUsers['edge-1'], prefix },
  ]);
  await broker.start();
  ends = [() => dir.remove(), () => broker.stop()];
});

afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

/** A node whose wall clock a test sets. */
function node(clock: Clock = systemClock) {
  const end = new EdgeEnd({ dir: dir.path, url: broker.url });
  const metrics = new Metrics();
  const common = {
    site: crossingSite,
    node: end.node,
    clock,
    log: createLogger('test'),
    metrics,
    evidence: end.evidence,
  };
  const outbox = new Outbox({ ...common, path: join(dir.path, 'outbox.db'), key: end.key, maxBytes: 1e9 });
  outbox.open();
  const access = { url: broker.url, username: 'edge-1', password: crossingUsers['edge-1'] };
  const publisher = new MqttPublisher({
    ...common,
    outbox,
    broker: { ...access, retryMinMs: 20, retryMaxMs: 100 },
    ackTimeoutMs: 400,
  });
  ends.push(async () => {
    await publisher.stop();
    await outbox.close();
  });
  const keys = new NodeKeys([{ node: end.node, pem: end.key.publicPem() }]);
  return { outbox, publisher, evidence: end.evidence, metrics, keys, pem: end.key.publicPem(), id: end.node };
}

const waiting = ({ outbox }: { outbox: Outbox }) => outbox.status().alerts + outbox.status().evidence;

test('a broker killed right after its PUBACK, before any gateway heard it, loses nothing', async () => {
  const edge = node();
  const drafts = [];
  await edge.publisher.start(new AbortController().signal);
  const sent = async () => Number(/sent_total\{kind="alert"\} (\d+)/.exec(await edge.metrics.registry.metrics())?.[1]);
  for (let round = 1; round <= 3; round += 1) {
    const draft = alertDraft({ evidence: [await storedEvidence(edge.evidence)] });
    drafts.push(draft);
    edge.outbox.append(draft);
    await until(async () => (await sent()) >= round, { what: 'the PUBACK', everyMs: 1 });
    // SIGKILL, and nothing of the broker's is on disk.
    await broker.kill();
    expect(edge.outbox.alertsAfter(0, 10).map(({ alertId }) => alertId)).toEqual(drafts.map(({ alertId }) => alertId));
    await broker.start();
  }
  const collect = new CollectEnd({ dir: dir.path, url: broker.url, keys: edge.keys });
  const deliver = new DeliverEnd({ dir: dir.path, inbox: collect.drop, keys: edge.keys, sender: collect.key });
  ends.push(
    () => collect.close(),
    () => deliver.close(),
  );
  await collect.open();
  await deliver.open();
  await until(() => deliver.intake.taken.length === 3 && waiting(edge) === 0, { what: 'all three at the desk' });
  expect(deliver.intake.taken.map(({ event }) => event.id)).toEqual(drafts.map(({ alertId }) => alertId));
  expect(deliver.intake.duplicates).toBe(0);
});

test('a gateway killed at any moment, before or after its disk had it, loses and doubles nothing', async () => {
  const edge = node();
  const gatewayDir = join(dir.path, 'gateway');
  await edge.publisher.start(new AbortController().signal);
  const expected: string[] = [];
  let child: ChildProcess | undefined;
  ends.push(async () => void child?.kill('SIGKILL'));
  for (const afterAlerts of [0, 3, 11, 17]) {
    const process = spawn(globalThis.process.execPath, [worker, gatewayDir, broker.url, edge.pem], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = process;
    let said = '';
    process.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.split('\n').length > afterAlerts / 4 + 2) process.kill('SIGKILL');
    });
    const ended = new Promise((resolve) => process.once('exit', resolve));
    await until(() => said.includes('ready'), { what: 'the gateway' });
    for (let count = 0; count < 30; count += 1) {
      const draft = alertDraft({ evidence: [await storedEvidence(edge.evidence)] });
      expected.push(draft.alertId);
      edge.outbox.append(draft);
    }
    await until(() => process.exitCode !== null || process.signalCode !== null, { what: 'its end', timeoutMs: 15_000 });
    await ended;
    // Whatever the node has freed is on the gateway's disk.
    const journal = new Journal({ path: join(gatewayDir, 'journal.db'), clock: systemClock });
    journal.open();
    expect(journal.head(edge.id).n).toBeGreaterThanOrEqual(edge.outbox.head().acked);
    journal.close();
  }
  const journal = new Journal({ path: join(gatewayDir, 'journal.db'), clock: systemClock });
  const last = spawn(process.execPath, [worker, gatewayDir, broker.url, edge.pem], { stdio: 'ignore' });
  child = last;
  await until(() => waiting(edge) === 0, { what: 'everything on the gateway’s disk', timeoutMs: 15_000 });
  last.kill('SIGKILL');
  journal.open();
  const content = journal.peek({ records: 1_000, bytes: 1e9 });
  journal.close();
  const records = (content?.records ?? []).map(({ line }) => JSON.parse(line));
  expect(records.filter(({ type }) => type !== 'alert')).toEqual([]);
  expect(records.map(({ event }) => event.id)).toEqual(expected);
  expect(content?.evidence).toHaveLength(expected.length);
});

test('a wall clock that jumps back and forward disturbs neither numbers, links nor resending', async () => {
  let offsetMs = 0;
  const edge = node({ ...systemClock, now: () => systemClock.now() + offsetMs });
  await edge.publisher.start(new AbortController().signal);
  const append = (): Alert | undefined => {
    const result = edge.outbox.append(alertDraft());
    return result.stored ? result.alert : undefined;
  };
  const alerts = [append()];
  offsetMs = -5 * 365 * 86_400_000;
  alerts.push(append(), append());
  offsetMs = 5 * 365 * 86_400_000;
  alerts.push(append());
  expect(alerts.map((alert) => alert?.sequence.n)).toEqual([1, 2, 3, 4]);
  for (const [index, alert] of alerts.entries())
    if (index > 0) expect(alert?.sequence.prevHash).toBe(alerts[index - 1]?.sequence.hash);
  offsetMs = 0;
  // Nobody acknowledges: what is sent again is so by time that does not jump.
  const sent = async () => Number(/sent_total\{kind="alert"\} (\d+)/.exec(await edge.metrics.registry.metrics())?.[1]);
  await until(async () => (await sent()) >= 8, { what: 'everything once more' });
  offsetMs = -86_400_000;
  const before = await sent();
  await until(async () => (await sent()) >= before + 4, { what: 'everything again, after a jump' });
  const collect = new CollectEnd({ dir: dir.path, url: broker.url, keys: edge.keys });
  ends.push(() => collect.close());
  await collect.open();
  await until(() => waiting(edge) === 0, { what: 'everything on the gateway’s disk' });
  expect(collect.journal.head(edge.id)).toMatchObject({ n: 4, hash: alerts[3]?.sequence.hash });
});
