import type { Alert } from '../domain/alert.ts';
import type { NodeId } from '../domain/ids.ts';
import { KeyRing } from '../lib/keys.ts';
import { checkSeal, type SealCheck } from './seal.ts';

/** Public keys by node: a key is good for the alerts of its own node only, so that no node can speak for another. */
export class NodeKeys {
  readonly #rings = new Map<NodeId, KeyRing>();

  constructor(entries: readonly { readonly node: NodeId; readonly pem: string }[] = []) {
    for (const { node, pem } of entries) this.add(node, pem);
  }

  /** Trusts one more key of a node, for instance while keys are rolled over. Throws on what is not a public key. */
  add(node: NodeId, pem: string): void {
    const ring = this.#rings.get(node) ?? new KeyRing();
    ring.add(pem);
    this.#rings.set(node, ring);
  }

  /** Nodes that have a key. */
  get nodes(): readonly NodeId[] {
    return [...this.#rings.keys()];
  }

  /** Recomputes an alert's hash and checks its signature against the keys of the node it names. */
  check(alert: Alert): SealCheck {
    return checkSeal(alert, this.#rings.get(alert.sequence.node) ?? noKeys);
  }
}

const noKeys = new KeyRing();
