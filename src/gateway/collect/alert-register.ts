import { type AlertCheck, checkAlertEvent } from '../../contracts/alert-check.ts';
import type { AlertEvent } from '../../contracts/alert-event.ts';
import { collectSpan } from '../../contracts/alert-spans.ts';
import type { NodeKeys } from '../../contracts/node-keys.ts';
import type { Health } from '../../contracts/node-messages.ts';
import type { IntegrityIncident } from '../../contracts/ticket-intake.ts';
import type { NodeId, SiteId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { SpanSink } from '../../lib/span-sink.ts';
import { chainStep } from './chain-step.ts';
import type { Journal } from './journal.ts';
import { QuarantineOrders } from './quarantine-orders.ts';
import { RefusalLimit } from './refusal-limit.ts';

/** An alert message as it came, from the node whose topic it came on. */
export interface AlertMessage {
  readonly node: NodeId;
  readonly topic: string;
  readonly payload: Buffer;
}

/** What the register needs. */
export interface AlertRegisterOptions {
  readonly site: SiteId;
  readonly keys: NodeKeys;
  readonly journal: Journal;
  readonly gapGraceMs: number;
  /** Shared with what else refuses; its own by default. */
  readonly refusals?: RefusalLimit;
  readonly clock: Clock;
  /** Takes the spans of alerts, where they are exported. */
  readonly spans?: SpanSink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** A node whose next alert is missing or refused. */
interface Stall {
  readonly since: number;
  /** Lowest number seen beyond the missing one. */
  lowestAhead: number;
}

/** A journal that cannot be written is not asked more often than this. */
const sumRetryMs = 1_000;

/** Beyond the nodes there are, names that somebody made up. */
const maxStalls = 10_000;

/** An alert of 64 subjects with their positions is about 24 KiB. */
const maxAlertBytes = 262_144;

/**
 * Decides what becomes of each alert message and keeps every node's chain.
 *
 * What is acknowledged is the highest number up to which everything is in the journal. A message that is refused
 * moves nothing, because anybody with the node's broker password could forge one for a number that is still to come.
 * Yet a poisoned row must not block its node for ever, so the register passes it over, with a `gap` incident, once
 * the node has shown for `gapGraceMs` that nothing better is coming:
 * - the same refused message comes again with the number that is next; or
 * - the node, which resends in order from its lowest number, comes again with the lowest number seen beyond it.
 *   Only that one: acknowledging a higher one would free alerts between that were sent and not yet stored.
 * Time in which the node was away from the broker, or the gateway itself was, does not count.
 * A refused message is in quarantine with its bytes before it is passed over, so nothing is lost even then; authentic
 * ones stay there until somebody decides, and when they are too many their node is made to wait with the rest.
 * An unknown key is not passed over by the first rule: the key is missing here, and once it is configured
 * every waiting alert is good. A key that was revoked or has expired is a verdict for good: no repetition is needed, and
 * because the signature proves the alert's hash, the chain goes on from it without a break. That hash stands in the
 * acknowledgement, too: whoever has the stolen key makes no node free alerts that are not these.
 */
export class AlertRegister {
  readonly #options: AlertRegisterOptions;
  readonly #stalls = new Map<NodeId, Stall>();
  /** Nodes that are not at the broker now. */
  readonly #away = new Set<NodeId>();
  /** Nodes of whom no more is taken into quarantine until somebody decides. */
  readonly #full = new Set<NodeId>();
  readonly #refusals: RefusalLimit;
  readonly #orders: QuarantineOrders;
  #cancelSum: (() => void) | undefined;
  readonly #refused: Counter<'reason'>;
  readonly #steps: Counter<'step'>;

  constructor(options: AlertRegisterOptions) {
    this.#options = options;
    this.#refusals = options.refusals ?? new RefusalLimit(options);
    this.#orders = new QuarantineOrders({
      ...options,
      check: (message, at) => this.#check(message, at),
      place: (event, collectedAt) => void this.#place(event, collectedAt),
    });
    this.#refused = options.metrics.counter(
      'maplebridge_egress_refused_total',
      'Messages refused at the border, by reason',
      ['reason'],
    );
    this.#steps = options.metrics.counter(
      'maplebridge_collect_alerts_total',
      'Authentic alerts by place in the chain',
      ['step'],
    );
  }

  /** Writes a group in one transaction and returns the nodes to be told how far they are. Throws when it could not. */
  take(messages: readonly AlertMessage[]): Set<NodeId> {
    if (messages.length === 0) return new Set();
    const begunAt = this.#options.clock.now();
    const checked = messages.map((message) => ({ message, check: this.#check(message) }));
    const stalls = new Map(this.#stalls);
    const forgetRefusals = this.#refusals.mark();
    try {
      const told = this.#options.journal.transaction(() => {
        this.#sumUp();
        const toTell = new Set<NodeId>();
        for (const { message, check } of checked) {
          const tell = check.ok ? this.#place(check.event) : this.#refuse(message, check);
          if (tell) toTell.add(message.node);
        }
        return toTell;
      });
      this.sumLater();
      this.#export(
        checked.flatMap(({ check }) => (check.ok ? check.event : [])),
        begunAt,
      );
      return told;
    } catch (error) {
      forgetRefusals();
      this.#stalls.clear();
      for (const [node, stall] of stalls) this.#stalls.set(node, stall);
      throw error;
    }
  }

  #export(events: readonly AlertEvent[], begunAt: number): void {
    const { spans, clock } = this.#options;
    spans?.record(events.map((event) => collectSpan(event.data, begunAt, clock.now())));
  }

  /** Does what people wish of refused messages; the nodes to be told. Throws when the journal could not be written. */
  carryOut(): Set<NodeId> {
    return this.#orders.carryOut();
  }

  /** Writes what refusals were not told one by one, however young; to be called before the journal is closed. */
  close(): void {
    this.#cancelSum?.();
    this.#sumNow(true);
  }

  /**
   * While a node is away, a broker that keeps sessions may repeat what it once had: that is not the node's word.
   * When the node is back, it is waited for anew.
   */
  noteState(node: NodeId, state: Health['state']): void {
    if (state === 'offline') this.#away.add(node);
    else if (this.#away.delete(node)) this.#stalls.delete(node);
  }

  /** To be called when the gateway hears its broker again: what could not be heard meanwhile was not kept back. */
  startOver(): void {
    this.#stalls.clear();
  }

  /** Refusals not told one by one are told at the end of their window, also when nothing more comes. */
  sumLater(): void {
    const { clock } = this.#options;
    const waitMs = this.#refusals.nextEndMs;
    this.#cancelSum?.();
    this.#cancelSum =
      waitMs === undefined
        ? undefined
        : clock.after(Math.max(waitMs, sumRetryMs), () => {
            this.#sumNow(false);
            this.sumLater();
          });
  }

  #sumNow(all: boolean): void {
    const { journal, log } = this.#options;
    if (this.#refusals.nextEndMs === undefined) return;
    const forget = this.#refusals.mark();
    try {
      journal.transaction(() => this.#sumUp(all));
      journal.announce();
    } catch (error) {
      forget();
      log.error({ err: error }, 'refusals are not on record yet');
    }
  }

  #sumUp(all = false): void {
    for (const { kind, node, detail } of this.#refusals.end(all)) this.#incident(kind, node, detail);
  }

  #check({ node, topic, payload }: AlertMessage, at = this.#options.clock.now()): AlertCheck {
    if (payload.length > maxAlertBytes) return { ok: false, kind: 'bad-schema', detail: 'message too large' };
    let value: unknown;
    try {
      value = JSON.parse(payload.toString('utf8'));
    } catch {
      return { ok: false, kind: 'bad-schema', detail: 'not JSON' };
    }
    const check = checkAlertEvent(value, this.#options.keys, at);
    const astray = { ok: false, kind: 'bad-schema', detail: 'topic and alert disagree' } as const;
    if (!check.ok) return check.sequence === undefined || check.sequence.node === node ? check : astray;
    const { sequence, scene } = check.event.data;
    const own = check.site === this.#options.site && sequence.node === node && topic.endsWith(`/alert/${scene}`);
    return own ? check : astray;
  }

  /** An authentic alert. Says whether the node is to be told. */
  #place(event: AlertEvent, collectedAt = this.#options.clock.now()): boolean {
    const { journal } = this.#options;
    const { sequence } = event.data;
    const { node, n } = sequence;
    const head = journal.head(node);
    const step = chainStep(head, sequence, journal.held(sequence));
    this.#steps.inc({ step });
    switch (step) {
      case 'duplicate':
        return true;
      case 'next':
        break;
      case 'ahead':
        if (!this.#isOverdue(node, n)) return this.#isNewStall(node, n);
        this.#incident('gap', node, `alerts ${head.n + 1} to ${n - 1} are missing`, { from: head.n + 1, to: n - 1 });
        break;
      case 'forked-next':
      case 'forked-back':
        this.#incident('fork', node, `alert ${n} does not continue alert ${head.n}; the new branch is followed`, {
          from: n,
          to: n,
        });
        break;
      case 'late':
        journal.addAlert(event, collectedAt);
        return true;
    }
    journal.addAlert(event, collectedAt);
    journal.moveHead(node, { n, hash: sequence.hash });
    this.#stalls.delete(node);
    this.#full.delete(node);
    return true;
  }

  /** Says whether the node is to be told, because it was passed over. */
  #refuse({ node, topic, payload }: AlertMessage, { kind, detail, sequence }: AlertCheck & { ok: false }): boolean {
    const { journal } = this.#options;
    // Taken in while its key was good, and sent once more because the acknowledgement was lost.
    if (sequence !== undefined && journal.held(sequence) === 'same') return true;
    this.#refused.inc({ reason: kind });
    // All alerts under one unknown key are one matter.
    const key = kind === 'unknown-key' ? sha256(node, kind, detail.split(' ').at(-1) ?? '') : sha256(node, payload);
    const seen = journal.quarantine({
      key,
      node,
      topic,
      reason: `${kind}: ${detail}`,
      payload: payload.subarray(0, maxAlertBytes),
    });
    if (seen === 'new' && this.#refusals.isTold(node, kind)) {
      // Names that nobody knows stay in the quarantine here: a field's name can carry a value as well as the field can.
      const known = detail.replace(/unrecognized_keys [^;]*/g, 'unrecognized_keys');
      this.#incident(kind, node, known, sequence && { from: sequence.n, to: sequence.n });
    }
    // Its node keeps it until somebody decided on what is here: what was let go of is nowhere else.
    if (seen === 'full') return this.#tellFull(node);
    if (sequence !== undefined) this.#full.delete(node);
    const next = journal.head(node).n + 1;
    const overdue = this.#hasWaited(node, this.#stall(node));
    if (sequence !== undefined) {
      if (!overdue || sequence.n !== next) return false;
      // The stall stays: all that an outbox holds under a key that no longer counts is passed over without further waiting.
      journal.moveHead(node, { n: next, hash: sequence.hash });
      return true;
    }
    if (seen === 'new' || kind === 'unknown-key' || !overdue || claimedNumber(payload) !== next) return false;
    this.#incident('gap', node, `alert ${next} was refused (${kind}) and is passed over`, { from: next, to: next });
    journal.moveHead(node, { n: next, hash: undefined });
    this.#stalls.delete(node);
    return true;
  }

  #tellFull(node: NodeId): false {
    if (!this.#full.has(node)) this.#options.log.error({ node }, 'quarantine is full of its alerts: it waits');
    this.#full.add(node);
    return false;
  }

  #stall(node: NodeId): Stall {
    const known = this.#stalls.get(node);
    if (known !== undefined) return known;
    const stall = { since: this.#options.clock.monotonic(), lowestAhead: Number.MAX_SAFE_INTEGER };
    const [oldest] = this.#stalls.keys();
    if (this.#stalls.size >= maxStalls && oldest !== undefined) this.#stalls.delete(oldest);
    this.#stalls.set(node, stall);
    return stall;
  }

  #isOverdue(node: NodeId, n: number): boolean {
    const stall = this.#stalls.get(node);
    // What is missing is known, and waits at its node for room in quarantine.
    if (stall === undefined || stall.lowestAhead !== n || this.#full.has(node)) return false;
    return this.#hasWaited(node, stall);
  }

  #hasWaited(node: NodeId, { since }: Stall): boolean {
    return !this.#away.has(node) && this.#options.clock.monotonic() - since >= this.#options.gapGraceMs;
  }

  /** Notes a number beyond the missing one; true the first time, when the node is to be told where it stands. */
  #isNewStall(node: NodeId, n: number): boolean {
    const stall = this.#stall(node);
    const first = stall.lowestAhead === Number.MAX_SAFE_INTEGER;
    stall.lowestAhead = Math.min(stall.lowestAhead, n);
    return first;
  }

  #incident(kind: IntegrityIncident['kind'], node: NodeId, detail: string, alerts?: IntegrityIncident['alerts']): void {
    this.#options.log.warn({ node, kind, detail }, 'integrity incident');
    this.#options.journal.addIncident({ kind, node, detail, alerts, at: this.#options.clock.now() });
  }
}

/** The number a refused message gives itself, where it can be read at all. */
function claimedNumber(payload: Buffer): number | undefined {
  try {
    const value = JSON.parse(payload.toString('utf8')) as { data?: { sequence?: { n?: unknown } } } | null;
    const n = value?.data?.sequence?.n;
    return typeof n === 'number' ? n : undefined;
  } catch {
    return undefined;
  }
}
