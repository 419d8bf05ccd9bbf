import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BridgeTopics, everyPiece } from '../../src/contracts/bridge-topics.ts';
import { NodeTopics } from '../../src/contracts/topics.ts';
import type { NodeId, SiteId } from '../../src/domain/ids.ts';
import { type BrokerAccess, readBrokerTls } from '../../src/lib/broker-config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { MqttLink, type MqttLinkOptions, type MqttMessage, type MqttSession } from '../../src/lib/mqtt-link.ts';
import { ExampleBroker } from '../support/example-broker.ts';
import { logOf } from '../support/log-of.ts';
import { tempDir } from '../support/temp-dir.ts';
import { type IssuedCertificate, TestAuthority } from '../support/test-authority.ts';
import { until } from '../support/until.ts';

const site = 'hu-zhou' as SiteId;
const own = new NodeTopics(site, 'box-1' as NodeId);
const other = new NodeTopics(site, 'box-2' as NodeId);
const passwords = { 'box-3': 'edge-7781', gateway: 'gate-5521' };
const never = () => new AbortController().signal;

let broker: ExampleBroker;
let certificates: Readonly<Record<'box-1' | 'box-2' | 'gateway' | 'deliver' | 'revoked', IssuedCertificate>>;
const links: MqttLink[] = [];

beforeAll(async () => {
  broker = await ExampleBroker.make({ site, users: passwords });
  const issue = (name: string) => broker.authority.issue(name);
  certificates = {
    'box-1': issue('box-1'),
    'box-2': issue('box-2'),
    gateway: issue('gateway'),
    deliver: issue('deliver'),
    revoked: broker.authority.issue('box-1', { file: 'box-1-stolen' }),
  };
  broker.authority.revoke(certificates.revoked);
  await broker.start();
});

afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.stop()));
});

afterAll(() => broker.remove());

/** Access with a certificate of the authority and without any password. */
function by(certificate: IssuedCertificate): BrokerAccess {
  const tls = { caFile: broker.authority.caFile, ...certificate };
  return { url: broker.url, tls, retryMinMs: 30, retryMaxMs: 100 };
}

function link(access: BrokerAccess, over: Partial<MqttLinkOptions> = {}): MqttLink {
  const options = { broker: access, clientId: 'any', subscribe: [], clock: systemClock, log: createLogger('test') };
  const made = new MqttLink({ ...options, ...over });
  links.push(made);
  return made;
}

async function connect(access: BrokerAccess, over: Partial<MqttLinkOptions> = {}): Promise<MqttSession> {
  const made = link(access, over);
  await made.start(never());
  return until(() => made.session, { what: 'a connection' });
}

/** Hears what its owner may hear of all topics, until a message of its own comes. */
async function listener(access: BrokerAccess, clientId: string) {
  const heard: MqttMessage[] = [];
  const onMessage = (message: MqttMessage) => void heard.push(message);
  await connect(access, { subscribe: ['#', 'mb/v1/#', '+/+/+/+/ack', other.ack], onMessage, clientId });
  return heard;
}

const refused = { code: 'MB_BROKER_REFUSED', reasonCode: 0x87 };

