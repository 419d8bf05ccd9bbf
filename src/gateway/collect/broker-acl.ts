import { NodeTopics, parseTopic } from '../../contracts/topics.ts';
import type { NodeId, SiteId } from '../../domain/ids.ts';

/** Who speaks to the broker: the gateway, which hears all nodes and acknowledges, or one node. */
export type BrokerUser =
  | { readonly role: 'gateway' }
  | { readonly role: 'node'; readonly site: SiteId; readonly node: NodeId };

/** Where one gateway hands batches to another over a broker. */
const bridgePrefix = 'mb/v1/bridge/';

/** A node publishes below its own prefix, and not its own acknowledgement; that is all the gateway publishes to nodes. */
export function mayPublish(user: BrokerUser, topic: string): boolean {
  if (user.role === 'gateway' && topic.startsWith(bridgePrefix)) return true;
  const parsed = parseTopic(topic);
  if (parsed === undefined) return false;
  if (user.role === 'gateway') return parsed.kind === 'ack';
  return parsed.site === user.site && parsed.node === user.node && parsed.kind !== 'ack';
}

/** A node subscribes to its own acknowledgement, by its exact name; the gateway to what is ours. */
export function maySubscribe(user: BrokerUser, filter: string): boolean {
  if (user.role === 'gateway') return filter.startsWith('mb/v1/');
  return filter === new NodeTopics(user.site, user.node).ack;
}
