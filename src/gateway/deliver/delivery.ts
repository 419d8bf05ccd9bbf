import { checkParsedEvent, describeIssues } from '../../contracts/alert-check.ts';
import { crossingSpans } from '../../contracts/alert-spans.ts';
import type { NodeKeys } from '../../contracts/node-keys.ts';
import type {
  IntakeOutcome,
  IntakeRecord,
  IntegrityIncident,
  RefusedRecord,
  TicketIntake,
  TransferPosition,
} from '../../contracts/ticket-intake.ts';
import { type BatchConsumer, type TransferBatch, transferRecordSchema } from '../../contracts/transfer.ts';
import type { SignedStatement } from '../../contracts/transfer-documents.ts';
import type { TakenBatch, TransferLedger } from '../../contracts/transfer-ledger.ts';
import type { Sequence } from '../../domain/alert.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { SpanSink } from '../../lib/span-sink.ts';
import { Continuity } from './continuity.ts';

/** What the delivery needs. */
export interface DeliveryOptions {
  /** The desk's door. */
  readonly intake: TicketIntake;
  /** The desk's memory of what crossed; without it, what was passed over stays so. */
  readonly ledger?: Pick<TransferLedger, 'isPassedOver'> | undefined;
  /** Public keys of the nodes: the seal is checked again here. */
  readonly keys: NodeKeys;
  /** Evidence store of the government side. */
  readonly evidence: ContentStore;
  readonly clock: Clock;
  /** Takes the spans of alerts, where they are exported. */
  readonly spans?: SpanSink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const noteRetryMs = 2_000;

type Checked =
  | { readonly record: IntakeRecord }
  /** `sequence`: a link of its node's chain all the same. `reported`: by the sender, the record itself is good. */
  | {
      readonly incident: IntegrityIncident;
      readonly sequence?: Sequence | undefined;
      readonly refused?: RefusedRecord;
      readonly reported?: true;
    };

/**
 * Takes batches into the desk: checks every alert anew, follows every node's chain, stores evidence, and hands
 * records, incidents and the new position to the desk, which commits them in one transaction.
 * The position comes back from the desk, so a file that comes twice has no second effect.
 * Rejects where the desk or the disk will not have it: the receiver then keeps the file and tries again.
 */
export class Delivery implements BatchConsumer {
  readonly #options: DeliveryOptions;
  readonly #delivered: Counter<'effect'>;
  readonly #integrity: Counter<'kind'>;
  readonly #notes: IntegrityIncident[] = [];
  readonly #stopping = new AbortController();
  #noting: Promise<void> | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#delivered = metrics.counter('maplebridge_deliver_alerts_total', 'Alerts handed to the desk', ['effect']);
    this.#integrity = metrics.counter('maplebridge_deliver_integrity_total', 'Integrity incidents', ['kind']);
  }

  async position(sender: string): Promise<number> {
    return (await this.#options.intake.position(sender))?.batch ?? 0;
  }

  async take(batch: TransferBatch): Promise<'taken' | 'replayed'> {
    const { intake, evidence, log } = this.#options;
    const { sender, number } = batch.manifest;
    const position = await this.#position(sender);
    for (const file of batch.evidence) await evidence.put(file.bytes);
    const hashes = batch.evidence.map((file) => file.sha256);
    const late = number <= position.batch && ((await this.#options.ledger?.isPassedOver(sender, number)) ?? false);
    if (number <= position.batch && !late) {
      // Told again: the process may have died between the desk's commit and this word.
      await intake.evidenceArrived(hashes);
      return 'replayed';
    }
    const { records, incidents, refused, nodes, integrity } = this.#verify(batch, position);
    const taken: TakenBatch = {
      sha256: batch.sha256,
      alerts: records.length,
      refused: batch.lines.length - records.length - integrity,
      integrity,
      evidence: batch.manifest.evidence,
      statement: this.#stated(batch),
    };
    const outcomes = await intake.accept(records, incidents, { sender, batch: number, nodes, taken }, refused);
    for (const { effect } of outcomes) this.#delivered.inc({ effect });
    this.#export(records, outcomes);
    for (const incident of incidents) {
      this.#integrity.inc({ kind: incident.kind });
      log.warn({ ...incident, batch: number }, 'integrity incident');
    }
    await intake.evidenceArrived(hashes);
    return 'taken';
  }

  async report(sender: string, incident: IntegrityIncident): Promise<void> {
    await this.#options.intake.accept([], [incident], await this.#position(sender));
    this.#integrity.inc({ kind: incident.kind });
  }

  /** Records what this gateway itself found, outside of any batch; tried until the desk has it. */
  note(incident: IntegrityIncident): void {
    this.#notes.push(incident);
    this.#noting ??= this.#takeNotes().finally(() => {
      this.#noting = undefined;
    });
  }

  /** Resolves when no note is being written; those the desk would not have are told again by whoever found them. */
  async settled(): Promise<void> {
    this.#stopping.abort();
    await this.#noting;
  }

  async #takeNotes(): Promise<void> {
    const { clock, log } = this.#options;
    for (;;) {
      const [incident] = this.#notes;
      if (incident === undefined || this.#stopping.signal.aborted) return;
      try {
        await this.report('deliver', incident);
        this.#notes.shift();
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'integrity incident not recorded yet');
        await sleep(clock, noteRetryMs, this.#stopping.signal);
      }
    }
  }

  /** What came before, and has its spans, is left out. */
  #export(records: readonly IntakeRecord[], outcomes: readonly IntakeOutcome[]): void {
    const { spans, clock } = this.#options;
    const fresh = records.filter((_record, index) => outcomes[index]?.effect !== 'duplicate');
    spans?.record(fresh.flatMap((record) => crossingSpans(record, clock.now())));
  }

