import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeTopics } from '../../src/contracts/topics.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { MqttPublisher } from '../../src/edge/publish/mqtt-publisher.ts';
import { Outbox } from '../../src/edge/publish/outbox.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { MqttLink } from '../../src/lib/mqtt-link.ts';
import { alertDraft } from '../support/alert-draft.ts';
import { brokers } from '../support/brokers.ts';
import { crossingSite, crossingUsers, newSigningKey } from '../support/crossing.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const node = 'edge-1' as NodeId;
const topics = new NodeTopics(crossingSite, node);
const log = createLogger('test');
const ackTimeoutMs = 1_000;
const justOver = ackTimeoutMs + 300;

let dir: Awaited<ReturnType<typeof tempDir>>;
let broker: Awaited<ReturnType<(typeof brokers)[0]['make']>>;
let gateway: MqttLink;
let outbox: Outbox;
let publisher: MqttPublisher;
const clock = new FakeClock();
/** Numbers of the alerts as they came. */
const heard: number[] = [];

beforeEach(async () => {
  dir = await tempDir('patience');
  broker = await brokers[0].make();
  await broker.start();
  gateway = new MqttLink({
    broker: { url: broker.url, username: 'gateway', password: crossingUsers.gateway },
    clientId: 'gateway',
    subscribe: [`mb/v1/${crossingSite}/+/alert/#`],
    onMessage: ({ payload }) => void heard.push(JSON.parse(payload.toString('utf8')).data.sequence.n),
    clock: systemClock,
    log,
  });
  await gateway.start(new AbortController().signal);
  const common = { site: crossingSite, node, clock, log, metrics: new Metrics() };
  const evidence = new ContentStore(join(dir.path, 'evidence'));
  outbox = new Outbox({ ...common, path: join(dir.path, 'o.db'), key: newSigningKey(), maxBytes: 1e9, evidence });
  outbox.open();
  publisher = new MqttPublisher({
    ...common,
    outbox,
    evidence,
    broker: { url: broker.url, username: node, password: crossingUsers[node as 'edge-1'] },
    ackTimeoutMs,
  });
  await publisher.start(new AbortController().signal);
  await until(() => publisher.mqttVersion !== undefined && gateway.session, { what: 'both to be connected' });
});

afterEach(async () => {
  await publisher.stop();
  await gateway.stop();
  await outbox.close();
  await broker.kill();
  await dir.remove();
});

const times = (n: number) => heard.filter((each) => each === n).length;
const untilHeard = (n: number, count: number) =>
  until(() => times(n) === count, { what: `alert ${n} for the ${count}. time; came: ${heard}` });

test('the longer nothing is acknowledged, the seldomer everything is sent again: a slow way is not choked', async () => {
  outbox.append(alertDraft());
  await untilHeard(1, 1);
  clock.advance(justOver);
  await untilHeard(1, 2);

  clock.advance(justOver);
  outbox.append(alertDraft());
  await untilHeard(2, 1);
  expect(times(1)).toBe(2);
  clock.advance(justOver);
  await untilHeard(1, 3);
  await untilHeard(2, 2);

  // The gateway's word makes the node impatient again.
  await gateway.session?.publish(topics.ack, JSON.stringify({ n: 1, evidence: [] }));
  await until(() => outbox.head().acked === 1, { what: 'the first to be freed' });
  clock.advance(justOver);
  await untilHeard(2, 3);
});
