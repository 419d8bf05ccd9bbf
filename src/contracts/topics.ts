import type { NodeId, Sha256, SiteId } from '../domain/ids.ts';
import type { SceneId } from '../domain/scene-id.ts';

/** Topic levels may not hold separators, wildcards or NUL (MQTT 5 §4.7). */
const level = /^[A-Za-z0-9_.-]{1,64}$/;

/** Whether a name can stand as one topic level here. */
export function isTopicLevel(name: string): boolean {
  return level.test(name);
}

/** What travels on a topic. */
export type TopicKind = 'alert' | 'evidence' | 'health' | 'coverage' | 'ack';

/** The topics of one node, `mb/v1/{site}/{node}/…` (design: wire.md). */
export class NodeTopics {
  readonly prefix: string;

  constructor(site: SiteId, node: NodeId) {
    this.prefix = `mb/v1/${site}/${node}`;
  }

  alert(scene: SceneId): string {
    return `${this.prefix}/alert/${scene}`;
  }

  /** Binary payload: the bytes whose SHA-256 is in the topic. */
  evidence(hash: Sha256): string {
    return `${this.prefix}/evidence/${hash}`;
  }

  /** Retained; also the will. */
  get health(): string {
    return `${this.prefix}/health`;
  }

  get coverage(): string {
    return `${this.prefix}/coverage`;
  }

  /** Gateway → node: cumulative acknowledgement. */
  get ack(): string {
    return `${this.prefix}/ack`;
  }
}

/** A topic taken apart, or undefined when it is not one of ours. `tail` is the scene or the hash. */
export function parseTopic(
  topic: string,
): { site: SiteId; node: NodeId; kind: TopicKind; tail: string | undefined } | undefined {
  const [mb, v1, site, node, kind, tail, ...rest] = topic.split('/');
  if (mb !== 'mb' || v1 !== 'v1' || site === undefined || node === undefined || rest.length > 0) return undefined;
  if (!isTopicLevel(site) || !isTopicLevel(node)) return undefined;
  if (kind !== 'alert' && kind !== 'evidence' && kind !== 'health' && kind !== 'coverage' && kind !== 'ack')
    return undefined;
  return { site: site as SiteId, node: node as NodeId, kind, tail };
}