describe('the Mosquitto example, with certificates', () => {
  test('batches cross one way and words the other, and no node gets near either', async () => {
    const bridge = new BridgeTopics(`${'a'.repeat(16)}.00000001`);
    const piece = bridge.piece({ number: 1, sha256: 'a'.repeat(64), offset: 0, total: 1 });
    const heard: string[] = [];
    const onMessage = ({ topic }: MqttMessage) => void heard.push(topic);
    const out = { subscribe: [bridge.word, bridge.document], onMessage, clientId: 'bridge-out' };
    const gateway = await connect(by(certificates.gateway), out);
    const deliver = await connect(by(certificates.deliver), { subscribe: [everyPiece], onMessage, clientId: 'in' });
    const node = await connect(by(certificates['box-1']), { clientId: 'node' });
    for (const topic of [piece, bridge.word]) await expect(node.publish(topic, 'x')).rejects.toMatchObject(refused);
    await expect(gateway.publish(bridge.word, 'x')).rejects.toMatchObject(refused);
    await expect(deliver.publish(piece, 'x')).rejects.toMatchObject(refused);
    await gateway.publish(piece, 'x');
    await until(() => heard.length === 1, { what: 'the piece' });
    await deliver.publish(bridge.word, 'x');
    await deliver.publish(bridge.document, 'x');
    await until(() => heard.length === 3, { what: 'words' });
    expect(heard).toEqual([piece, bridge.word, bridge.document]);
  });

  test('a node publishes on its own topics, by its certificate alone; the gateway hears it and may acknowledge', async () => {
    const heard: MqttMessage[] = [];
    const onMessage = (message: MqttMessage) => void heard.push(message);
    const tails = ['alert/#', 'evidence/#', 'health', 'coverage'];
    const subscribe = tails.map((tail) => `mb/v1/${site}/+/${tail}`);
    const gateway = await connect(by(certificates.gateway), { subscribe, onMessage });
    const acks: MqttMessage[] = [];
    const node = await connect(by(certificates['box-1']), {
      subscribe: [own.ack],
      onMessage: (message) => void acks.push(message),
    });
    const hash = 'a'.repeat(64) as never;
    const sent = [
      own.alert('illegal_parking'),
      own.evidence(hash),
      own.evidencePart(hash, { offset: 0, total: 9 }),
      own.coverage,
      own.health,
    ];
    for (const topic of sent) await node.publish(topic, 'x', { retain: topic === own.health });
    await until(() => heard.length === sent.length, { what: 'all five' });
    expect(heard.map(({ topic }) => topic)).toEqual(sent);
    await gateway.publish(own.ack, 'y');
    await until(() => acks.length === 1, { what: 'the acknowledgement' });
    expect(node.version).toBe('5');
    expect(node.maxPayloadBytes).toBeGreaterThan(1_048_576);
  });

  test.each([
    ['an alert of another node', () => other.alert('illegal_parking')],
    ['evidence of another node', () => other.evidence('b'.repeat(64) as never)],
    ['coverage of another node', () => other.coverage],
    ['retained health of another node', () => other.health],
    ['an acknowledgement for another node', () => other.ack],
    ['an acknowledgement for itself', () => own.ack],
    ['its own name at another site', () => new NodeTopics('elsewhere' as SiteId, 'box-1' as NodeId).health],
    ['a topic of nobody', () => 'mb/v1/other'],
    ['a topic of the broker', () => '$SYS/broker/uptime'],
  ])('a node cannot publish %s', async (_what, topic) => {
    const heard = await listener(by(certificates.gateway), 'gateway');
    const node = await connect(by(certificates['box-1']));
    await expect(node.publish(topic(), 'forged', { retain: true })).rejects.toMatchObject(refused);
    await node.publish(own.coverage, 'end');
    await until(() => heard.some(({ payload }) => payload.toString() === 'end'), { what: 'what it may say' });
    expect(heard.filter(({ payload }) => payload.toString() === 'forged')).toEqual([]);
  });

  test('a node hears neither other nodes nor their acknowledgements, whatever it subscribes to', async () => {
    const heard = await listener(by(certificates['box-1']), 'box-1');
    const gateway = await connect(by(certificates.gateway), { clientId: 'gateway' });
    const second = await connect(by(certificates['box-2']), { clientId: 'box-2' });
    await second.publish(other.alert('illegal_parking'), 'alert of box-2');
    await second.publish(other.health, 'health of box-2', { retain: true });
    await gateway.publish(other.ack, 'ack of box-2');
    await gateway.publish(own.ack, 'end');
    await until(() => heard.some(({ payload }) => payload.toString() === 'end'), { what: 'its own' });
    expect([...new Set(heard.map(({ topic }) => topic))]).toEqual([own.ack]);
    await second.publish(other.health, '', { retain: true });
  });

  test('a will on the health of another node is not said', async () => {
    const heard = await listener(by(certificates.gateway), 'gateway');
    const access = by(certificates['box-1']);
    const dying = link(
      { ...access, retryMinMs: 60_000, retryMaxMs: 60_000 },
      { will: () => ({ topic: other.health, payload: 'offline, forged' }) },
    );
    await dying.start(never());
    await until(() => dying.session, { what: 'a connection with such a will' });
    // The same name from elsewhere ends that connection without a farewell.
    const next = await connect(access);
    await next.publish(own.coverage, 'end');
    await until(() => heard.some(({ payload }) => payload.toString() === 'end'), { what: 'what it may say' });
    expect(heard.filter(({ topic }) => topic === other.health)).toEqual([]);
  });

  test('the gateway says nothing but acknowledgements of its site', async () => {
    const gateway = await connect(by(certificates.gateway));
    const elsewhere = new NodeTopics('elsewhere' as SiteId, 'box-1' as NodeId);
    for (const topic of [own.alert('fire_smoke'), own.health, own.coverage, elsewhere.ack, 'mb/v1/x']) {
      await expect(gateway.publish(topic, 'x'), topic).rejects.toMatchObject(refused);
    }
    await gateway.publish(own.ack, 'y');
  });

  test('a revoked certificate, one of another authority and none at all do not get in', async () => {
    const dir = await tempDir('foreign');
    const foreign = new TestAuthority(dir.path).issue('box-1');
    const log = logOf();
    const bare = { url: broker.url, tls: { caFile: broker.authority.caFile }, retryMinMs: 30, retryMaxMs: 100 };
    const withPassword = { ...bare, username: 'box-3', password: passwords['box-3'] };
    for (const access of [by(certificates.revoked), by(foreign), bare, withPassword]) {
      const shut = link(access, { log: log.logger });
      const before = log.lines.length;
      await shut.start(never());
      const tries = () => log.lines.slice(before).filter((line) => line.includes('broker not reachable')).length;
      await until(() => tries() >= 2, { what: 'two refusals' });
      expect(shut.session).toBeUndefined();
      await shut.stop();
    }
    await dir.remove();
  });

  test('a broker whose certificate is not of the authority, or has another name, is not spoken to', async () => {
    const dir = await tempDir('foreign');
    const foreign = new TestAuthority(dir.path).caFile;
    const log = logOf();
    const { tls, ...rest } = by(certificates['box-1']);
    const wrongs = [
      { tls: { ...tls, caFile: foreign }, says: /self-signed certificate|unable to (get|verify)/ },
      { tls: { ...tls, serverName: 'another.example' }, says: /another\.example/ },
    ];
    for (const { tls: wrong, says } of wrongs) {
      const shut = link({ ...rest, tls: wrong }, { log: log.logger });
      await shut.start(never());
      await until(() => log.lines.some((line) => says.test(line)), { what: `${says}` });
      expect(shut.session).toBeUndefined();
      await shut.stop();
    }
    await dir.remove();
  });

  test('certificate files are read again at every connection', async () => {
    const dir = await tempDir('rotation');
    const files = { certFile: join(dir.path, 'node.pem'), keyFile: join(dir.path, 'node.key') };
    const put = ({ certFile, keyFile }: IssuedCertificate) => {
      copyFileSync(certFile, files.certFile);
      copyFileSync(keyFile, files.keyFile);
    };
    put(certificates.revoked);
    const log = logOf();
    const rotated = link(by(files), { log: log.logger });
    await rotated.start(never());
    await until(() => log.lines.some((line) => line.includes('not reachable')), { what: 'a refusal' });
    put(certificates['box-1']);
    const session = await until(() => rotated.session, { what: 'a connection with the new certificate' });
    await session.publish(own.coverage, 'x');
    await dir.remove();
  });

  test('a name is a client id: the id of another cannot be taken over', async () => {
    const first = link(by(certificates['box-2']), { clientId: 'box-2' });
    let lost = 0;
    const onDisconnected = () => {
      lost += 1;
    };
    const victim = link(by(certificates['box-1']), { clientId: 'box-1', onDisconnected });
    await victim.start(never());
    const session = await until(() => victim.session, { what: 'the victim' });
    const thief = await connect(by(certificates['box-2']), { clientId: 'box-1' });
    await thief.publish(other.coverage, 'x');
    await session.publish(own.coverage, 'still here');
    expect(lost).toBe(0);
    expect(first.session).toBeUndefined();
  });
});

