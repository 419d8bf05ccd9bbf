import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import { sealAlert } from '../../../src/contracts/seal.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { NodeId, SiteId } from '../../../src/domain/ids.ts';
import { AlertRegister } from '../../../src/gateway/collect/alert-register.ts';
import { Journal } from '../../../src/gateway/collect/journal.ts';
import { zeroHash } from '../../../src/lib/hash.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { alertDraft } from '../../support/alert-draft.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const graceMs = 60_000;
const oldKey = newSigningKey();
const newKey = newSigningKey();

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let journal: Journal;
let keys: NodeKeys;
let register: AlertRegister;

beforeEach(async () => {
  dir = await tempDir('register-keys');
  clock = new FakeClock();
  journal = new Journal({ path: join(dir.path, 'journal.db'), clock });
  journal.open();
  keys = new NodeKeys([{ node, pem: oldKey.publicPem() }]);
  const metrics = new Metrics();
  register = new AlertRegister({ site, keys, journal, gapGraceMs: graceMs, clock, log: createLogger('test'), metrics });
});

afterEach(async () => {
  register.close();
  journal.close();
  await dir.remove();
});

/** `old` alerts under the old key and then `fresh` ones under the new key: one chain. */
function chain(old: number, fresh: number): Alert[] {
  const alerts: Alert[] = [];
  for (let n = 1; n <= old + fresh; n += 1) {
    const prevHash = alerts.at(-1)?.sequence.hash ?? zeroHash;
    alerts.push(sealAlert(alertDraft(), { node, n, prevHash }, n <= old ? oldKey : newKey));
  }
  return alerts;
}

const take = (alerts: readonly Alert[], topicNode = node) =>
  register.take(
    alerts.map((alert) => ({
      node: topicNode,
      topic: `mb/v1/${site}/${topicNode}/alert/illegal_parking`,
      payload: Buffer.from(JSON.stringify(toAlertEvent(site, alert))),
    })),
  );

function written(): (number | string)[] {
  const content = journal.peek({ records: 10_000, bytes: 1e9 });
  return (content?.records ?? []).map(({ line }) => {
    const record = JSON.parse(line);
    return record.type === 'alert' ? record.event.data.sequence.n : record.incident.kind;
  });
}

/** Both keys, the old one with a term of its own. */
const trust = (term: { notAfter?: number; revokedAt?: number }) =>
  keys.replaceAll([
    { node, pem: oldKey.publicPem(), term },
    { node, pem: newKey.publicPem() },
  ]);

test('while both keys are good, the chain goes over from one to the other without a break', () => {
  trust({ notAfter: clock.now() + 1_000 });
  take(chain(3, 3));
  expect(written()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('after the overlap the old key no longer does, whatever time or number it writes', () => {
  trust({ notAfter: clock.now() - 1 });
  const alerts = chain(2, 1);
  take(alerts.slice(0, 1));
  expect(written()).toEqual(['expired-key']);
  expect(journal.head(node).n).toBe(0);
});

test('what a revoked key sealed does not block its node: all of it is passed over, and the new key goes on', () => {
  trust({ revokedAt: clock.now() });
  const alerts = chain(200, 2);
  take(alerts.slice(0, 64));
  clock.advance(graceMs);
  expect([...take(alerts.slice(0, 64))]).toEqual([node]);
  // One resend suffices, also for those that were never seen before.
  take(alerts);
  expect(journal.head(node)).toEqual({ n: 202, hash: alerts.at(-1)?.sequence.hash });
  expect(written().filter((each) => typeof each === 'number')).toEqual([201, 202]);
  expect(new Set(written().filter((each) => typeof each === 'string'))).toEqual(new Set(['revoked-key']));
  expect(journal.quarantined(1_000)).toHaveLength(200);
});

test('who stole a revoked key cannot make the node free alerts: what is acknowledged bears the stolen alerts’ hash', () => {
  trust({ revokedAt: clock.now() });
  const forged = chain(3, 0);
  take(forged);
  clock.advance(graceMs);
  take(forged);
  expect(journal.head(node)).toEqual({ n: 3, hash: forged[2]?.sequence.hash });
  const own = chain(0, 4);
  take(own);
  expect(written().filter((each) => typeof each === 'number')).toEqual([1, 2, 3, 4]);
  expect(journal.head(node)).toEqual({ n: 4, hash: own[3]?.sequence.hash });
});

test('an alert that was taken in before its key was revoked is acknowledged when it comes again', () => {
  const alerts = chain(2, 0);
  take(alerts);
  trust({ revokedAt: clock.now() });
  expect([...take(alerts)]).toEqual([node]);
  expect(written()).toEqual([1, 2]);
});

test('a revoked key of one node says nothing about the chain of another', () => {
  trust({ revokedAt: clock.now() });
  take(chain(1, 0), 'edge-2' as NodeId);
  expect(written()).toEqual(['bad-schema']);
});

test('more of a key that ended than the quarantine holds stays with its node until somebody decides', () => {
  const small = new Journal({ path: join(dir.path, 'small.db'), quarantineRows: 3, clock });
  small.open();
  const own = { site, keys, journal: small, gapGraceMs: graceMs, clock, log: createLogger('test') };
  const before = register;
  register = new AlertRegister({ ...own, metrics: new Metrics() });
  trust({ notAfter: clock.now() - 1 });
  const alerts = chain(5, 1);
  take(alerts);
  clock.advance(graceMs);
  take(alerts);
  // What is acknowledged is in quarantine with its bytes, whatever else is refused meanwhile.
  expect(small.head(node).n).toBe(3);
  const rubbish = Array.from({ length: 10 }, (_, i) => ({ node, topic: 'x', payload: Buffer.from(`rubbish ${i}`) }));
  register.take(rubbish);
  const held = () => small.refused.list({ limit: 100 }).filter(({ reason }) => reason === 'expired-key');
  expect(held()).toHaveLength(3);
  for (const { id } of held()) {
    const wish = { action: 'discard', by: 'li', note: 'looked at', override: false } as const;
    small.refused.order('m', Number(id.slice(2)), wish, clock.now());
  }
  register.carryOut();
  take(alerts);
  expect(small.head(node).n).toBe(6);
  register.close();
  small.close();
  register = before;
});

test('the name of a field that nobody knows does not cross with the incident, and is in the quarantine here', () => {
  const [alert] = chain(1, 0);
  if (alert === undefined) throw new Error('no alert');
  const event = { ...toAlertEvent(site, alert), 'owner-li-4711': 1 };
  const topic = `mb/v1/${site}/${node}/alert/illegal_parking`;
  register.take([{ node, topic, payload: Buffer.from(JSON.stringify(event)) }]);
  const [record] = journal.peek({ records: 10, bytes: 1e9 })?.records ?? [];
  expect(record?.line).toContain('unrecognized_keys');
  expect(record?.line).not.toContain('4711');
  expect(journal.quarantined(1)[0]?.reason).toContain('4711');
});
