import { maxMessageBytes } from '../../contracts/node-messages.ts';
import type { NodeId, Sha256 } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { Journal, Refused } from './journal.ts';
import { RefusalLimit } from './refusal-limit.ts';

/** An evidence file as it came. */
export interface EvidenceMessage {
  readonly node: NodeId;
  readonly hash: Sha256;
  readonly payload: Buffer;
}

/** What the shelf needs. */
export interface EvidenceShelfOptions {
  readonly journal: Journal;
  readonly evidence: ContentStore;
  /** How long a file that no alert names is left to its node. */
  readonly graceMs: number;
  /** Shared with what else refuses; its own by default. */
  readonly refusals?: RefusalLimit;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const maxUnnamed = 10_000;

/** Puts evidence on disk when its bytes match its name and an accepted alert names it: nothing else may cross. */
export class EvidenceShelf {
  readonly #options: EvidenceShelfOptions;
  readonly #unnamed = new Map<Sha256, number>();
  readonly #limit: RefusalLimit;
  /** To be put on record together: a sync for each would let one node hold up all others. */
  #refusals: { readonly refused: Refused; readonly detail: string }[] = [];
  readonly #refused: Counter<'reason'>;

  constructor(options: EvidenceShelfOptions) {
    this.#options = options;
    this.#limit = options.refusals ?? new RefusalLimit(options);
    this.#refused = options.metrics.counter(
      'maplebridge_egress_refused_total',
      'Messages refused at the border, by reason',
      ['reason'],
    );
  }

  /** Stores a group and returns the files to be acknowledged. Rejects when the disk would not take them. */
  async take(messages: readonly EvidenceMessage[]): Promise<EvidenceMessage[]> {
    const { journal, evidence } = this.#options;
    const judged = messages.map((message) => ({ message, verdict: this.#judge(message) }));
    this.record();
    const stored = judged.filter(({ verdict }) => verdict === 'keep').map(({ message }) => message);
    // Side by side, so that their fsyncs are one wait.
    await Promise.all(stored.map(({ payload }) => evidence.put(payload)));
    if (stored.length > 0) {
      journal.transaction(() => {
        for (const { hash, payload } of stored) journal.evidenceStored(hash, payload.length);
      });
    }
    return judged.filter(({ verdict }) => verdict !== 'leave').map(({ message }) => message);
  }

  /** `settle`: acknowledge without storing; `leave`: neither, the node sends it again. */
  #judge({ node, hash, payload }: EvidenceMessage): 'keep' | 'settle' | 'leave' {
    if (payload.length > maxMessageBytes || sha256(payload) !== hash) {
      // Not the file its topic names: the node verifies before it sends, so this is somebody else's doing.
      const detail = payload.length > maxMessageBytes ? 'evidence too large' : 'evidence does not match its name';
      this.refuse({ node, hash, payload, detail });
      return 'leave';
    }
    const place = this.place(node, hash);
    return place === 'expected' ? 'keep' : place;
  }

  /** Whether a file is waited for: `settle`: it need not be sent, `leave`: its alert may still come. */
  place(node: NodeId, hash: Sha256): 'expected' | 'settle' | 'leave' {
    const state = this.#options.journal.evidenceState(hash);
    if (state === 'expected') return 'expected';
    return state === undefined ? this.#judgeUnnamed(node, hash) : 'settle';
  }

  /** Notes that a node’s evidence is not what it claims to be; `record` puts it on record. */
  refuse({ node, hash, payload, detail }: EvidenceMessage & { readonly detail: string }): void {
    this.#refused.inc({ reason: 'bad-evidence' });
    const key = payload.length === 0 ? sha256(node, 'evidence', hash, detail) : sha256(node, 'evidence', payload);
    const refused = { key, node, topic: `evidence/${hash}`, reason: detail, payload: payload.subarray(0, 4_096) };
    this.#refusals.push({ refused, detail });
  }

  /** Puts what was refused on record, each once, as incidents within the limit. Throws when the disk would not take it. */
  record(): void {
    const { journal, log, clock } = this.#options;
    const refusals = this.#refusals;
    this.#refusals = [];
    if (refusals.length === 0) return;
    journal.transaction(() => {
      for (const { refused, detail } of refusals) {
        const { node } = refused;
        if (journal.quarantine(refused) === 'known' || !this.#limit.isTold(node, 'bad-hash')) continue;
        log.warn({ node, detail }, 'integrity incident');
        journal.addIncident({ kind: 'bad-hash', node, detail, at: clock.now() });
      }
    });
  }

  /** Its alert may still be on the way; when it was refused and passed over, the file must not block the node. */
  #judgeUnnamed(node: NodeId, hash: Sha256): 'settle' | 'leave' {
    const now = this.#options.clock.monotonic();
    const since = this.#unnamed.get(hash);
    if (since === undefined) {
      const [oldest] = this.#unnamed.keys();
      if (this.#unnamed.size >= maxUnnamed && oldest !== undefined) this.#unnamed.delete(oldest);
      this.#unnamed.set(hash, now);
      return 'leave';
    }
    if (now - since < this.#options.graceMs) return 'leave';
    this.#unnamed.delete(hash);
    this.#refused.inc({ reason: 'unnamed-evidence' });
    this.#options.log.warn({ node, sha256: hash }, 'evidence that no alert names was refused');
    return 'settle';
  }
}
