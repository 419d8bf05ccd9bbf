import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import { sealAlert } from '../../../src/contracts/seal.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { NodeId, SiteId } from '../../../src/domain/ids.ts';
import { type AlertMessage, AlertRegister } from '../../../src/gateway/collect/alert-register.ts';
import { mayPublish, maySubscribe } from '../../../src/gateway/collect/broker-acl.ts';
import { Journal } from '../../../src/gateway/collect/journal.ts';
import { zeroHash } from '../../../src/lib/hash.ts';
import { SigningKey } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { alertDraft } from '../../support/alert-draft.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const graceMs = 60_000;
const key = new SigningKey(generateKeyPairSync('ed25519').privateKey);
const otherKey = new SigningKey(generateKeyPairSync('ed25519').privateKey);

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let journal: Journal;
let keys: NodeKeys;
let metrics: Metrics;
let register: AlertRegister;

beforeEach(async () => {
  dir = await tempDir('register');
  clock = new FakeClock();
  journal = new Journal({ path: join(dir.path, 'journal.db'), clock });
  journal.open();
  keys = new NodeKeys([{ node, pem: key.publicPem() }]);
  metrics = new Metrics();
  register = new AlertRegister({ site, keys, journal, gapGraceMs: graceMs, clock, log: createLogger('test'), metrics });
});

afterEach(async () => {
  journal.close();
  await dir.remove();
});

/** A chain of `count` sealed alerts, on from another's last. */
function chain(count: number, after?: Alert, signer = key): Alert[] {
  const alerts: Alert[] = [];
  let last = after?.sequence;
  for (let index = 0; index < count; index += 1) {
    const place = { node, n: (last?.n ?? 0) + 1, prevHash: last?.hash ?? zeroHash };
    const alert = sealAlert(alertDraft(), place, signer);
    alerts.push(alert);
    last = alert.sequence;
  }
  return alerts;
}

function message(value: unknown, from = node): AlertMessage {
  return {
    node: from,
    topic: `mb/v1/${site}/${from}/alert/illegal_parking`,
    payload: Buffer.from(JSON.stringify(value)),
  };
}

const sent = (alert: Alert) => message(toAlertEvent(site, alert));
const take = (...alerts: Alert[]) => register.take(alerts.map(sent));

/** Lines on their way: alert numbers, and incidents by kind. */
function written(): (number | string)[] {
  const content = journal.peek({ records: 10_000, bytes: 1e9 });
  return (content?.records ?? []).map(({ line }) => {
    const record = JSON.parse(line);
    return record.type === 'alert' ? record.event.data.sequence.n : record.incident.kind;
  });
}

