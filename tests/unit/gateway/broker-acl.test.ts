import { expect, test } from 'vitest';
import { NodeTopics } from '../../../src/contracts/topics.ts';
import type { NodeId, SiteId } from '../../../src/domain/ids.ts';
import { type BrokerUser, mayPublish, maySubscribe } from '../../../src/gateway/collect/broker-acl.ts';

const site = 'site-1' as SiteId;
const node: BrokerUser = { role: 'node', site, node: 'edge-1' as NodeId };
const gateway: BrokerUser = { role: 'gateway' };
const own = new NodeTopics(site, 'edge-1' as NodeId);
const other = new NodeTopics(site, 'edge-2' as NodeId);
const elsewhere = new NodeTopics('site-2' as SiteId, 'edge-1' as NodeId);

test.each([
  [node, own.alert('fire_smoke'), true],
  [node, own.health, true],
  [node, own.coverage, true],
  [node, own.ack, false],
  [node, other.health, false],
  [node, other.ack, false],
  [node, elsewhere.health, false],
  [node, 'mb/v1/bridge/x/batch/1', false],
  [gateway, own.ack, true],
  [gateway, own.alert('fire_smoke'), false],
  [gateway, own.health, false],
  [gateway, 'anything/else', false],
])('%o publishes on %s: %s', (user, topic, allowed) => {
  expect(mayPublish(user, topic)).toBe(allowed);
});

test.each([
  [node, own.ack, true],
  [node, other.ack, false],
  [node, own.health, false],
  [node, '#', false],
  [node, 'mb/v1/site-1/+/ack', false],
  [gateway, 'mb/v1/site-1/+/alert/#', true],
  [gateway, '#', false],
  [gateway, '$SYS/#', false],
])('%o subscribes to %s: %s', (user, filter, allowed) => {
  expect(maySubscribe(user, filter)).toBe(allowed);
});
