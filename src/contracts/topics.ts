import type { NodeId, Sha256, SiteId } from '../domain/ids.ts';
import type { SceneId } from '../domain/scene-id.ts';

/** Topic levels may not hold separators, wildcards or NUL (MQTT 5 §4.7). */
const level = /^[A-Za-z0-9_.-]{1,64}$/;

/** Whether a name can stand as one topic level here. */
export function isTopicLevel(name: string): boolean {
  return level.test(name);
}

/** A piece of a file that is too large for one message: where it begins, and how large the file is. */
export interface EvidencePart {
  readonly offset: number;
  readonly total: number;
}

/** Bytes of a file: at most 15 digits, which a number holds exactly. */
const partLevel = /^(0|[1-9]\d{0,14})\.([1-9]\d{0,14})$/;

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

  /** Binary payload: the bytes of that file from `offset` on. */
  evidencePart(hash: Sha256, { offset, total }: EvidencePart): string {
    return `${this.evidence(hash)}/${offset}.${total}`;
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

/** A topic taken apart. */
interface ParsedTopic {
  readonly site: SiteId;
  readonly node: NodeId;
  readonly kind: TopicKind;
  /** The scene or the hash. */
  readonly tail: string | undefined;
  readonly part?: EvidencePart;
}

/** A topic taken apart, or undefined when it is not one of ours. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  const [mb, v1, site, node, kind, tail, piece, ...rest] = topic.split('/');
  if (mb !== 'mb' || v1 !== 'v1' || site === undefined || node === undefined || rest.length > 0) return undefined;
  if (!isTopicLevel(site) || !isTopicLevel(node)) return undefined;
  // Also bounds what is kept by name: a topic may have 64 KiB (MQTT 5 §4.7.3), and parts of a string keep the whole.
  if (tail !== undefined && !isTopicLevel(tail)) return undefined;
  if (kind !== 'alert' && kind !== 'evidence' && kind !== 'health' && kind !== 'coverage' && kind !== 'ack')
    return undefined;
  const parsed: ParsedTopic = { site: site as SiteId, node: node as NodeId, kind, tail };
  if (piece === undefined) return parsed;
  const part = kind === 'evidence' ? parsePart(piece) : undefined;
  return part && { ...parsed, part };
}

function parsePart(level: string): EvidencePart | undefined {
  const [, offset, total] = partLevel.exec(level) ?? [];
  return offset === undefined ? undefined : { offset: Number(offset), total: Number(total) };
}