describe('in order', () => {
  test('writes a group and tells the node', () => {
    expect([...take(...chain(3))]).toEqual([node]);
    expect(journal.head(node).n).toBe(3);
    expect(written()).toEqual([1, 2, 3]);
  });

  test('takes nothing twice, but tells the node again', () => {
    const alerts = chain(3);
    take(...alerts);
    expect([...take(...alerts)]).toEqual([node]);
    expect(written()).toEqual([1, 2, 3]);
  });

  test('survives a restart', () => {
    const alerts = chain(5);
    take(...alerts.slice(0, 3));
    journal.close();
    journal.open();
    take(...alerts);
    expect(written()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('gaps', () => {
  test('what runs ahead is left to the node, which is told once', () => {
    const [one, , three, four] = chain(4) as [Alert, Alert, Alert, Alert];
    take(one);
    expect([...take(three)]).toEqual([node]);
    expect([...take(four)]).toEqual([]);
    expect(journal.head(node).n).toBe(1);
    expect(written()).toEqual([1]);
  });

  test('the missing one heals it', () => {
    const alerts = chain(4);
    take(alerts[0] as Alert, alerts[2] as Alert, alerts[3] as Alert);
    take(...alerts);
    expect(written()).toEqual([1, 2, 3, 4]);
  });

  test('after the grace, only the lowest number seen beyond it is taken: others were sent and are not stored', () => {
    const alerts = chain(6) as [Alert, Alert, Alert, Alert, Alert, Alert];
    take(alerts[0], alerts[3], alerts[4]);
    clock.advance(graceMs);
    take(alerts[4], alerts[5]);
    expect(journal.head(node).n).toBe(1);
    take(alerts[3], alerts[4], alerts[5]);
    expect(journal.head(node).n).toBe(6);
    expect(written()).toEqual([1, 'gap', 4, 5, 6]);
  });

  test('while a node is away only its broker repeats itself: what the node still has is waited for', () => {
    const alerts = chain(3) as [Alert, Alert, Alert];
    take(alerts[0], alerts[2]);
    register.noteState(node, 'offline');
    clock.advance(graceMs);
    take(alerts[2]);
    expect(journal.head(node).n).toBe(1);
    register.noteState(node, 'online');
    // It is told again where it stands, and gets all the time there is.
    expect(take(alerts[2])).toEqual(new Set([node]));
    clock.advance(graceMs - 1);
    take(alerts[2]);
    expect(journal.head(node).n).toBe(1);
    take(alerts[1], alerts[2]);
    expect(written()).toEqual([1, 2, 3]);
  });

  test('a gateway that was cut off from its broker waits anew: it could not have heard anything better', () => {
    const alerts = chain(3) as [Alert, Alert, Alert];
    take(alerts[0], alerts[2]);
    clock.advance(graceMs);
    register.startOver();
    take(alerts[2]);
    expect(journal.head(node).n).toBe(1);
    clock.advance(graceMs);
    take(alerts[2]);
    expect(written()).toEqual([1, 'gap', 3]);
  });

  test('a straggler is still taken, and the head stays', () => {
    const alerts = chain(3) as [Alert, Alert, Alert];
    take(alerts[0], alerts[2]);
    clock.advance(graceMs);
    take(alerts[2]);
    take(alerts[1]);
    expect(journal.head(node).n).toBe(3);
    expect(written()).toEqual([1, 'gap', 3, 2]);
  });
});

describe('forks', () => {
  test('another alert under the next number with another predecessor is taken and reported', () => {
    const alerts = chain(2);
    take(...alerts);
    const branch = chain(3, chain(2)[1]).slice(0, 1);
    take(...branch);
    expect(written()).toEqual([1, 2, 'fork', 3]);
  });

  test('a node that starts anew is followed, and the acknowledgement follows its new chain', () => {
    take(...chain(5));
    const anew = chain(2);
    take(anew[0] as Alert);
    expect(journal.head(node).n).toBe(1);
    take(anew[1] as Alert);
    expect(written()).toEqual([1, 2, 3, 4, 5, 'fork', 1, 2]);
  });
});

describe('refused', () => {
  test.each<[string, (alert: Alert) => unknown, string]>([
    ['a field that is not on the list', (alert) => ({ ...toAlertEvent(site, alert), plate: 'x' }), 'bad-schema'],
    ['a field more in the data', (alert) => toAlertEvent(site, { ...alert, face: 1 } as Alert), 'bad-schema'],
    ['changed data', (alert) => toAlertEvent(site, { ...alert, severity: 4 }), 'bad-hash'],
    [
      'another signature',
      (alert) => toAlertEvent(site, { ...alert, signature: { ...alert.signature, value: 'AAAA' } }),
      'bad-signature',
    ],
    [
      'an envelope that says otherwise',
      (alert) => ({ ...toAlertEvent(site, alert), time: '2020-01-01T00:00:00.000Z' }),
      'bad-schema',
    ],
    ['another site', (alert) => toAlertEvent('site-2', alert), 'bad-schema'],
    ['no alert', () => [], 'bad-schema'],
  ])('%s: set aside, reported once, not acknowledged', (_what, forge, kind) => {
    const bad = message(forge(chain(1)[0] as Alert));
    expect([...register.take([bad])]).toEqual([]);
    register.take([bad, bad]);
    expect(written()).toEqual([kind]);
    expect(journal.quarantined(10)).toHaveLength(1);
    expect(journal.head(node).n).toBe(0);
  });

  test.each<[string, (event: ReturnType<typeof toAlertEvent>) => unknown]>([
    [
      'half a surrogate pair',
      (event) => ({ ...event, data: { ...event.data, camera: { ...event.data.camera, name: '\ud800' } } }),
    ],
    ['a time no calendar has', (event) => ({ ...event, data: { ...event.data, observedAt: 9e15 } })],
  ])('%s, which has no canonical form, harms none of those it came with', (_what, poison) => {
    const [one, two] = chain(2) as [Alert, Alert];
    register.take([sent(one), message(poison(toAlertEvent(site, two)), 'edge-2' as NodeId), sent(two)]);
    expect(written()).toEqual(expect.arrayContaining([1, 2, 'bad-schema']));
  });

  test('what is not JSON, or too large', () => {
    const raw = (payload: Buffer) => ({ ...message({}), payload });
    register.take([raw(Buffer.from('{"')), raw(Buffer.alloc(300_000, 0x20)), raw(Buffer.alloc(0))]);
    expect(written()).toEqual(['bad-schema', 'bad-schema', 'bad-schema']);
  });

  test('an alert of one node on the topic of another', () => {
    const [alert] = chain(1) as [Alert];
    register.take([message(toAlertEvent(site, alert), 'edge-2' as NodeId)]);
    expect(written()).toEqual(['bad-schema']);
    expect(journal.head(node).n).toBe(0);
  });

  test('the refusal is counted, and neither log nor incident holds the content', async () => {
    const [alert] = chain(1) as [Alert];
    register.take([message({ ...toAlertEvent(site, alert), plate: '浙E12345' })]);
    expect(await metrics.registry.metrics()).toContain('maplebridge_egress_refused_total{reason="bad-schema"} 1');
    expect(JSON.stringify(journal.peek({ records: 10, bytes: 1e6 }))).not.toContain('浙E12345');
  });

  test('a poisoned row does not block its node: after the grace it is passed over', () => {
    const alerts = chain(3) as [Alert, Alert, Alert];
    const poison = message(toAlertEvent(site, { ...alerts[1], severity: 4 }));
    const window = () => register.take([sent(alerts[0]), poison, sent(alerts[2])]);
    window();
    clock.advance(graceMs - 1);
    window();
    expect(journal.head(node).n).toBe(1);
    clock.advance(1);
    window();
    expect(journal.head(node).n).toBe(3);
    expect(written()).toEqual([1, 'bad-hash', 'gap', 3]);
  });

  test('a forged alert does not push out the true one', () => {
    const alerts = chain(2) as [Alert, Alert];
    const forged = message(toAlertEvent(site, { ...alerts[1], severity: 4 }));
    take(alerts[0]);
    register.take([forged]);
    clock.advance(graceMs);
    take(alerts[1]);
    register.take([forged]);
    expect(journal.head(node)).toEqual({ n: 2, hash: alerts[1].sequence.hash });
    expect(written()).toEqual([1, 'bad-hash', 2]);
  });

  test('an unknown key is one matter for all its alerts, and waits until the key is there', () => {
    const alerts = chain(3, undefined, otherKey);
    take(...alerts);
    clock.advance(graceMs * 10);
    take(...alerts);
    expect(written()).toEqual(['unknown-key']);
    expect(journal.head(node).n).toBe(0);
    keys.add(node, otherKey.publicPem());
    take(...alerts);
    expect(written()).toEqual(['unknown-key', 1, 2, 3]);
  });

  test('a key of one node is no key of another', () => {
    keys.add('edge-2' as NodeId, otherKey.publicPem());
    take(...chain(1, undefined, otherKey));
    expect(written()).toEqual(['unknown-key']);
  });
});

describe('many refused messages of one node', () => {
  const rubbish = (index: number, from = node) => ({ ...message({}, from), payload: Buffer.from(`{"${index}`) });
  const flood = (count: number, from = node) =>
    register.take(Array.from({ length: count }, (_, index) => rubbish(index, from)));
  const details = () =>
    (journal.peek({ records: 10_000, bytes: 1e9 })?.records ?? []).map(({ line }) => JSON.parse(line).incident.detail);
  const hourMs = 3_600_000;

  test('are ten incidents, and one with the count of the rest when the hour is over', () => {
    flood(500);
    expect(written()).toHaveLength(10);
    expect(journal.quarantined(1_000)).toHaveLength(500);
    clock.advance(hourMs);
    expect(written()).toHaveLength(11);
    expect(details().at(-1)).toBe('490 more messages were refused within 60 min: bad-schema 490');
    clock.advance(hourMs * 10);
    expect(written()).toHaveLength(11);
    expect(clock.pending).toBe(0);
  });

  test('are counted by kind, and the next hour begins anew', () => {
    flood(12);
    const [alert] = chain(1) as [Alert];
    register.take([message(toAlertEvent(site, { ...alert, severity: 4 }))]);
    clock.advance(hourMs);
    expect(details().at(-1)).toBe('3 more messages were refused within 60 min: bad-schema 2, bad-hash 1');
    register.take([rubbish(9_999)]);
    expect(details().at(-1)).toBe('not JSON');
  });

  test('do not silence another node', () => {
    flood(500);
    flood(3, 'edge-2' as NodeId);
    expect(written()).toHaveLength(13);
  });

  test('are not forgotten when the gateway stops', () => {
    flood(11);
    register.close();
    expect(details().at(-1)).toBe('1 more messages were refused within 60 min: bad-schema 1');
    expect(clock.pending).toBe(0);
  });

  test('of a group that could not be written count again when it comes again', () => {
    flood(5);
    journal.close();
    expect(() => flood(100)).toThrow();
    journal.open();
    register.take(Array.from({ length: 5 }, (_, index) => rubbish(1_000 + index)));
    expect(written()).toHaveLength(10);
  });
});

describe('access at the broker', () => {
  const user = { role: 'node', site, node } as const;

  test('a node publishes below its own prefix, not its own acknowledgement', () => {
    expect(mayPublish(user, 'mb/v1/site-1/edge-1/alert/fire_smoke')).toBe(true);
    expect(mayPublish(user, 'mb/v1/site-1/edge-1/health')).toBe(true);
    expect(mayPublish(user, 'mb/v1/site-1/edge-1/ack')).toBe(false);
    expect(mayPublish(user, 'mb/v1/site-1/edge-10/health')).toBe(false);
    expect(mayPublish(user, 'mb/v1/site-2/edge-1/health')).toBe(false);
    expect(mayPublish(user, '$SYS/x')).toBe(false);
    expect(mayPublish({ role: 'gateway' }, 'mb/v1/site-1/edge-1/ack')).toBe(true);
  });

  test('and reads only that', () => {
    expect(maySubscribe(user, 'mb/v1/site-1/edge-1/ack')).toBe(true);
    for (const filter of ['#', 'mb/v1/site-1/+/ack', 'mb/v1/site-1/edge-2/ack', 'mb/v1/site-1/edge-1/#']) {
      expect(maySubscribe(user, filter)).toBe(false);
    }
  });
});
