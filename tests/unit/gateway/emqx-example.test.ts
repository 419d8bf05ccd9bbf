import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BridgeTopics, everyPiece } from '../../../src/contracts/bridge-topics.ts';
import { NodeTopics } from '../../../src/contracts/topics.ts';
import type { NodeId, SiteId } from '../../../src/domain/ids.ts';
import { emqxAllows, readEmqxRules } from '../../support/emqx-rules.ts';

const file = new URL('../../../edge-config/broker/emqx/acl.conf', import.meta.url);
const rules = readEmqxRules(readFileSync(file, 'utf8'));
const site = 'nanxun-1' as SiteId;
const own = new NodeTopics(site, 'box-1' as NodeId);
const other = new NodeTopics(site, 'box-2' as NodeId);
const hash = 'a'.repeat(64) as never;

/** What is held here is our reading of the rules: no EMQX is at hand. */
test.each([
  ['publish', own.alert('fire_smoke')],
  ['publish', own.evidence(hash)],
  ['publish', own.evidencePart(hash, { offset: 0, total: 9 })],
  ['publish', own.health],
  ['publish', own.coverage],
  ['subscribe', own.ack],
] as const)('the EMQX example lets a node %s %s', (action, topic) => {
  expect(emqxAllows(rules, { user: 'box-1', action, topic })).toBe(true);
});

test.each([
  ['publish', own.ack],
  ['publish', other.alert('fire_smoke')],
  ['publish', other.health],
  ['publish', other.evidence(hash)],
  ['publish', other.ack],
  ['publish', `${own.alert('fire_smoke')}/more`],
  ['subscribe', other.ack],
  ['subscribe', own.health],
  ['subscribe', 'mb/v1/nanxun-1/+/ack'],
  ['subscribe', 'mb/v1/#'],
  ['subscribe', '#'],
] as const)('the EMQX example does not let a node %s %s', (action, topic) => {
  expect(emqxAllows(rules, { user: 'box-1', action, topic })).toBe(false);
});

test('the EMQX example lets the gateway hear its site and acknowledge, and no more', () => {
  const may = (action: 'publish' | 'subscribe', topic: string) => emqxAllows(rules, { user: 'gateway', action, topic });
  for (const tail of ['alert/#', 'evidence/#', 'health', 'coverage'])
    expect(may('subscribe', `mb/v1/nanxun-1/+/${tail}`)).toBe(true);
  expect(may('publish', own.ack)).toBe(true);
  for (const topic of [
    own.alert('fire_smoke'),
    own.health,
    'mb/v1/elsewhere/box-1/ack',
    'mb/v1/nanxun-1/gateway/health',
  ])
    expect(may('publish', topic), topic).toBe(false);
  for (const topic of ['#', 'mb/v1/#', 'mb/v1/elsewhere/+/health', 'mb/v1/nanxun-1/+/ack'])
    expect(may('subscribe', topic), topic).toBe(false);
});

test('the EMQX example lets batches cross one way and words the other, and no node near either', () => {
  const bridge = new BridgeTopics(`${'a'.repeat(16)}.00000001`);
  const piece = bridge.piece({ number: 1, sha256: hash, offset: 0, total: 9 });
  const may = (user: string, action: 'publish' | 'subscribe', topic: string) =>
    emqxAllows(rules, { user, action, topic });
  expect(may('gateway', 'publish', piece)).toBe(true);
  expect(may('deliver', 'subscribe', everyPiece)).toBe(true);
  for (const topic of [bridge.word, bridge.document]) {
    expect(may('deliver', 'publish', topic)).toBe(true);
    expect(may('gateway', 'subscribe', topic)).toBe(true);
    expect(may('gateway', 'publish', topic)).toBe(false);
    expect(may('box-1', 'publish', topic)).toBe(false);
  }
  expect(may('deliver', 'publish', piece)).toBe(false);
  expect(may('deliver', 'publish', own.ack)).toBe(false);
  expect(may('box-1', 'publish', piece)).toBe(false);
  expect(may('box-1', 'subscribe', everyPiece)).toBe(false);
});
