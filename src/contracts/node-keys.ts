import type { Alert } from '../domain/alert.ts';
import type { NodeId, UtcMs } from '../domain/ids.ts';
import { KeyRing, type KeyTerm } from '../lib/keys.ts';
import { checkSeal, type SealCheck } from './seal.ts';

/** A public key (PEM) of a node. */
export interface NodeKey {
  readonly node: NodeId;
  readonly pem: string;
  readonly term?: KeyTerm;
}

/** Public keys by node: a key is good for the alerts of its own node only, so that no node can speak for another. */
export class NodeKeys {
  #rings = new Map<NodeId, KeyRing>();

  constructor(entries: readonly NodeKey[] = []) {
    for (const { node, pem, term } of entries) this.add(node, pem, term);
  }

  /** Trusts one more key of a node, for instance while keys are rolled over. Throws on what is not a public key. */
  add(node: NodeId, pem: string, term: KeyTerm = {}): void {
    const ring = this.#rings.get(node) ?? new KeyRing();
    ring.add(pem, term);
    this.#rings.set(node, ring);
  }

  /** Trusts these and no others from now on; throws, and changes nothing, on what is not a public key. */
  replaceAll(entries: readonly NodeKey[]): void {
    this.#rings = new NodeKeys(entries).#rings;
  }

  /** Nodes that have a key. */
  get nodes(): readonly NodeId[] {
    return [...this.#rings.keys()];
  }

  has(node: NodeId): boolean {
    return this.#rings.has(node);
  }

  /** As `checkSeal`, with the keys of the node that the alert names. */
  check(alert: Alert, at?: UtcMs): SealCheck {
    return checkSeal(alert, this.#rings.get(alert.sequence.node) ?? noKeys, at);
  }
}

const noKeys = new KeyRing();