  /** The statement, where it is the batch's own: the batch's signature covers it, and nobody else's is kept. */
  #stated({ manifest }: TransferBatch): SignedStatement | undefined {
    const own = manifest.statement;
    if (own === undefined) return undefined;
    return own.statement.sender === manifest.sender && own.statement.through === manifest.number ? own : undefined;
  }

  async #position(sender: string): Promise<TransferPosition> {
    return (await this.#options.intake.position(sender)) ?? { sender, batch: 0, nodes: {} };
  }

  #verify(batch: TransferBatch, position: TransferPosition) {
    const deliveredAt = this.#options.clock.now();
    const continuity = new Continuity(position.nodes, deliveredAt);
    const records: IntakeRecord[] = [];
    const incidents: IntegrityIncident[] = [];
    const refused: RefusedRecord[] = [];
    let integrity = 0;
    for (const line of batch.lines) {
      const checked = this.#check(line, batch, deliveredAt);
      if ('incident' in checked) {
        incidents.push(checked.incident);
        if (checked.refused !== undefined) refused.push(checked.refused);
        if (checked.reported === true) integrity += 1;
        if (checked.sequence !== undefined) continuity.follow(checked.sequence);
        continue;
      }
      continuity.follow(checked.record.event.data.sequence);
      records.push(checked.record);
    }
    return { records, refused, incidents: [...incidents, ...continuity.incidents], nodes: continuity.nodes, integrity };
  }

  #check(line: string, { manifest, sha256 }: TransferBatch, deliveredAt: number): Checked {
    const bad = (kind: IntegrityIncident['kind'], reason: string, sequence?: Sequence): Checked => {
      const detail = `batch ${manifest.number}: ${reason}`.slice(0, 500);
      const alerts = sequence && { from: sequence.n, to: sequence.n };
      const node = sequence?.node;
      const { createdAt: batchedAt, number } = manifest;
      const refused = { line, kind, detail: reason, node, batchedAt, batch: { number, sha256 } };
      return { incident: { kind, node, alerts, detail, at: deliveredAt }, sequence, refused };
    };
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return bad('bad-schema', 'record is not JSON');
    }
    const parsed = transferRecordSchema.safeParse(value);
    if (!parsed.success) return bad('bad-schema', describeIssues(parsed.error));
    const record = parsed.data;
    if (record.type === 'integrity')
      return { incident: { ...record.incident, node: record.incident.node }, reported: true };
    const { collectedAt, withheld } = record;
    // As of when the gateway took it in, which it signed: a batch may lie at the border for longer than an overlap lasts.
    const check = checkParsedEvent(record.event, this.#options.keys, collectedAt);
    if (!check.ok) return bad(check.kind, check.detail, check.sequence);
    const crossing = { batchedAt: manifest.createdAt, deliveredAt, batch: { number: manifest.number, sha256 } };
    return { record: { event: check.event, collectedAt, ...crossing, ...(withheld !== undefined && { withheld }) } };
  }
}
