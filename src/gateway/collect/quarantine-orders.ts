import type { AlertCheck } from '../../contracts/alert-check.ts';
import { type AlertEvent, alertEventSchema } from '../../contracts/alert-event.ts';
import { decisionNote } from '../../contracts/quarantine.ts';
import type { NodeId, SiteId, UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Journal } from './journal.ts';
import type { QuarantineOrder, RefusedMessage } from './quarantine-store.ts';

/** What the orders need of the register. */
export interface QuarantineOrdersOptions {
  readonly site: SiteId;
  readonly journal: Journal;
  /** Checks a message as if it came now; its key must have been good at `at`. */
  readonly check: (message: RefusedMessage, at: UtcMs) => AlertCheck;
  /** Gives an alert its place in its node's chain. */
  readonly place: (event: AlertEvent, collectedAt: UtcMs) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

type Verdict = { readonly kind: 'released' | 'discarded' | 'refused'; readonly detail: string };

const nothingThere: Verdict = { kind: 'refused', detail: 'it is no longer in quarantine' };
/** Orders carried out in one round. */
const roundSize = 100;

/**
 * Carries out what people wish of refused messages. A release checks the message anew and lets it go the way of any
 * other; what it did and its record for the audit log on the other side are one transaction.
 */
export class QuarantineOrders {
  readonly #options: QuarantineOrdersOptions;

  constructor(options: QuarantineOrdersOptions) {
    this.#options = options;
  }

  /** Returns the nodes whose place may have moved. Throws when the journal cannot be written; nothing is lost then. */
  carryOut(): Set<NodeId> {
    const { journal, log } = this.#options;
    const nodes = new Set<NodeId>();
    for (const order of journal.refused.waiting(roundSize)) {
      const verdict = journal.transaction(() => this.#one(order, nodes));
      if (verdict.kind !== 'refused') journal.announce();
      log.warn({ quarantine: order.entry, by: order.by, action: order.action, ...verdict }, 'quarantine decided');
    }
    return nodes;
  }

  #one(order: QuarantineOrder, nodes: Set<NodeId>): Verdict {
    const { journal, clock } = this.#options;
    if (order.what === 'e') return this.#heldBack(order);
    const message = journal.refused.get(order.entry);
    const verdict = this.#decide(order, message);
    journal.refused.finish(order.id, verdict.kind, verdict.detail);
    if (message === undefined || verdict.kind === 'refused') return verdict;
    const detail = decisionNote(order, `m-${order.entry}`, `${message.reason}; ${verdict.detail}`);
    journal.addIncident({ kind: 'quarantine-decision', node: message.node, detail, at: clock.now() });
    if (verdict.kind === 'released') nodes.add(message.node);
    return verdict;
  }

  /** What the border held back goes to the border once more, which judges it by the policy of the day. */
  #heldBack(order: QuarantineOrder): Verdict {
    const { journal, clock } = this.#options;
    const held = journal.refused.heldBack(order.entry);
    const verdict = held === undefined ? nothingThere : this.#decideHeldBack(order);
    journal.refused.finish(order.id, verdict.kind, verdict.detail);
    if (held === undefined || verdict.kind === 'refused') return verdict;
    const detail = decisionNote(order, held.id, `egress: ${held.detail}`);
    const node = held.node as NodeId | undefined;
    journal.addIncident({ kind: 'quarantine-decision', node, detail, at: clock.now() });
    return verdict;
  }

  #decideHeldBack(order: QuarantineOrder): Verdict {
    const { egress } = this.#options.journal;
    if (order.note.trim() === '') return { kind: 'refused', detail: 'a decision needs a reason' };
    if (order.action === 'discard') {
      egress.discard(order.entry);
      return { kind: 'discarded', detail: 'it does not cross' };
    }
    egress.release([order.entry]);
    return { kind: 'released', detail: 'the egress policy judges it anew' };
  }

  #decide(order: QuarantineOrder, message: RefusedMessage | undefined): Verdict {
    const refused = (detail: string): Verdict => ({ kind: 'refused', detail });
    if (message === undefined) return nothingThere;
    if (message.state !== 'held') return refused(`it was ${message.state} before`);
    if (order.note.trim() === '') return refused('a decision needs a reason');
    if (order.action === 'discard')
      return { kind: 'discarded', detail: 'its bytes stay here until newer ones push them out' };
    if (!message.topic.includes('/alert/'))
      return refused('only an alert can be released; evidence is sent again by its node');
    const check = this.#options.check(message, message.at);
    const event = check.ok ? check.event : this.#overridden(message, check, order.override);
    if (typeof event === 'string') return refused(event);
    this.#options.place(event, message.at);
    const { sequence } = event.data;
    // An alert ahead of its turn waits for those before it, here as on the wire.
    if (this.#options.journal.held(sequence) !== 'same')
      return refused('alerts before it are still missing: try again later');
    return { kind: 'released', detail: `alert ${sequence.n} of ${sequence.node}` };
  }

  /** The event of an alert whose key no longer counts, or why it may not go. */
  #overridden(message: RefusedMessage, check: AlertCheck & { ok: false }, override: boolean): AlertEvent | string {
    if (check.kind === 'unknown-key')
      return `${check.detail}: its key is not configured here; configure it, then release`;
    // Only what is authentic has a sequence that is certain.
    if (check.sequence === undefined)
      return `${check.kind}: ${check.detail}: what is forged or malformed is never released`;
    if (!override) return `${check.kind}: ${check.detail}: releasing it anyway takes --override`;
    const event = alertEventSchema.parse(JSON.parse(message.payload.toString('utf8')));
    const site = event.source.split('/')[2];
    const own = site === this.#options.site && message.topic.endsWith(`/alert/${event.data.scene}`);
    return own ? event : 'bad-schema: topic and alert disagree: what is forged or malformed is never released';
  }
}
