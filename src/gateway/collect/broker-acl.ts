import { NodeTopics, parseTopic } from '../../contracts/topics.ts';
import type { NodeId, SiteId } from '../../domain/ids.ts';

/** Who speaks to the broker: the gateway, which may do anything, or one node. */
export type BrokerUser =
  | { readonly role: 'gateway' }
  | { readonly role: 'node'; readonly site: SiteId; readonly node: NodeId };

/** A node publishes below its own prefix, and not its own acknowledgement. */
export function mayPublish(user: BrokerUser, topic: string): boolean {
  if (user.role === 'gateway') return true;
  const parsed = parseTopic(topic);
  return parsed !== undefined && parsed.site === user.site && parsed.node === user.node && parsed.kind !== 'ack';
}

/** A node subscribes to its own acknowledgement, by its exact name. */
export function maySubscribe(user: BrokerUser, filter: string): boolean {
  return user.role === 'gateway' || filter === new NodeTopics(user.site, user.node).ack;
}