describe('the Mosquitto example, with passwords', () => {
  const withPassword = (password: string): BrokerAccess => {
    const tls = { caFile: broker.authority.caFile };
    return { url: broker.passwordUrl, username: 'box-3', password, tls, retryMinMs: 30, retryMaxMs: 100 };
  };

  test('the same rules hold', async () => {
    const node = await connect(withPassword(passwords['box-3']));
    await node.publish(new NodeTopics(site, 'box-3' as NodeId).health, 'x');
    await expect(node.publish(own.health, 'forged')).rejects.toMatchObject(refused);
  });

  test('a wrong password does not get in, and is not said in the log', async () => {
    const log = logOf();
    const shut = link(withPassword('edge-0000'), { log: log.logger });
    await shut.start(never());
    await until(() => log.lines.some((line) => /not authori[sz]ed/i.test(line)), { what: 'the refusal' });
    expect(shut.session).toBeUndefined();
    expect(log.lines.join()).not.toContain('edge-0000');
  });
});

test('a certificate file that is not there, or no certificate, is said with its key in the configuration', () => {
  const where = 'publish.broker';
  const certFile = '/nowhere/node.pem';
  expect(() => readBrokerTls({ certFile }, where)).toThrow(/publish\.broker\.certFile.*nowhere/);
  expect(() => readBrokerTls({ caFile: import.meta.filename }, where)).toThrow(/publish\.broker\.caFile.*not a PEM/);
});
