import type { IntegrityIncident, TransferPosition } from '../../contracts/ticket-intake.ts';
import type { Sequence } from '../../domain/alert.ts';
import type { NodeId, Sha256, UtcMs } from '../../domain/ids.ts';
import { zeroHash } from '../../lib/hash.ts';

/**
 * Follows the hash chains of all nodes of one sender through a batch and says what breaks them.
 * Alerts that do not continue their chain are authentic all the same and are taken in; the incident stands beside them.
 */
export class Continuity {
  readonly #heads: Map<NodeId, { n: number; hash: Sha256 }>;
  readonly #behind = new Map<NodeId, { from: number; to: number; head: number }>();
  readonly #incidents: IntegrityIncident[] = [];
  readonly #at: UtcMs;

  constructor(nodes: TransferPosition['nodes'], at: UtcMs) {
    this.#heads = new Map(Object.entries(nodes) as [NodeId, { n: number; hash: Sha256 }][]);
    this.#at = at;
  }

  follow({ node, n, prevHash, hash }: Sequence): void {
    const head = this.#heads.get(node) ?? { n: 0, hash: zeroHash };
    if (n === head.n && hash === head.hash) return;
    const restarted = n === 1 && prevHash === zeroHash;
    if (n <= head.n && !restarted) {
      // Late after a gap, or a branch off an older point: which of the two, only the whole chain tells.
      const behind = this.#behind.get(node);
      this.#behind.set(node, { from: Math.min(n, behind?.from ?? n), to: Math.max(n, behind?.to ?? n), head: head.n });
      return;
    }
    const [from, to] = n > head.n + 1 ? [head.n + 1, n - 1] : [n, n];
    if (n <= head.n) this.#report('fork', node, `the chain starts anew at 1 after ${head.n}`, { from, to });
    else if (n > head.n + 1) this.#report('gap', node, `alerts ${from} to ${to} are missing`, { from, to });
    else if (prevHash !== head.hash) {
      this.#report('fork', node, `alert ${n} does not continue alert ${head.n}`, { from, to });
    }
    this.#heads.set(node, { n, hash });
  }

  get nodes(): TransferPosition['nodes'] {
    return Object.fromEntries(this.#heads);
  }

  get incidents(): readonly IntegrityIncident[] {
    const behind = [...this.#behind].map(([node, { from, to, head }]) => ({
      kind: 'fork' as const,
      node,
      alerts: { from, to },
      detail: `alerts ${from} to ${to} came after alert ${head}: late, or a branch of the chain`,
      at: this.#at,
    }));
    return [...this.#incidents, ...behind];
  }

  #report(kind: 'gap' | 'fork', node: NodeId, detail: string, alerts: { from: number; to: number }): void {
    this.#incidents.push({ kind, node, alerts, detail, at: this.#at });
  }
}
